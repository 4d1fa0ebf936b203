import { EventScanner, K, type Value } from '@execution-cinema/format';
import { chunkView, nextEvent, type ChunkView } from '../read/chunk-view.ts';
import type { Recording } from '../read/recording.ts';
import { describeSite, nameOfSite } from '../read/site-text.ts';
import type { Site } from '../read/sites.ts';
import { comparable, type Comparable } from './comparable.ts';
import type { IgnoreRules, Noise } from './noise.ts';
import { RunStack } from './run-stack.ts';
import { hasSameWords } from './same-words.ts';
import { functionKey, Turns, type TurnName } from './turns.ts';

export type StepKind =
  | 'call'
  | 'return'
  | 'end'
  | 'write'
  | 'property'
  | 'expression'
  | 'throw'
  | 'catch'
  | 'await'
  | 'resume'
  | 'log';

/** What a step is about, the same for all steps at its site. */
interface StepForm {
  /** Same in both runs if they went the same way: what happened, in which function, to what. */
  shape: string;
  kind: StepKind;
  /** Variable, property or expression; empty where there is none. */
  name: string;
  /** Names of its values, as far as they count; undefined for one that does not. */
  names: readonly (string | undefined)[];
  own: Site;
}

/** How much of a function is compared: 1 calls, 2 writes as well, 3 expressions as well. */
type DepthOf = (site: Site) => 0 | 1 | 2 | 3;

export interface NamedValue {
  name: string;
  value: Comparable;
}

/** One thing that a thread did, ready to be compared with what the other run did. Its values are decoded when asked for. */
export class Step {
  readonly thread: number;
  readonly event: number;
  readonly call: number;
  readonly line: number;
  /** The first of a turn of the event loop: which one. */
  readonly turn: TurnName | undefined;
  /** The stack is empty after it. */
  readonly endsTurn: boolean;
  private readonly form: StepForm;
  private readonly noise: Noise;
  private readonly pending: Value[] | undefined;
  private view: ChunkView | undefined;
  private read: NamedValue[] | undefined;
  private timeRead = 0;

  constructor(
    { form, noise, view, pending }: { form: StepForm; noise: Noise; view: ChunkView; pending: Value[] | undefined },
    place: { thread: number; event: number; call: number; line: number },
    turn: TurnName | undefined,
    endsTurn: boolean,
  ) {
    this.form = form;
    this.noise = noise;
    this.view = view;
    this.pending = pending;
    this.thread = place.thread;
    this.event = place.event;
    this.call = place.call;
    this.line = place.line;
    this.turn = turn;
    this.endsTurn = endsTurn;
  }

  get shape(): string {
    return this.form.shape;
  }

  get kind(): StepKind {
    return this.form.kind;
  }

  get name(): string {
    return this.form.name;
  }

  get function(): string {
    return this.form.own.function.name;
  }

  get file(): string {
    return this.form.own.file;
  }

  get timeNs(): number {
    return this.view?.timeOf(this.event) ?? this.timeRead;
  }

  get values(): readonly NamedValue[] {
    this.read ??= this.view ? this.readValues(this.view) : [];
    return this.read;
  }

  private readValues(view: ChunkView): NamedValue[] {
    const { form, noise, line, event } = this;
    if (form.names.length === 0) return [];
    if (form.kind !== 'call' && noise.isNoisyLine(form.own, line)) return [];
    const values = this.pending ?? view.freshValues(event - view.firstEvent);
    const isCall = form.kind === 'call';
    const first = form.kind === 'property' ? 1 : 0;
    const result: NamedValue[] = [];
    for (let i = first; i < (isCall ? values.length : form.names.length); i++) {
      const name = isCall && i >= form.names.length ? `argument ${i}` : form.names[i];
      if (name !== undefined) result.push({ name, value: comparable(values[i], name, noise) });
    }
    return result;
  }

  /** Lets go of the chunk, for a step that is kept. */
  keep(): this {
    void this.values;
    this.timeRead = this.timeNs;
    this.view = undefined;
    return this;
  }

  /** The words of both are the same, so that their values are. */
  isSameAs(other: Step): boolean {
    const [a, b] = [this.view, other.view];
    if (!a || !b || this.pending || other.pending) return false;
    return hasSameWords({ view: a, at: this.event - a.firstEvent }, { view: b, at: other.event - b.firstEvent });
  }
}

/** What both runs share: shapes as one text each, so that equal ones are the same. */
export interface StepRules {
  rules: IgnoreRules;
  depthOf: DepthOf;
  shapes: Map<string, string>;
}

/**
 * The steps of threads that do the same work, one thread after the other. A turn is named by what led to it: the turn
 * and function that scheduled it, the function itself with its arguments, and how many of that kind came before. So
 * turns can be paired whatever order they ran in, and in whichever of the threads.
 */
export function* stepsOf(
  recording: Recording,
  threads: readonly number[],
  noise: Noise,
  shared: StepRules,
): Generator<Step> {
  const counts = new Map<string, number>();
  for (const thread of threads) yield* stepsOfThread(recording, thread, noise, shared, new Turns(counts));
}

function* stepsOfThread(
  recording: Recording,
  thread: number,
  noise: Noise,
  shared: StepRules,
  turns: Turns,
): Generator<Step> {
  const replay = new RunStack(recording.resolver(thread));
  const forms = new Forms(shared);
  for (const info of recording.chunks(thread)) {
    const view = chunkView(recording, thread, info);
    if (!view) continue;
    replay.beginChunk(view);
    let pendingTurn: TurnName | undefined;
    const scanner = new EventScanner(view.chunk.words, view.chunk.header);
    while (nextEvent(scanner)) {
      const wasEmpty = replay.stack.length === 0;
      const frame = replay.step(scanner, view);
      if (wasEmpty && replay.stack.length > 0) pendingTurn = turns.begin(scanner, view, replay, noise);
      if (!frame?.site) continue;
      const { kind, payload, event } = scanner;
      const site = kind < K.SUSPEND || kind === K.LOG ? undefined : replay.resolver.resolve(payload);
      const form = forms.of(kind, frame.site, site, replay.outcome);
      if (!form) continue;
      const place = { thread, event, call: frame.call, line: (site ?? frame.position ?? frame.site).line };
      const pending = kind === K.LEAVE_PENDING ? [replay.ended?.pending] : undefined;
      yield new Step({ form, noise, view, pending }, place, pendingTurn, replay.stack.length === 0);
      pendingTurn = undefined;
    }
  }
}

/** What steps at a site are about: found once per site and function. */
class Forms {
  private readonly shared: StepRules;
  private readonly known = new Map<number, Map<number, StepForm | null>>();

  constructor(shared: StepRules) {
    this.shared = shared;
  }

  of(kind: number, own: Site, site: Site | undefined, outcome: RunStack['outcome']): StepForm | undefined {
    const what = (site?.id ?? 0) * 1024 + kind * 4 + (outcome === undefined ? 0 : OUTCOMES.indexOf(outcome));
    let ofFunction = this.known.get(own.id);
    if (!ofFunction) this.known.set(own.id, (ofFunction = new Map()));
    let form = ofFunction.get(what);
    if (form === undefined) ofFunction.set(what, (form = this.make(kind, own, site, outcome) ?? null));
    return form ?? undefined;
  }

  private make(kind: number, own: Site, site: Site | undefined, outcome: RunStack['outcome']): StepForm | undefined {
    const { rules, depthOf, shapes } = this.shared;
    const depth = depthOf(own);
    if (depth === 0) return undefined;
    const form = (what: StepKind, name: string, names: readonly string[], detail = ''): StepForm => {
      const text = `${what} ${functionKey(own)} ${detail}`;
      const shape = shapes.get(text) ?? text;
      shapes.set(shape, shape);
      // The receiver of a method is known by who called it.
      const counts = (other: string): boolean => other !== 'this' && !rules.names.some((ignores) => ignores(other));
      const counted = rules.allValues ? [] : names.map((other) => (counts(other) ? other : undefined));
      return { shape, kind: what, name, names: counted, own };
    };
    if (kind <= K.ENTER_MANY) return form('call', '', own.function.parameters);
    if (outcome === 'returned') return form('return', 'result', ['result']);
    if (outcome !== undefined) return form('end', outcome, [], outcome);
    switch (kind) {
      case K.LOG:
        return rules.logs ? undefined : form('log', 'output', ['output']);
      case K.SUSPEND:
      case K.SUSPEND_VALUE:
        return form('await', '', []);
      case K.RESUME:
        return form('resume', '', []);
      case K.THROW:
        return form('throw', '', ['error']);
      case K.CATCH:
        return form('catch', '', ['error']);
      default:
        break;
    }
    if (!site || depth < 2 || rules.writes) return undefined;
    const name = nameOfSite(site) ?? '';
    const plain = describeSite(site).name ?? name;
    if (rules.names.some((ignores) => ignores(plain))) return undefined;
    switch (kind) {
      case K.WRITE:
      case K.WRITE_SCOPED:
        return form('write', name, [plain], name);
      case K.PROPERTY:
        return form('property', name, ['this', plain], name);
      case K.PROPERTY_COMPUTED:
        return form('property', name, ['this', 'key', plain], name);
      case K.EXPRESSION:
        return depth < 3 ? undefined : form('expression', name, [name], name);
      default:
        return undefined;
    }
  }
}

const OUTCOMES: readonly NonNullable<RunStack['outcome']>[] = ['returned', 'threw', 'closed', 'terminated'];
