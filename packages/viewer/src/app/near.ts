/* Moments around the cursor: what was asked lately is kept, what is likely to be asked next is asked ahead. */
import { effect } from '@preact/signals';
import type {
  CallName,
  Method,
  Moment,
  MoveKind,
  MoveParams,
  Params,
  Result,
  Visited,
  VisitTarget,
} from '@execution-cinema/server/protocol';
import { Lru } from '../model/lru.ts';
import { ask, connection, generation, isRunning } from './session.ts';

/** Answers that only depend on what is asked, as long as nothing is added to the recording. */
type Near = Extract<Method, 'visit' | 'lineValues'>;

interface Kept {
  answer: Promise<unknown>;
  /** The same, once it has come: what is known needs no wait, not even for the end of the task. */
  known?: unknown;
}

const ANSWERS_KEPT = 96;
/** So long the cursor (or the pointer) rests before anything is asked ahead. */
const REST_MS = 80;
/** The innermost frame; another one is described when it is chosen. */
export const FRAMES_DESCRIBED = 1;
/** Larger scopes around a function are described when somebody opens them. */
const OUTER_VARIABLES_MAX = 24;

const answers = new Lru<Kept>(ANSWERS_KEPT);

export function forgetNear(): void {
  answers.clear();
}

/** As `ask`; what was asked before is answered at once. */
export function askNear<M extends Near>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
  const key = keyOf(method, params);
  const kept = answers.get(key);
  if (kept) return kept.answer as Promise<Result<M>>;
  const forget = (): void => {
    if (answers.get(key) === own) answers.delete(key);
  };
  // Forgotten before it is cancelled: whoever asks the same next asks anew.
  signal?.addEventListener('abort', () => own.known === undefined && forget(), { once: true });
  const own: Kept = {
    answer: ask(method, params, signal ? { signal } : {}).then((result) => {
      own.known = result;
      if (method === 'visit') keepLines(result as Visited);
      return result;
    }),
  };
  answers.set(key, own);
  own.answer.catch(forget);
  return own.answer as Promise<Result<M>>;
}

/** What was answered before; undefined when it was not, or not yet. */
export function knownNear<M extends Near>(method: M, params: Params<M>): Result<M> | undefined {
  return answers.get(keyOf(method, params))?.known as Result<M> | undefined;
}

function keyOf(method: Near, params: object): string {
  return `${method} ${JSON.stringify(params)}`;
}

/** A visit answers for its lines too. */
function keepLines({ at, lineValues }: Visited): void {
  if (!at || !lineValues) return;
  answers.set(keyOf('lineValues', lineValuesParams(lineValues.call, at)), {
    answer: Promise.resolve(lineValues),
    known: lineValues,
  });
}

export function moveTarget(
  { thread, event }: Moment,
  kind: MoveKind,
  direction: 'forward' | 'back',
  more: Partial<MoveParams> = {},
): VisitTarget {
  return { kind: 'move', move: { from: { thread, event }, kind, direction, ...more } };
}

export function momentTarget({ thread, event }: Moment): VisitTarget {
  return { kind: 'moment', moment: { thread, event } };
}

/** The last moment of a thread, or of any, at or before a time. */
export function timeTarget(timeNs: number, thread: number | null): VisitTarget {
  return { kind: 'time', timeNs, ...(thread !== null && { thread }) };
}

/** `since`: what differs from then is marked. */
export function visitParams(to: VisitTarget, call: CallName | null, since: Moment | undefined): Params<'visit'> {
  return {
    to,
    frames: FRAMES_DESCRIBED,
    outerVariablesMax: OUTER_VARIABLES_MAX,
    ...(call !== null && { call }),
    ...(since && { since: { thread: since.thread, event: since.event } }),
  };
}

export function lineValuesParams(call: CallName, { thread, event }: Moment): Params<'lineValues'> {
  return { call, moment: { thread, event } };
}

/** Called with what was asked ahead. */
let seen: (visited: Visited) => void = () => undefined;
export function onSeenAhead(listener: (visited: Visited) => void): void {
  seen = listener;
}

interface Step {
  kind: MoveKind;
  direction: 'forward' | 'back';
}

const LIKELY: readonly Step[] = [
  { kind: 'into', direction: 'forward' },
  { kind: 'over', direction: 'forward' },
  { kind: 'over', direction: 'back' },
];

let timer: ReturnType<typeof setTimeout> | undefined;
/** Changes with every wish; one that is not the latest asks nothing more. */
let wish: object | undefined;

/** When it rests: asks for the moments that steps from here lead to, the repeated step first. */
export function askAhead(from: Moment, last: Step | undefined): void {
  whenAtRest(async (isWanted) => {
    const isLast = ({ kind, direction }: Step): boolean => kind === last?.kind && direction === last.direction;
    for (const { kind, direction } of last ? [last, ...LIKELY.filter((step) => !isLast(step))] : LIKELY) {
      if (!isWanted()) return;
      seen(await askNear('visit', visitParams(moveTarget(from, kind, direction), null, from)));
    }
  });
}

/** The same for the moment that a click would lead to. */
export function askAheadOfClick(timeNs: number, thread: number | null): void {
  whenAtRest(async () => seen(await askNear('visit', visitParams(timeTarget(timeNs, thread), null, undefined))));
}

function whenAtRest(work: (isWanted: () => boolean) => Promise<unknown>): void {
  const own = {};
  wish = own;
  clearTimeout(timer);
  // An exported page has its answers at hand, and what runs would make them old at once.
  if (connection.peek() !== 'open' || isRunning.peek()) return;
  const isWanted = (): boolean => wish === own;
  // What fails ahead of time is asked again, and told, when it is wanted.
  timer = setTimeout(() => void work(isWanted).catch(() => undefined), REST_MS);
}

/** Answers are as old as the recording was. */
export function followRecording(): void {
  effect(() => {
    void generation.value;
    forgetNear();
  });
}
