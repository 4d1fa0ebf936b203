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
  StateView,
} from '@execution-cinema/server/protocol';
import { Lru } from '../model/lru.ts';
import { ask, connection, generation, isRunning } from './session.ts';

/** Answers that only depend on what is asked, as long as nothing is added to the recording. */
type Near = Extract<Method, 'move' | 'state' | 'lineValues' | 'momentsAt'>;

const ANSWERS_KEPT = 96;
/** So long the cursor (or the pointer) rests before anything is asked ahead. */
const REST_MS = 80;
/** The innermost frame; another one is described when it is chosen. */
export const FRAMES_DESCRIBED = 1;
/** Larger scopes around a function are described when somebody opens them. */
const OUTER_VARIABLES_MAX = 24;

const answers = new Lru<Promise<unknown>>(ANSWERS_KEPT);

export function forgetNear(): void {
  answers.clear();
}

/** As `ask`; what was asked before is answered at once. */
export function askNear<M extends Near>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>> {
  const key = `${method} ${JSON.stringify(params)}`;
  const known = answers.get(key);
  if (known) return known as Promise<Result<M>>;
  // Forgotten before it is cancelled: whoever asks the same next asks anew.
  signal?.addEventListener('abort', () => answers.get(key) === answer && answers.delete(key), { once: true });
  const answer = ask(method, params, signal ? { signal } : {});
  answers.set(key, answer);
  answer.catch(() => answers.get(key) === answer && answers.delete(key));
  return answer;
}

export function moveParams(
  { thread, event }: Moment,
  kind: MoveKind,
  direction: 'forward' | 'back',
  more: Partial<MoveParams> = {},
): MoveParams {
  return { from: { thread, event }, kind, direction, ...more };
}

/** `since`: what differs from then is marked. */
export function stateParams(at: Moment, call: CallName | null, since: Moment | undefined): Params<'state'> {
  const isOther = since?.thread === at.thread && since.event !== at.event;
  return {
    moment: { thread: at.thread, event: at.event },
    frames: FRAMES_DESCRIBED,
    outerVariablesMax: OUTER_VARIABLES_MAX,
    ...(call !== null && { call }),
    ...(isOther && { since: { thread: since.thread, event: since.event } }),
  };
}

export function lineValuesParams(call: CallName, { thread, event }: Moment): Params<'lineValues'> {
  return { call, moment: { thread, event } };
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
export function askAhead({ at: from, frames }: StateView, last: Step | undefined): void {
  whenAtRest(async (isWanted) => {
    // What is on the screen comes first.
    if (frames[0]) await askNear('lineValues', lineValuesParams(frames[0].call, from));
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const isLast = ({ kind, direction }: Step): boolean => kind === last?.kind && direction === last.direction;
    for (const { kind, direction } of last ? [last, ...LIKELY.filter((step) => !isLast(step))] : LIKELY) {
      if (!isWanted()) return;
      const { at } = await askNear('move', moveParams(from, kind, direction));
      if (at && isWanted()) await askMoment(at, from);
    }
  });
}

/** The same for the moment that a click would lead to. */
export function askAheadOfClick(timeNs: number, thread: number | null): void {
  whenAtRest(async (isWanted) => {
    const at = await momentAt(timeNs, thread);
    if (at && isWanted()) await askMoment(at, undefined);
  });
}

/** The last moment of a thread, or of any, at or before a time. */
export async function momentAt(timeNs: number, thread: number | null, signal?: AbortSignal) {
  const { moments } = await askNear('momentsAt', { timeNs, ...(thread !== null && { threads: [thread] }) }, signal);
  return moments.toSorted((a, b) => b.timeNs - a.timeNs)[0];
}

async function askMoment(at: Moment, since: Moment | undefined): Promise<void> {
  const { frames } = await askNear('state', stateParams(at, null, since));
  if (frames[0]) await askNear('lineValues', lineValuesParams(frames[0].call, at));
}

function whenAtRest(work: (isWanted: () => boolean) => Promise<void>): void {
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
