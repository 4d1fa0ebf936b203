/* One moment, one cursor: every panel shows what these signals hold. */
import { batch, computed, signal } from '@preact/signals';
import { formatMoment } from '@execution-cinema/format';
import type {
  At,
  Breakpoint,
  CallName,
  FrameView,
  Moment,
  MoveKind,
  MoveParams,
  Params,
  StateView,
  Visited,
  VisitTarget,
} from '@execution-cinema/server/protocol';
import { counterpart } from '../model/differences.ts';
import { withKnownScopes } from '../model/outer-scopes.ts';
import { isCancelled } from '../transport/source.ts';
import { Latest } from '../transport/latest.ts';
import {
  askAhead,
  askNear,
  FRAMES_DESCRIBED,
  knownNear,
  momentTarget,
  moveTarget,
  timeTarget,
  visitParams,
} from './near.ts';
import { ask } from './session.ts';
import { threadLabel } from './thread-label.ts';
import { say } from './say.ts';

export const cursor = signal<At | null>(null);
/** What needs no more of it stays as it is while it moves. */
export const cursorThread = computed(() => cursor.value?.thread ?? 0);
export const hasCursor = computed(() => cursor.value !== null);
/** Call of the frame that is looked at; null: the innermost. */
export const frameCall = signal<CallName | null>(null);
/** What the server said about the cursor; while a newer answer is under way, about the moment before. */
export const state = signal<StateView | null>(null);
export const stateError = signal<unknown>(null);
/** Moment that others are compared with. */
export const pinned = signal<StateView | null>(null);
/** Somebody looks at the large scopes around a function: they are described too. */
export const looksOutside = signal(false);
export const breakpoints = signal<readonly Breakpoint[]>([]);
export const playing = signal<{ direction: 'forward' | 'back' } | null>(null);
/** Steps a second. */
export const speed = signal(6);

export const frame = computed<FrameView | null>(() => {
  const frames = state.value?.frames ?? [];
  return frames.find(({ call }) => call === frameCall.value) ?? frames[0] ?? null;
});

const latest = new Latest();
/** Steps that may wait while one is being made; a held key does not pile up more. */
const STEPS_WAITING_MAX = 2;

export interface GoOptions {
  frame?: CallName | null;
  /** What the move is for the history of the browser. Default `goal`. */
  stop?: Stop;
}

/**
 * What a move of the cursor is for the history of the browser: a place to come back to; a step, or an iteration, of which
 * many in a row are one place; where the page has opened, or what it follows by itself, which is no place of its own; or
 * nothing yet.
 */
export type Stop = 'goal' | 'step' | 'iteration' | 'arrival' | 'scrub';

/** Called whenever the cursor has moved. */
let moved: (stop: Stop) => void = () => undefined;
export function onMoved(listener: (stop: Stop) => void): void {
  moved = listener;
}

/** The last jump, until it has arrived: steps begin where it leads. */
let jump: Promise<void> = Promise.resolve();

/** Moves the cursor; everything else follows. */
export function goTo(at: At | Moment, options: GoOptions = {}): Promise<void> {
  jump = jumpTo(at, options);
  return jump;
}

async function jumpTo(at: At | Moment, options: GoOptions): Promise<void> {
  const timeNs = 'timeNs' in at ? at.timeNs : (cursor.peek()?.timeNs ?? 0);
  const early = { thread: at.thread, event: at.event, timeNs };
  const { stop = 'goal' } = options;
  try {
    await visit(momentTarget(at), { frame: options.frame ?? null, stop, early, marksChanges: stop !== 'goal' });
  } catch (error) {
    batch(() => {
      cursor.value = early;
      state.value = null;
      stateError.value = error;
      moved(stop);
    });
  }
}

/** Asks for the moment again, after the frame or the pin has changed or the program has gone on. */
export async function loadState(): Promise<void> {
  const at = cursor.peek();
  if (!at) return;
  try {
    await visit(momentTarget(at), { frame: frameCall.peek(), stays: true, marksChanges: true });
  } catch (error) {
    batch(() => {
      state.value = null;
      stateError.value = error;
    });
  }
}

interface VisitOptions {
  frame?: CallName | null;
  stop?: Stop;
  /** Where the cursor stands until the answer is there. */
  early?: At;
  /** It does not move, it only looks again. */
  stays?: boolean;
  /** Marks what differs from the moment before. After a jump that would be everything, which says nothing. */
  marksChanges?: boolean;
}

/** What is on its way to be shown. */
let underWay: { stop: Stop } | undefined;

/** Where a scrub has led, or is about to lead, was the goal. */
export function stayHere(): void {
  if (underWay) underWay.stop = 'goal';
  else moved('goal');
}

/**
 * Goes somewhere and shows all of it at once: one question, one picture. Resolves to undefined when another visit has
 * overtaken this one; rejects with what the server says.
 */
async function visit(to: VisitTarget, options: VisitOptions): Promise<Visited | undefined> {
  const { frame: call = null, stop = 'goal', early, stays = false, marksChanges = false } = options;
  const params = visitParams(to, call, pinned.peek()?.at ?? (marksChanges ? previousMoment : undefined));
  const own = { stop };
  underWay = own;
  try {
    let answer = knownNear('visit', params);
    if (answer) latest.cancel();
    else {
      if (early) showSoon(early, call);
      answer = await latest.run((cancel) => askNear('visit', params, cancel));
    }
    const view = answer?.state;
    if (!answer || !view) return answer;
    batch(() => {
      state.value = withKnownScopes(view, looksOutside.peek() ? state.peek() : null);
      stateError.value = null;
      cursor.value = view.at;
      frameCall.value = view.frames.some((entry) => entry.call === call) ? call : null;
      if (!stays) moved(own.stop);
    });
    previousMoment = view.at;
    // It is there: what is described later moves nothing.
    arrived(own);
    if (looksOutside.peek() || pinned.peek()) await describeOutside(params, view.at);
    else if (view.placesPending) await describePlaces(params, view.at);
    await describePinned();
    if (call === null && pinned.peek() === null) askAhead(view.at, lastStepMade);
    return answer;
  } finally {
    arrived(own);
  }
}

/** Whoever has overtaken it has a place of its own to show. */
function arrived(own: object): void {
  if (underWay === own) underWay = shownSoon = undefined;
}

/**
 * An answer that takes longer than a blink finds the cursor where it leads. Most take less: then one picture is drawn instead
 * of two, of which the first would be in the way of the answer.
 */
const SHOWN_SOON_MS = 40;
let shownSoon: (() => void) | undefined;
let soon: ReturnType<typeof setTimeout> | undefined;

/** A visit that overtakes another one, as in a drag, does not put it off. */
function showSoon(at: At, call: CallName | null): void {
  shownSoon = () =>
    batch(() => {
      cursor.value = at;
      frameCall.value = call;
    });
  soon ??= setTimeout(() => {
    soon = undefined;
    shownSoon?.();
  }, SHOWN_SOON_MS);
}

/** After what is close to the moment: the large scopes around the function. */
async function describeOutside({ to: _to, ...params }: Params<'visit'>, { thread, event }: Moment): Promise<void> {
  if (!state.peek()?.frames.some(({ scopes }) => scopes.some(({ omitted }) => omitted.length > 0))) return;
  const whole = { ...params, moment: { thread, event }, outerVariablesMax: Number.MAX_SAFE_INTEGER };
  const answer = await latest.run((cancel) => ask('state', whole, { signal: cancel }));
  if (answer) state.value = answer;
}

/** Long texts are looked through aside: then frames stand at their calls. */
async function describePlaces({ to: _to, ...params }: Params<'visit'>, { thread, event }: Moment): Promise<void> {
  const answer = await latest.run((cancel) =>
    ask('state', { ...params, moment: { thread, event }, wait: true }, { signal: cancel }),
  );
  if (answer) state.value = answer;
}

/** Describes the large scopes from now on. */
export async function lookOutside(): Promise<void> {
  if (looksOutside.peek()) return;
  looksOutside.value = true;
  const at = cursor.peek();
  if (!at) return;
  try {
    await describeOutside(visitParams(momentTarget(at), frameCall.peek(), undefined), at);
  } catch (error) {
    if (!isCancelled(error)) say(messageOf(error), 'error');
  }
}

/** The pinned state has the frame described that stood on top then: another one is asked for when it is looked at. */
async function describePinned(): Promise<void> {
  const pin = pinned.peek();
  const own = frame.peek();
  const other = pin && own ? counterpart(own, pin) : undefined;
  if (!pin || !other) return;
  if (!other.shortened && other.scopes.every(({ omitted }) => omitted.length === 0)) return;
  const { thread, event } = pin.at;
  const answer = await ask('state', { moment: { thread, event }, frames: FRAMES_DESCRIBED, call: other.call });
  if (pinned.peek() === pin) pinned.value = answer;
}

/** Where the cursor was before, for the marks on what has just changed. */
let previousMoment: At | undefined;

/** The last moment of a thread at or before a time; a scrub goes on until `stayHere`. */
export async function goToTime(timeNs: number, thread: number | null, scrubs = false): Promise<void> {
  const before = cursor.peek();
  try {
    const to = timeTarget(timeNs, thread);
    const answer = await visit(to, {
      stop: scrubs ? 'scrub' : 'goal',
      ...(before && { early: { ...before, timeNs } }),
    });
    if (answer && !answer.at) cursor.value = before;
  } catch (error) {
    cursor.value = before;
    say(messageOf(error), 'error');
  }
}

/** Text that names a moment: `1@230`, `1:12`, `250ms`, `end`. */
export async function goToText(text: string, options: GoOptions = {}): Promise<boolean> {
  try {
    await goTo(await ask('resolve', { text }), options);
    return true;
  } catch (error) {
    say(messageOf(error), 'error');
    return false;
  }
}

let stepsWaiting = 0;
let lastStep: Promise<boolean> = Promise.resolve(true);
/** It is likely to be made again. */
let lastStepMade: { kind: MoveKind; direction: 'forward' | 'back' } | undefined;
/** Steps to somewhere else, or further, than to the next moment. */
const FAR: ReadonlySet<MoveKind> = new Set(['start', 'end', 'continue', 'line', 'write', 'throw', 'call', 'cause']);

/** Makes a step after those under way. Resolves to whether the cursor has moved. */
export function move(
  kind: MoveKind,
  direction: 'forward' | 'back',
  more: Partial<MoveParams> = {},
  stop?: Stop,
): Promise<boolean> {
  if (stepsWaiting >= STEPS_WAITING_MAX) return Promise.resolve(true);
  stepsWaiting += 1;
  lastStep = lastStep.then(() => makeStep(kind, direction, more, stop)).finally(() => (stepsWaiting -= 1));
  return lastStep;
}

async function makeStep(
  kind: MoveKind,
  direction: 'forward' | 'back',
  more: Partial<MoveParams>,
  stop?: Stop,
): Promise<boolean> {
  await jump;
  const at = cursor.peek();
  if (!at) return false;
  const call = frameCall.peek();
  try {
    lastStepMade = FAR.has(kind) ? undefined : { kind, direction };
    const to = moveTarget(at, kind, direction, {
      ...(call !== null && { call }),
      ...(kind === 'continue' && { breakpoints: [...breakpoints.peek()], throws: true }),
      ...more,
    });
    const passing = kind === 'event' || kind === 'over' || kind === 'into';
    const answer = await visit(to, { stop: stop ?? (passing ? 'step' : 'goal'), marksChanges: passing });
    const isElsewhere = answer?.at != null && answer.at.thread !== at.thread;
    if (isElsewhere) say(`${answer.why}, on ${threadLabel(answer.at!.thread)}`);
    else if (answer && (!answer.at || kind === 'continue' || kind === 'cause' || kind === 'throw')) say(answer.why);
    return answer?.at !== null;
  } catch (error) {
    if (!isCancelled(error)) say(messageOf(error), 'error');
    return false;
  }
}

/** Plays steps at `speed` until there is no next one or `pause`. */
export async function play(direction: 'forward' | 'back'): Promise<void> {
  const own = { direction };
  playing.value = own;
  while (playing.peek() === own) {
    const startedMs = performance.now();
    if (!(await move('into', direction))) break;
    const restMs = 1_000 / speed.peek() - (performance.now() - startedMs);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, restMs)));
  }
  if (playing.peek() === own) playing.value = null;
}

export function pause(): void {
  playing.value = null;
}

export function selectFrame(call: CallName): void {
  const frames = state.peek()?.frames ?? [];
  frameCall.value = frames[0]?.call === call ? null : call;
  moved('goal');
  if (frames.find((entry) => entry.call === call)?.shortened) void loadState();
}

/** One frame further in (-1) or out (1). */
export function stepFrame(step: 1 | -1): void {
  const frames = state.peek()?.frames ?? [];
  const index = frames.findIndex(({ call }) => call === frame.peek()?.call);
  const target = frames[index + step];
  if (target) selectFrame(target.call);
}

export function togglePin(): void {
  const current = state.peek();
  pinned.value = pinned.peek() || !current ? null : current;
  say(
    pinned.peek()
      ? `Pinned ${formatMoment(pinned.peek()!.at.thread, pinned.peek()!.at.event)}: what differs from it is marked`
      : 'Pin removed',
  );
  void loadState();
}

export function toggleBreakpoint(file: string, line: number): void {
  const others = breakpoints.peek().filter((entry) => entry.file !== file || entry.line !== line);
  breakpoints.value = others.length < breakpoints.peek().length ? others : [...others, { file, line }];
}

/** `continue` stops at a line where a condition holds; an empty one always does. */
export function setBreakpoint(file: string, line: number, condition: string): void {
  const others = breakpoints.peek().filter((entry) => entry.file !== file || entry.line !== line);
  breakpoints.value = [...others, { file, line, ...(condition !== '' && { condition }) }];
  say(`Continue (F8) stops at line ${line}${condition === '' ? '' : ` where ${condition}`}`);
}

export function clearCursor(): void {
  latest.cancel();
  previousMoment = undefined;
  batch(() => {
    cursor.value = null;
    frameCall.value = null;
    state.value = null;
    stateError.value = null;
    pinned.value = null;
    playing.value = null;
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
