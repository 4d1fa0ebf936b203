import type { Progress } from '../index/progress.ts';
import type { Moment } from '../read/moments.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording, ThreadRow } from '../read/recording.ts';
import { callSteps, type CallStep, type CallSteps } from '../stage/call-steps.ts';
import { CallPaths } from './call-paths.ts';
import { Noise, parseIgnore } from './noise.ts';
import { threadRoles } from './roles.ts';

/** Where the other run stands. */
export interface Counterpart {
  /** Undefined: nothing in the other run stands for it. */
  moment: Moment | undefined;
  /** The other run did the same there; else it is the last thing before, that both did. */
  isExact: boolean;
  /** For people: why it is not exact. */
  why: string;
}

/** Steps of a call that are looked at around a moment. */
const STEPS_MAX = 4_000;

/** Threads of the first run with their paths and those of the other; the ones asked for last. */
const THREADS_MAX = 6;

interface Pair {
  thread: number;
  own: CallPaths;
  other: CallPaths;
}

export interface RunSide {
  recording: Recording;
  index: SeekLookup;
}

/**
 * Two runs that are looked at together. Calls are paired by their path (which call of which function by which caller),
 * moments by what the call did since the last call that it made.
 */
export class PairedRuns {
  private readonly a: RunSide;
  private readonly b: RunSide;
  private readonly pairs = new Map<number, Pair | undefined>();

  constructor(a: RunSide, b: RunSide) {
    this.a = a;
    this.b = b;
  }

  /** Reads both threads once for the first moment of a thread. `onProgress` may throw to end that. */
  counterpart(moment: Moment, call: number, onProgress?: (progress: Progress) => void): Counterpart {
    const pair = this.pairOf(moment.thread, onProgress);
    if (!pair) return nowhere('The other run has no such thread.');
    if (call <= 0) return nowhere('Between two turns of the event loop nothing can be paired.');
    const chain = pair.own.chain(call);
    const others: number[] = [];
    for (const one of chain) {
      const found = pair.other.find(pair.own, one, others.at(-1) ?? 0);
      if (found === 0) break;
      others.push(found);
    }
    const last = others.length - 1;
    if (last < 0) return nowhere('The other run has no such turn of the event loop.');
    return this.momentInCall(moment, pair, { own: chain[last]!, other: others[last]!, lost: chain[last + 1] });
  }

  private pairOf(thread: number, onProgress: ((progress: Progress) => void) | undefined): Pair | undefined {
    const known = this.pairs.get(thread);
    if (known || this.pairs.has(thread)) return known;
    const other = this.otherThread(thread);
    const made = other && this.read(thread, other.id, onProgress);
    if (this.pairs.size >= THREADS_MAX) this.pairs.delete(this.pairs.keys().next().value!);
    this.pairs.set(thread, made);
    return made;
  }

  /** Of several threads that do the same work, the one that came at the same place. */
  private otherThread(thread: number): ThreadRow | undefined {
    for (const [role, rows] of threadRoles(this.a.recording)) {
      const place = rows.findIndex(({ id }) => id === thread);
      if (place >= 0) return threadRoles(this.b.recording).get(role)?.[place];
    }
    return undefined;
  }

  private read(thread: number, other: number, onProgress: ((progress: Progress) => void) | undefined): Pair {
    const rules = parseIgnore([]);
    const stored = ({ recording }: RunSide, id: number): number =>
      recording.threads().find((row) => row.id === id)?.stored ?? 0;
    const firstEvents = stored(this.a, thread);
    const totalEvents = firstEvents + stored(this.b, other);
    const paths = ({ recording }: RunSide, id: number, before: number): CallPaths =>
      new CallPaths(recording, id, new Noise(recording, rules), (event) =>
        onProgress?.({ doneEvents: Math.min(totalEvents, before + event), totalEvents }),
      );
    return { thread: other, own: paths(this.a, thread, 0), other: paths(this.b, other, firstEvents) };
  }

  private momentInCall(
    moment: Moment,
    pair: Pair,
    { own, other, lost }: { own: number; other: number; lost: number | undefined },
  ): Counterpart {
    const left = stepsOf(this.a, moment.thread, own, moment.event);
    const until = left.steps.findLastIndex(({ event, child }) =>
      lost === undefined ? event <= moment.event : child?.call === lost,
    );
    const name = lost === undefined ? '' : (left.steps[until]?.name ?? 'this function');
    const why =
      lost === undefined ? 'The other run did not do this here.' : `The other run does not call ${name} here.`;
    const anchor = this.anchorOf(left, until, pair, other);
    const right = stepsOf(this.b, pair.thread, other, anchor?.event);
    const from = anchor ? right.steps.findIndex(({ event }) => event === anchor.event) : 0;
    const begin = left.site?.function.line ?? 0;
    const beginOther = right.site?.function.line ?? 0;
    const found = sameStep(
      { steps: left.steps.slice(anchor?.index ?? 0, until + 1), line: begin },
      { steps: right.steps.slice(Math.max(0, from)), line: beginOther },
    );
    const event = found?.event ?? anchor?.event ?? right.steps[0]?.event;
    if (event === undefined) return nowhere('That part of the other run is not stored.');
    const isExact = lost === undefined && found?.isLast === true;
    return { moment: { thread: pair.thread, event }, isExact, why: isExact ? '' : why };
  }

  /** The last call before a step that the other run made as well: from there on steps are counted. */
  private anchorOf(
    { steps }: CallSteps,
    until: number,
    { thread, own, other }: Pair,
    parent: number,
  ): { index: number; event: number } | undefined {
    for (let index = until; index >= 0; index--) {
      const { child } = steps[index]!;
      const found = child ? other.find(own, child.call, parent) : 0;
      if (found === 0) continue;
      const start = callSteps(this.b.recording, thread, found, { limit: 1 }).steps[0];
      if (start) return { index, event: start.event };
    }
    return undefined;
  }
}

function stepsOf({ recording, index }: RunSide, thread: number, call: number, around?: number): CallSteps {
  let chunksLeft = CHUNKS_MAX;
  return callSteps(recording, thread, call, {
    limit: STEPS_MAX,
    index,
    goOn: () => chunksLeft-- > 0,
    ...(around !== undefined && { around }),
  });
}

/** Chunks that are read for the steps of one call. */
const CHUNKS_MAX = 12;

function nowhere(why: string): Counterpart {
  return { moment: undefined, isExact: false, why };
}

interface Part {
  steps: readonly CallStep[];
  /** Line of the function: places are counted from there, so that code above it may have grown. */
  line: number;
}

/** The last step of `a` that `b` has as well: the same thing at the same place, as often as before. */
function sameStep(a: Part, b: Part): { event: number; isLast: boolean } | undefined {
  const events = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const step of b.steps) events.set(visitOf(step, b.line, counts), step.event);
  counts.clear();
  const keys = a.steps.map((step) => visitOf(step, a.line, counts));
  for (let i = keys.length - 1; i >= 0; i--) {
    const event = events.get(keys[i]!);
    if (event !== undefined) return { event, isLast: i === keys.length - 1 };
  }
  return undefined;
}

function visitOf({ kind, name, line, column }: CallStep, begin: number, counts: Map<string, number>): string {
  const key = `${kind} ${name} ${line - begin}:${column}`;
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return `${key} ${count}`;
}
