import { K, type Captured, type Value } from '@execution-cinema/format';
import type { ChunkEvent } from '../read/chunks.ts';
import { LiveObjects } from '../read/live-objects.ts';
import type { Recording } from '../read/recording.ts';
import { ThreadReplay, type Frame } from '../read/replay.ts';
import { describeSite, nameOfSite } from '../read/site-text.ts';
import type { Site } from '../read/sites.ts';
import { comparable, comparableText, type Comparable } from './comparable.ts';
import type { IgnoreRules, Noise } from './noise.ts';

/** One thing that a thread did, ready to be compared with what the other run did. */
export interface Step {
  /** Same in both runs if they went the same way: what happened, in which function, to what. */
  shape: string;
  kind:
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
  /** Variable, property or expression; empty where there is none. */
  name: string;
  values: { name: string; value: Comparable }[];
  event: number;
  timeNs: number;
  call: number;
  function: string;
  file: string;
  line: number;
  /** The first of a turn of the event loop: which one. */
  turn: TurnName | undefined;
  /** The stack is empty after it. */
  endsTurn: boolean;
}

/** Which turn of the event loop, in words that both runs share. */
export interface TurnName {
  /** By what led to it and what the function was called with, and how many of those came before. */
  exact: string;
  /** By what led to it alone: several turns may share it. */
  base: string;
}

/** How much of a function is compared: 1 calls, 2 writes as well, 3 expressions as well. */
export type DepthOf = (site: Site) => 0 | 1 | 2 | 3;

export function functionKey(site: Site): string {
  return `${site.file}#${site.function.name}`;
}

/**
 * The steps of one thread in order. A turn is named by what led to it: the turn and function that scheduled it, the
 * function itself with its arguments, and how many of that kind came before. So turns can be paired whatever order they
 * ran in.
 */
export function* stepsOf(
  recording: Recording,
  thread: number,
  noise: Noise,
  rules: IgnoreRules,
  depthOf: DepthOf,
): Generator<Step> {
  const turns = new Turns();
  const replay = new ThreadReplay(recording.resolver(thread));
  for (const info of recording.chunks(thread)) {
    const chunk = recording.tryChunk(thread, info);
    if (typeof chunk === 'string') continue;
    replay.beginChunk(chunk.header);
    const objects = new LiveObjects();
    let pendingTurn: TurnName | undefined;
    for (const event of chunk.events()) {
      objects.begin(event);
      const wasEmpty = replay.stack.length === 0;
      const frame = replay.step(event);
      if (wasEmpty && replay.stack.length > 0) pendingTurn = turns.begin(event, replay, noise);
      const site = replay.resolver.resolve(event.payload);
      const made = frame && stepOf(event, frame, { replay, site, noise, rules, depthOf });
      objects.end(event, site);
      if (!made) continue;
      yield { ...made, turn: pendingTurn, endsTurn: replay.stack.length === 0 };
      pendingTurn = undefined;
    }
  }
}

/** Names of turns. */
class Turns {
  private readonly counts = new Map<string, number>();
  /** First call of each turn, and the turn's name: where a call was made. */
  private readonly firstCalls: number[] = [];
  private readonly names: string[] = [];

  begin(event: ChunkEvent, replay: ThreadReplay, noise: Noise): TurnName {
    const root = replay.stack[0]!;
    const key = root.site ? functionKey(root.site) : '?';
    const base = replay.woken
      ? `${this.turnOf(root.call)} resumes ${key}`
      : `${event.causeCall > 0 ? this.turnOf(event.causeCall) : ''}>${event.causeCode}:${key}`;
    const exact = replay.woken ? base : `${base}(${signature(event, root, noise)})`;
    const visit = (this.counts.get(exact) ?? 0) + 1;
    this.counts.set(exact, visit);
    const name = shortened(`${exact}#${visit}`);
    this.firstCalls.push(replay.woken ? replay.nextCall : root.call);
    this.names.push(name);
    return { exact: name, base };
  }

  private turnOf(call: number): string {
    let low = 0;
    let high = this.firstCalls.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.firstCalls[middle]! <= call) low = middle + 1;
      else high = middle;
    }
    return this.names[low - 1] ?? '';
  }
}

const SIGNATURE_CHARACTERS_MAX = 120;

/** What a call was given, in short. */
function signature({ values, captured }: ChunkEvent, { site }: Frame, noise: Noise): string {
  const names = site?.function.parameters ?? [];
  const fresh = new Set(captured);
  const texts = values.flatMap((value, i) =>
    names[i] === 'this'
      ? []
      : [comparableText(comparable(value, names[i] ?? '', noise, fresh), SIGNATURE_CHARACTERS_MAX)],
  );
  return texts.join(', ').slice(0, SIGNATURE_CHARACTERS_MAX);
}

/** Names grow with every turn that leads to another: the end of a long one is kept, with a number for the rest. */
const NAME_CHARACTERS_MAX = 300;

function shortened(name: string): string {
  if (name.length <= NAME_CHARACTERS_MAX) return name;
  let hash = 0;
  for (let i = 0; i < name.length - NAME_CHARACTERS_MAX; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0;
  return `${hash}…${name.slice(-NAME_CHARACTERS_MAX)}`;
}

interface Around {
  replay: ThreadReplay;
  site: Site | undefined;
  noise: Noise;
  rules: IgnoreRules;
  depthOf: DepthOf;
}

type Made = Omit<Step, 'turn' | 'endsTurn'>;

/** What an event is to a comparison; undefined when it does not count. */
function stepOf(event: ChunkEvent, frame: Frame, around: Around): Made | undefined {
  const { site: own } = frame;
  if (!own) return undefined;
  const depth = around.depthOf(own);
  if (depth === 0) return undefined;
  const { kind, values } = event;
  const line = (kind === K.LEAVE_VALUE ? frame.position : around.site)?.line ?? frame.position?.line ?? own.line;
  const make = (what: Step['kind'], name: string, shown: readonly (readonly [string, Value])[], detail = ''): Made => ({
    shape: `${what} ${functionKey(own)} ${detail}`,
    kind: what,
    name,
    values:
      what !== 'call' && around.noise.isNoisyLine(own.module, line) ? [] : compared(shown, event.captured, around),
    event: event.event,
    timeNs: event.timeNs,
    call: frame.call,
    function: own.function.name,
    file: own.file,
    line,
  });
  if (kind <= K.ENTER_MANY) {
    const names = own.function.parameters;
    return make(
      'call',
      '',
      values.map((value, i) => [names[i] ?? `argument ${i}`, value] as const),
    );
  }
  const ended = around.replay.ended[0];
  if (ended) {
    if (ended.outcome === 'returned') return make('return', 'result', [['result', ended.value]]);
    return make('end', ended.outcome, [], ended.outcome);
  }
  if (kind === K.LOG) return around.rules.logs ? undefined : make('log', 'output', [['output', values[0]]]);
  if (kind === K.SUSPEND || kind === K.SUSPEND_VALUE) return make('await', '', []);
  if (kind === K.RESUME) return make('resume', '', []);
  if (kind === K.THROW) return make('throw', '', [['error', values[0]]]);
  if (kind === K.CATCH) return make('catch', '', [['error', values[0]]]);
  return detailOf(event, depth, around, make);
}

function detailOf(
  event: ChunkEvent,
  depth: number,
  { site, rules }: Around,
  make: (what: Step['kind'], name: string, shown: readonly (readonly [string, Value])[], detail: string) => Made,
): Made | undefined {
  if (!site || depth < 2 || rules.writes) return undefined;
  const { kind, values } = event;
  const name = nameOfSite(site) ?? '';
  const plain = describeSite(site).name ?? name;
  if (rules.names.some((ignores) => ignores(plain))) return undefined;
  switch (kind) {
    case K.WRITE:
    case K.WRITE_SCOPED:
      return make('write', name, [[plain, values[0]]], name);
    case K.PROPERTY:
      return make('property', name, [[plain, values[1]]], name);
    case K.PROPERTY_COMPUTED:
      return make('property', name, [['key', values[1]], [plain, values[2]]], name); // prettier-ignore
    case K.EXPRESSION:
      return depth < 3 ? undefined : make('expression', name, [[name, values[0]]], name);
    default:
      return undefined;
  }
}

function compared(
  shown: readonly (readonly [string, Value])[],
  captured: readonly Captured[],
  { noise, rules }: Around,
): Step['values'] {
  if (rules.allValues) return [];
  const fresh = new Set(captured);
  return shown.flatMap(([name, value]) =>
    // The receiver of a method is known by who called it.
    name === 'this' || rules.names.some((ignores) => ignores(name))
      ? []
      : [{ name, value: comparable(value, name, noise, fresh) }],
  );
}
