import { inspect, types } from 'node:util';
import { type ModuleSites, RUNTIME_KEY, SITE_FUNCTION, type SiteTuple, SUSPEND_KINDS } from '@execution-cinema/format';
import type { SecretNames } from '../src/sites.ts';
import { type FrameVariables, VariableState } from './variable-state.ts';

/*
 * Every probe of docs/ARCHITECTURE.md in plain JavaScript: keeps a readable trace and checks that instrumented code
 * keeps the discipline of frames and tokens. It is slow, complete, and knows nothing of rings or threads.
 */

/** Token of a frame that is not recorded. */
const OFF = 0x3fffffff;

const ON_AT_START = 4;
const SECRET = 8;

interface Frame {
  readonly name: string;
  readonly func: number;
  readonly module: LoadedModule;
  readonly call: number;
  readonly variables: FrameVariables;
  /** Token of a suspendable frame. */
  readonly suspendable: Suspendable | undefined;
}

interface Suspendable {
  o: boolean;
  asleep: boolean;
  /** What it sleeps in: index into SUSPEND_KINDS. */
  kind: number;
  /** It left a `yield` without going on: `return()` or `throw()` was called on the generator. */
  closing: boolean;
  frame: Frame;
}

interface LoadedModule {
  readonly key: string;
  readonly base: number;
  readonly sites: ModuleSites;
  readonly levels: string;
  readonly secrets: SecretNames;
}

export interface ReferenceRuntime {
  /** Site tables by module key; to be filled before a module runs. */
  readonly tables: Map<string, ModuleSites>;
  /** One line per event, indented by depth. Empty when `render` is false. */
  readonly trace: string[];
  /** What instrumented code did that it must not do. */
  readonly problems: string[];
  /** Events in all. */
  readonly count: number;
  readonly depth: number;
  /** Names of the frames that are open now, outermost first. */
  openFrames(): string[];
  /** What the events so far say about a variable that the code of the innermost frame sees. */
  valueOf(name: string): unknown;
  /** Ends what is open, as the loader does when a module throws or a turn of the event loop is over. */
  reset(): void;
}

type Args = unknown[];

/** Makes a runtime and puts it where instrumented code of `global` finds it. */
export function installReferenceRuntime(
  options: { render: boolean; global?: object; tables?: Map<string, ModuleSites> } = { render: true },
): ReferenceRuntime {
  const tables = options.tables ?? new Map<string, ModuleSites>();
  const trace: string[] = [];
  const problems: string[] = [];
  const modules: LoadedModule[] = [];
  const frames: Frame[] = [];
  const scopeNames: string[] = ['none'];
  const variableState = new VariableState();
  const state = { d: 0 };
  let calls = 0;
  let count = 0;
  let nextBase = 1;

  function moduleOf(site: number): LoadedModule {
    return modules.findLast((module) => module.base <= site)!;
  }

  function siteOf(site: number): { module: LoadedModule; index: number; tuple: SiteTuple } {
    const module = moduleOf(site);
    const index = site - module.base;
    return { module, index, tuple: module.sites.sites[index]! };
  }

  function isOn(site: number): boolean {
    const { module, index } = siteOf(site);
    return ((module.levels.charCodeAt(index) - 48) & ON_AT_START) !== 0;
  }

  function show(value: unknown): string {
    if (!options.render) return '';
    if (typeof value === 'function')
      return `[${/^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function'} ${String(Object.getOwnPropertyDescriptor(value, 'name')?.value)}]`;
    if (types.isNativeError(value)) return `[${value.name}: ${value.message}]`;
    if (types.isPromise(value)) return 'Promise';
    const text = inspect(value, { depth: 1, breakLength: Infinity, customInspect: false, maxArrayLength: 10 });
    // Node 24 leaves the brackets of symbol keys away.
    return text.replaceAll('\n', ' ').replaceAll(/\[(Symbol\([^)]*\))\]/g, '$1');
  }

  function shown(site: number, value: unknown): string {
    const { module, index } = siteOf(site);
    return ((module.levels.charCodeAt(index) - 48) & SECRET) !== 0
      ? `<redacted as ${String(module.secrets[index])}>`
      : show(value);
  }

  function event(text: string): void {
    count++;
    if (options.render) trace.push('  '.repeat(state.d) + text);
  }

  function problem(text: string): void {
    if (problems.length < 100) problems.push(text);
  }

  /** Ends frames that nobody ended, down to `depth`. */
  function unwindTo(depth: number): void {
    if (state.d <= depth) return;
    event(
      `unwind ${frames
        .slice(depth)
        .map((frame) => frame.name)
        .join(', ')}`,
    );
    for (const frame of frames.splice(depth)) if (frame.suspendable !== undefined) frame.suspendable.o = false;
    state.d = depth;
  }

  function push(frame: Frame): void {
    frames.push(frame);
    state.d = frames.length;
  }

  function pop(): Frame {
    const frame = frames.pop()!;
    state.d = frames.length;
    return frame;
  }

  /** The code of a site must run in the frame on top. */
  function checkFrame(site: number): void {
    const { module, tuple } = siteOf(site);
    const top = frames.at(-1);
    if (top === undefined || top.module !== module || top.func !== tuple[2]) {
      const func = module.sites.functions[tuple[2]]!;
      // Parameters run before the entry of their function, and fields before or in a constructor.
      event(`(of ${func.name}, not of the frame on top)`);
    }
  }

  function newFrame(site: number, suspendable: Suspendable | undefined, values: Args): Frame {
    const { module, tuple } = siteOf(site);
    if (tuple[0] !== SITE_FUNCTION) problem(`entry at a site of kind ${tuple[0]}`);
    const func = module.sites.functions[tuple[1 + 4]!]!;
    return {
      name: func.name,
      func: tuple[5],
      module,
      call: ++calls,
      suspendable,
      variables: variableState.enter(module.sites, tuple[5], values),
    };
  }

  function parametersText(frame: Frame, site: number, values: Args): string {
    const { module, index } = siteOf(site);
    const names = module.sites.functions[frame.func]!.parameters;
    if (names.length !== values.length)
      problem(`${frame.name}: ${values.length} values for ${names.length} parameters`);
    const secrets = (module.secrets[index] ?? {}) as Record<number, string>;
    return values
      .map(
        (value, position) =>
          `${names[position]}=${position in secrets ? `<redacted as ${secrets[position]}>` : show(value)}`,
      )
      .join(', ');
  }

  function enter(site: number, values: Args): number {
    if (!isOn(site)) return OFF;
    const token = state.d;
    const frame = newFrame(site, undefined, values);
    event(`> ${frame.name}(${parametersText(frame, site, values)})`);
    push(frame);
    return token;
  }

  function enterSuspendable(site: number, values: Args): Suspendable {
    const F = { o: false, asleep: false, kind: -1, closing: false } as Suspendable;
    if (!isOn(site)) return F;
    F.o = true;
    F.frame = newFrame(site, F, values);
    event(`> ${F.frame.name}(${parametersText(F.frame, site, values)})`);
    push(F.frame);
    return F;
  }

  /** Makes the token's frame the one on top. False when it is not recorded. */
  function reach(token: number, where: string): boolean {
    if (token >= OFF) return false;
    if (state.d <= token) {
      problem(`${where}: the frame of token ${token} has ended (depth ${state.d})`);
      return false;
    }
    unwindTo(token + 1);
    return true;
  }

  function wake(F: Suspendable, goesOn = false): void {
    if (!F.asleep) return;
    F.asleep = false;
    const kind = SUSPEND_KINDS[F.kind];
    if (!goesOn && (kind === 'yield' || kind === 'delegating')) F.closing = true;
    event(`resume ${F.frame.name}`);
    push(F.frame);
  }

  /** As `reach`, for a suspendable frame; it is resumed if it sleeps. */
  function reachSuspendable(F: Suspendable, where: string): boolean {
    if (!F.o) return false;
    wake(F);
    const at = frames.lastIndexOf(F.frame);
    if (at < 0) {
      problem(`${where}: ${F.frame.name} is not on the stack`);
      return false;
    }
    unwindTo(at + 1);
    return true;
  }

  function leave(text: string): void {
    const frame = pop();
    if (frame.suspendable !== undefined) frame.suspendable.o = false;
    event(`< ${frame.name} ${text}`);
  }

  function variable(site: number): string {
    const { module, tuple } = siteOf(site);
    const entry = module.sites.variables[tuple[5]]!;
    const operator = module.sites.names[tuple[6]]!;
    return `${operator} ${entry.name}`;
  }

  function property(site: number): { owner: string; name: string } {
    const { module, tuple } = siteOf(site);
    return { owner: module.sites.names[tuple[6]]!, name: tuple[5] < 0 ? '' : module.sites.names[tuple[5]]! };
  }

  function write(site: number, instance: number | undefined, value: unknown): void {
    if (!isOn(site)) return;
    checkFrame(site);
    variableState.write(frames.at(-1)?.variables, instance, siteOf(site).tuple[5], value);
    const scope = instance === undefined ? '' : ` @${scopeNames[instance]}`;
    if (instance !== undefined && scopeNames[instance] === undefined) problem(`unknown scope instance ${instance}`);
    event(`${variable(site)} = ${shown(site, value)}${scope}`);
  }

  function writeProperty(site: number, owner: unknown, key: string, value: unknown): void {
    if (!isOn(site)) return;
    checkFrame(site);
    const named = property(site);
    event(`set ${named.owner}${key === '' ? `.${named.name}` : `[${key}]`} = ${shown(site, value)} on ${show(owner)}`);
  }

  function mutate(site: number, code: number, owner: unknown, result: unknown, keys: Args): unknown {
    if (!isOn(site) || !(Array.isArray(owner) || types.isMap(owner) || types.isSet(owner))) return result;
    checkFrame(site);
    const { module, tuple } = siteOf(site);
    const named = `${module.sites.names[tuple[6]]}.${module.sites.names[tuple[5]]}`;
    const values = keys.map((key) => ` ${shown(site, key)}`).join('');
    event(`${named}(${code >> 4})${values} makes ${shown(site, owner)}`);
    return result;
  }

  function openScope(site: number, parent: number, copied: number | undefined): number {
    if (!isOn(site)) return 0;
    const { module, tuple } = siteOf(site);
    const scope = module.sites.scopes[tuple[5]]!;
    if (!scope.shared) problem(`instance of scope ${tuple[5]}, which is not shared`);
    if (scopeNames[parent] === undefined) problem(`unknown parent scope ${parent}`);
    const instance = scopeNames.length;
    scopeNames.push(`${scope.kind}${instance}`);
    variableState.open(module.sites, tuple[5], instance, parent, copied, frames.at(-1)?.variables);
    event(
      `scope ${scopeNames[instance]} in ${scopeNames[parent]}${copied === undefined ? '' : ` from ${scopeNames[copied]}`}`,
    );
    return instance;
  }

  function caught(site: number, text: string, value?: unknown): void {
    if (!isOn(site)) return;
    const index = siteOf(site).tuple[5];
    if (index >= 0) variableState.write(frames.at(-1)?.variables, undefined, index, value);
    event(`catch ${text}`);
  }

  const probes = {
    s: state,
    e0: (s: number) => enter(s, []),
    e1: (s: number, ...values: Args) => enter(s, values),
    e2: (s: number, ...values: Args) => enter(s, values),
    e3: (s: number, ...values: Args) => enter(s, values),
    e4: (s: number, ...values: Args) => enter(s, values),
    en: (s: number, values: Args) => enter(s, values),
    r(f: number, v: unknown) {
      if (reach(f, 'r')) leave(`returned ${show(v)}`);
      return v;
    },
    u(f: number) {
      if (reach(f, 'u')) leave('returned');
    },
    q(f: number, v: unknown) {
      if (reach(f, 'q')) event(`return pending ${show(v)}`);
      return v;
    },
    x(f: number, p: unknown) {
      if (reach(f, 'x')) leave(p ? 'returned the pending value' : 'threw');
    },
    c(f: number, s: number, e: unknown) {
      if (reach(f, 'c')) caught(s, show(e), e);
    },
    c0(f: number, s: number) {
      if (reach(f, 'c0')) caught(s, '');
    },
    z(f: number) {
      reach(f, 'z');
    },
    t(s: number, v: unknown) {
      if (isOn(s)) event(`throw ${show(v)}`);
      return v;
    },
    th(s: number, v: unknown) {
      if (isOn(s)) event(`this is ${show(v)}`);
      return v;
    },
    w(s: number, v: unknown) {
      write(s, undefined, v);
      return v;
    },
    k(s: number, i: number, v: unknown) {
      write(s, i, v);
      return v;
    },
    wp(s: number, old: unknown, now: unknown) {
      write(s, undefined, now);
      return old;
    },
    kp(s: number, i: number, old: unknown, now: unknown) {
      write(s, i, now);
      return old;
    },
    j: (x: unknown) => x,
    n: (s: number, parent: number) => openScope(s, parent, undefined),
    nc: (s: number, parent: number, from: number) => openScope(s, parent, from),
    l(f: number | Suspendable, i: number) {
      if (scopeNames[i] === undefined) problem(`link to unknown scope ${i}`);
      if (typeof f === 'object' ? !f.o : f >= OFF) return;
      variableState.link(frames.at(-1)?.variables, i);
      event(`sees ${scopeNames[i]}`);
    },
    p(s: number, o: unknown, v: unknown) {
      writeProperty(s, o, '', v);
      return v;
    },
    pc(s: number, o: unknown, v: unknown, key: unknown) {
      writeProperty(s, o, show(key) || '?', v);
      return v;
    },
    pp(s: number, o: unknown, old: number | bigint, d: number) {
      writeProperty(s, o, '', typeof old === 'bigint' ? old + BigInt(d) : old + d);
      return old;
    },
    ppc(s: number, o: unknown, old: number | bigint, d: number, key: unknown) {
      writeProperty(s, o, show(key) || '?', typeof old === 'bigint' ? old + BigInt(d) : old + d);
      return old;
    },
    d(s: number, o: unknown, result: unknown, key: unknown) {
      if (isOn(s) && o !== undefined && o !== null) {
        checkFrame(s);
        event(`delete ${property(s).owner}[${show(key)}] ${show(result)} on ${show(o)}`);
      }
      return result;
    },
    mu: (s: number, code: number, o: unknown, result: unknown) => mutate(s, code, o, result, []),
    mk: (s: number, code: number, o: unknown, result: unknown, key: unknown) => mutate(s, code, o, result, [key]),
    v(s: number, v: unknown) {
      if (isOn(s)) {
        const { module, tuple } = siteOf(s);
        event(`${module.sites.names[tuple[6]]} \`${module.sites.names[tuple[5]]}\` is ${shown(s, v)}`);
      }
      return v;
    },
    lg(s: number, fn: () => unknown) {
      if (!isOn(s)) return;
      let text;
      try {
        text = String(fn());
      } catch (error) {
        text = String(error);
      }
      event(`log ${text}`);
    },
    ea: (s: number, values: Args) => enterSuspendable(s, values),
    ra(F: Suspendable, v: unknown) {
      if (reachSuspendable(F, 'ra')) leave(`returned ${show(v)}`);
      return v;
    },
    ua(F: Suspendable) {
      if (reachSuspendable(F, 'ua')) leave('returned');
    },
    qa(F: Suspendable, v: unknown) {
      if (reachSuspendable(F, 'qa')) event(`return pending ${show(v)}`);
      return v;
    },
    xa(F: Suspendable, p: unknown) {
      if (reachSuspendable(F, 'xa')) leave(p ? 'returned the pending value' : F.closing ? 'was closed' : 'threw');
    },
    ca(F: Suspendable, s: number, e: unknown) {
      if (!reachSuspendable(F, 'ca')) return;
      F.closing = false;
      caught(s, show(e), e);
    },
    ca0(F: Suspendable, s: number) {
      if (!reachSuspendable(F, 'ca0')) return;
      F.closing = false;
      caught(s, '');
    },
    za(F: Suspendable) {
      reachSuspendable(F, 'za');
    },
    a(F: Suspendable, s: number, v: unknown) {
      return suspend(F, s, v, false);
    },
    y(F: Suspendable, s: number, v: unknown) {
      return suspend(F, s, v, true);
    },
    g(F: Suspendable, s: number, v: unknown) {
      if (F.o) {
        if (!F.asleep) problem(`${F.frame.name} resumes but did not sleep`);
        wake(F, true);
        if (isOn(s)) event(`resumed with ${show(v)}`);
        checkFrame(s);
      }
      return v;
    },
    h(F: Suspendable) {
      if (F.o) wake(F);
    },
  };

  function suspend(F: Suspendable, s: number, v: unknown, handsOut: boolean): unknown {
    if (!F.o) return v;
    if (F.asleep) problem(`${F.frame.name} suspends but sleeps already`);
    if (!reachSuspendable(F, 'suspend')) return v;
    const { tuple } = siteOf(s);
    pop();
    F.asleep = true;
    F.kind = tuple[5];
    event(`suspend ${F.frame.name} at ${SUSPEND_KINDS[tuple[5]]}${handsOut ? ` ${show(v)}` : ''}`);
    return v;
  }

  function register(key: string, levels: string, secrets: SecretNames = {}): object {
    const sites = tables.get(key);
    if (sites === undefined) throw new Error(`no site table for ${key}`);
    if (sites.sites.length !== levels.length) problem(`${levels.length} level digits for ${sites.sites.length} sites`);
    const module = { key, base: nextBase, sites, levels, secrets };
    nextBase += levels.length;
    modules.push(module);
    variableState.open(sites, 0, scopeNames.length, 0, undefined, undefined);
    scopeNames.push(`module${scopeNames.length}`);
    return { ...probes, b: module.base, i: scopeNames.length - 1 };
  }

  Object.defineProperty(options.global ?? globalThis, Symbol.for(RUNTIME_KEY), {
    value: { m: register },
    configurable: true,
    writable: true,
    enumerable: false,
  });

  return {
    tables,
    trace,
    problems,
    get count() {
      return count;
    },
    get depth() {
      return state.d;
    },
    valueOf: (name) => variableState.lookup(frames.at(-1)!.variables, name),
    openFrames: () => frames.map((frame) => frame.name),
    reset: () => unwindTo(0),
  };
}
