import type { LoadedScripts, ScriptPositions } from './loaded-scripts.ts';

/*
 * Stack frames as the program would have seen them without us: positions of instrumented text become those of the
 * file, and frames of our own are left out or stand as the frame of Node that they replace.
 */

/** What to show for frames that our presence has put there or changed. */
export interface FrameView {
  /** For a frame of our own; `undefined` leaves it out. */
  own(site: NodeJS.CallSite): OwnFrameReplacement | undefined;
  /** For a frame of Node's; the frame itself when it shows as it would, `undefined` leaves it out. */
  nodes(site: NodeJS.CallSite): NodeJS.CallSite | undefined;
}

export interface OwnFrameReplacement {
  readonly sites: readonly NodeJS.CallSite[];
  /** The frames further out are none that the program would have seen. */
  readonly endsStack?: boolean;
}

const AT_POSITION = /:(\d+):(\d+)(?=\)?$)/;
const IN_EVAL_ORIGIN = /\(([^()]+):(\d+):(\d+)\)/g;

/**
 * The frames as the program should see them; `trace` itself when nothing has to change.
 * @param ownFile file name, as V8 reports it, of the bundle whose frames are ours
 */
export function asWithoutUs(
  trace: readonly NodeJS.CallSite[],
  scripts: LoadedScripts,
  ownFile: string,
  frames: FrameView,
): readonly NodeJS.CallSite[] {
  let result: NodeJS.CallSite[] | undefined;
  let leftOut = 0;
  for (let index = 0; index < trace.length; index++) {
    const site = trace[index]!;
    const file = site.getFileName();
    if (file === ownFile) {
      result ??= trace.slice(0, index);
      const replacement = frames.own(site);
      if (replacement === undefined) {
        leftOut++;
        continue;
      }
      result.push(...replacement.sites);
      if (replacement.endsStack) break;
      continue;
    }
    const mapped = file?.startsWith('node:') ? frames.nodes(site) : mappedSite(site, file, scripts);
    if (mapped !== site) result ??= trace.slice(0, index);
    if (mapped !== undefined) result?.push(mapped);
  }
  if (result === undefined) return trace;
  // A frame that stands for several must not make the stack longer than Node's, for which one of ours made no room.
  const framesMax = trace.length - leftOut;
  return result.length > framesMax ? result.slice(0, Math.max(framesMax, Error.stackTraceLimit)) : result;
}

function mappedSite(site: NodeJS.CallSite, file: string | null | undefined, scripts: LoadedScripts): NodeJS.CallSite {
  const script = typeof file === 'string' ? scripts.find(file) : undefined;
  if (script !== undefined) return new MappedCallSite(site, script) as unknown as NodeJS.CallSite;
  const origin = site.getEvalOrigin();
  if (typeof origin !== 'string' || !origin.includes('(')) return site;
  const mappedOrigin = mapEvalOrigin(origin, scripts);
  return mappedOrigin === origin
    ? site
    : (new MappedEvalSite(site, origin, mappedOrigin) as unknown as NodeJS.CallSite);
}

/** `eval at f (/app/a.js:3:40)`, nested ones too. */
function mapEvalOrigin(origin: string, scripts: LoadedScripts): string {
  return origin.replace(IN_EVAL_ORIGIN, (text, file: string, line: string, column: string) => {
    const place = scripts.find(file)?.original(Number(line), Number(column) - 1);
    return place === undefined ? text : `(${file}:${place.line}:${place.column + 1})`;
  });
}

/**
 * A call site of V8's behind one of ours: subclasses say what differs, everything else is forwarded. All methods lie on
 * the prototype of the object itself, as V8's do: source-map-support copies them from there.
 */
abstract class StandInCallSite {
  static readonly #complete = new WeakSet<object>();
  readonly #site: NodeJS.CallSite;

  constructor(site: NodeJS.CallSite) {
    this.#site = site;
    const prototype = Object.getPrototypeOf(this) as object;
    if (!StandInCallSite.#complete.has(prototype)) StandInCallSite.#forward(site, prototype);
  }

  /** Learned from V8, so that what later versions add is there. */
  static #forward(site: NodeJS.CallSite, prototype: object): void {
    StandInCallSite.#complete.add(prototype);
    const methods = Object.getPrototypeOf(site) as object;
    for (const name of Object.getOwnPropertyNames(methods)) {
      const method: unknown = Reflect.get(methods, name);
      if (Object.hasOwn(prototype, name) || typeof method !== 'function') continue;
      const value = function (this: StandInCallSite): unknown {
        return Reflect.apply(method, this.#site, []);
      };
      Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
    }
  }

  protected get site(): NodeJS.CallSite {
    return this.#site;
  }
}

class MappedCallSite extends StandInCallSite {
  readonly #script: ScriptPositions;
  #place: { line: number; column: number } | null | undefined;

  constructor(site: NodeJS.CallSite, script: ScriptPositions) {
    super(site);
    this.#script = script;
  }

  #original(): { line: number; column: number } | null {
    if (this.#place === undefined) this.#place = this.#map(this.site.getLineNumber(), this.site.getColumnNumber());
    return this.#place;
  }

  #map(line: number | null, column: number | null): { line: number; column: number } | null {
    return line === null || column === null ? null : this.#script.original(line, column - 1);
  }

  getLineNumber(): number | null {
    return this.#original()?.line ?? this.site.getLineNumber();
  }

  getColumnNumber(): number | null {
    const place = this.#original();
    return place === null ? this.site.getColumnNumber() : place.column + 1;
  }

  getEnclosingLineNumber(): number | null {
    return this.#enclosing()?.line ?? null;
  }

  getEnclosingColumnNumber(): number | null {
    const place = this.#enclosing();
    return place === null ? null : place.column + 1;
  }

  #enclosing(): { line: number; column: number } | null {
    const site = this.site as NodeJS.CallSite & EnclosingPosition;
    return this.#map(site.getEnclosingLineNumber(), site.getEnclosingColumnNumber());
  }

  getFunctionName(): string | null {
    return withoutProbe(this.site.getFunctionName());
  }

  getMethodName(): string | null {
    return withoutProbe(this.site.getMethodName());
  }

  override toString(): string {
    const place = this.#original();
    const text = withoutProbe(this.site.toString())!;
    return place === null ? text : text.replace(AT_POSITION, `:${place.line}:${place.column + 1}`);
  }
}

/** V8 makes up a name for a function without one from what stands around it: `Cart.$ec_p.total` for `this.total = () => ...`. */
function withoutProbe(name: string | null): string | null {
  return name?.includes('$ec') ? name.replaceAll(PROBE_IN_NAME, '') : name;
}

const PROBE_IN_NAME = /\$ec\w*_\w+\./g;

interface EnclosingPosition {
  getEnclosingLineNumber(): number | null;
  getEnclosingColumnNumber(): number | null;
}

class MappedEvalSite extends StandInCallSite {
  readonly #origin: string;
  readonly #mapped: string;

  constructor(site: NodeJS.CallSite, origin: string, mapped: string) {
    super(site);
    this.#origin = origin;
    this.#mapped = mapped;
  }

  getEvalOrigin(): string {
    return this.#mapped;
  }

  override toString(): string {
    return this.site.toString().replace(this.#origin, () => this.#mapped);
  }
}

/** A frame that shows as `text` for good; V8 looks up the names of methods whenever it shows one. */
export function withText(site: NodeJS.CallSite, text: string): NodeJS.CallSite {
  return new FixedCallSite(site, text) as unknown as NodeJS.CallSite;
}

class FixedCallSite extends StandInCallSite {
  readonly #text: string;

  constructor(site: NodeJS.CallSite, text: string) {
    super(site);
    this.#text = text;
  }

  override toString(): string {
    return this.#text;
  }
}
