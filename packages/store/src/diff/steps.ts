import { K, type Captured, type Value } from '@execution-cinema/format';
import type { ChunkEvent } from '../read/chunks.ts';
import { LiveObjects } from '../read/live-objects.ts';
import type { Recording } from '../read/recording.ts';
import { ThreadReplay, type Frame } from '../read/replay.ts';
import { describeSite, nameOfSite } from '../read/site-text.ts';
import type { Site } from '../read/sites.ts';
import { comparable, type Comparable } from './comparable.ts';
import type { IgnoreRules, Noise } from './noise.ts';
import { functionKey, Turns, type TurnName } from './turns.ts';

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

/** How much of a function is compared: 1 calls, 2 writes as well, 3 expressions as well. */
export type DepthOf = (site: Site) => 0 | 1 | 2 | 3;

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
