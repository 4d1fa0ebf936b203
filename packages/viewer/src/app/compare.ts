/*
 * A second recording beside the one that is open. It has no cursor of its own: it stands where the server says that it
 * did the same as this one at the cursor.
 */
import { batch, computed, effect, signal } from '@preact/signals';
import type {
  CounterpartView,
  Difference,
  DiffView,
  FrameView,
  HitsView,
  LineValues,
  Moment,
  Overview,
  StateView,
} from '@execution-cinema/server/protocol';
import { pairedFrame } from '../model/differences.ts';
import { scanText } from '../model/highlight.ts';
import { Lru } from '../model/lru.ts';
import type { ShownFile } from '../model/shown-file.ts';
import { Latest } from '../transport/latest.ts';
import { isCancelled } from '../transport/source.ts';
import { frame, frameCall, goTo, state } from './cursor.ts';
import { ask, askLong, progress } from './session.ts';

/** Id of the recording beside this one; null: none. */
export const otherRec = signal<string | null>(null);
export const otherRun = signal<Overview | null>(null);
export const diff = signal<DiffView | null>(null);
/** Why there is no comparison, or no counterpart of the moment. */
export const compareError = signal<unknown>(null);
export const onlyDifferent = signal(false);

/** Where the other run stands; null: it is being looked for. */
export const counterpart = signal<CounterpartView | null>(null);
export const otherState = signal<StateView | null>(null);
export const otherFile = signal<ShownFile | null>(null);
export const otherHits = signal<HitsView | null>(null);
export const otherValues = signal<LineValues | null>(null);

/** Moment of this recording that `otherState` was asked for. */
const pairedWith = signal<Moment | null>(null);
/** Both pictures are of the same point: until then nothing is said of what differs. */
export const areTogether = computed(() => {
  const [at, paired] = [state.value?.at, pairedWith.value];
  return at !== undefined && at.thread === paired?.thread && at.event === paired.event;
});

/** The frame that stands beside the one that is looked at. */
export const otherFrame = computed<FrameView | null>(() => {
  const [view, other] = [state.value, otherState.value];
  return view && other ? pairedFrame(view, frame.value, other) : null;
});

/** The innermost frame and the chosen one: see `loadState`. */
const FRAMES_DESCRIBED = 1;
const FILES_KEPT = 12;
const files = new Lru<ShownFile>(FILES_KEPT);
const comparisons = new Latest();
const pairings = new Latest();
const pictures = { state: new Latest(), source: new Latest(), hits: new Latest(), values: new Latest() };

/** Opens a recording beside this one. `lands`: where they first part; else the cursor stays. */
export async function compareWith(rec: string, lands: boolean): Promise<void> {
  forget();
  otherRec.value = rec;
  try {
    const found = await comparisons.run(async (cancel) => ({
      run: await ask('overview', {}, { rec, signal: cancel }),
      diff: await askLong('diff', { other: rec }, cancel),
    }));
    if (!found) return;
    batch(() => {
      otherRun.value = found.run;
      diff.value = found.diff;
    });
    const first = found.diff.differences[0];
    if (lands && first) await goToDifference(first);
  } catch (error) {
    if (!isCancelled(error)) compareError.value = error;
  }
}

export function stopComparing(): void {
  comparisons.cancel();
  forget();
}

function forget(): void {
  pairings.cancel();
  files.clear();
  batch(() => {
    otherRec.value = null;
    otherRun.value = null;
    diff.value = null;
    compareError.value = null;
    clearPicture();
  });
}

function clearPicture(): void {
  counterpart.value = null;
  otherState.value = null;
  pairedWith.value = null;
  otherFile.value = null;
  otherHits.value = null;
  otherValues.value = null;
}

/** To a place where they part; what only the other run did moves that one alone. */
export async function goToDifference({ left, right, kind, why }: Difference): Promise<void> {
  if (left.at) return goTo(left.at);
  if (right.at) counterpart.value = { at: right.at, exact: kind === 'value', why };
}

/** The difference that the cursor stands at. */
export const differenceHere = computed<Difference | undefined>(() => {
  const at = state.value?.at;
  return at && diff.value?.differences.find(({ left }) => left.at?.thread === at.thread && left.at.event === at.event);
});

/** Starts keeping the other run beside the cursor. */
export function followComparison(): void {
  effect(() => {
    const at = state.value?.at;
    if (at && otherRec.value !== null && diff.value) void pair();
  });
  effect(() => {
    const at = counterpart.value?.at;
    if (at) void loadState(frameCall.peek() === null ? undefined : otherFrame.peek()?.call);
    else otherState.value = null;
  });
  effect(() => {
    const chosen = otherFrame.value;
    if (chosen?.shortened) void loadState(chosen.call);
  });
  effect(() => {
    const shown = otherFrame.value;
    const at = otherState.value?.at;
    if (shown && at) void loadPicture(shown, at);
    else otherValues.value = null;
  });
}

/** Moment of this recording that `counterpart` belongs to. */
let pairing: Moment | null = null;

async function pair(): Promise<void> {
  const rec = otherRec.peek()!;
  const { thread, event } = state.peek()!.at;
  const known = differenceHere.peek();
  if (known?.right.at) {
    pairings.cancel();
    pairing = { thread, event };
    counterpart.value = { at: known.right.at, exact: known.kind === 'value', why: known.why };
    return;
  }
  try {
    const answer = await pairings.run((cancel) =>
      ask(
        'counterpart',
        { other: rec, moment: { thread, event } },
        { signal: cancel, onProgress: (made) => (progress.value = made) },
      ),
    );
    if (!answer) return;
    pairing = { thread, event };
    batch(() => {
      counterpart.value = answer;
      compareError.value = null;
    });
  } catch (error) {
    if (!isCancelled(error)) compareError.value = error;
  } finally {
    progress.value = null;
  }
}

async function loadState(call: string | undefined): Promise<void> {
  const rec = otherRec.peek();
  const at = counterpart.peek()?.at;
  if (rec === null || !at) return;
  const moment = { thread: at.thread, event: at.event };
  const own = pairing;
  try {
    const answer = await pictures.state.run((cancel) =>
      ask('state', { moment, frames: FRAMES_DESCRIBED, ...(call !== undefined && { call }) }, { rec, signal: cancel }),
    );
    if (!answer) return;
    batch(() => {
      otherState.value = answer;
      pairedWith.value = own;
    });
  } catch (error) {
    if (!isCancelled(error)) compareError.value = error;
  }
}

async function loadPicture({ place, call }: FrameView, { thread, event }: { thread: number; event: number }) {
  const rec = otherRec.peek();
  if (rec === null) return;
  const { file } = place;
  await Promise.all([
    loadFile(rec, file),
    quietly(async () => {
      const answer = await pictures.values.run((cancel) =>
        ask('lineValues', { call, moment: { thread, event } }, { rec, signal: cancel }),
      );
      if (answer) otherValues.value = answer;
    }),
  ]);
}

async function loadFile(rec: string, file: string): Promise<void> {
  if (otherFile.peek()?.view.file === file) return;
  const known = files.get(file);
  if (known) otherFile.value = known;
  await quietly(async () => {
    const view =
      known?.view ?? (await pictures.source.run((cancel) => ask('source', { file }, { rec, signal: cancel })));
    if (!view) return;
    if (!known) {
      const entry = { view, lines: scanText(view.text ?? '') };
      files.set(file, entry);
      otherFile.value = entry;
    }
    const counts = await pictures.hits.run((cancel) => ask('hits', { file }, { rec, signal: cancel }));
    if (counts) otherHits.value = counts;
  });
}

/** What fails here is an addition to the picture: without it the picture says nothing wrong. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isCancelled(error)) console.warn(`not shown: ${error instanceof Error ? error.message : String(error)}`);
  }
}
