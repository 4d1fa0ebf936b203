/* The file that is shown: that of the frame, or one opened beside it; with what ran of it. */
import { batch, computed, effect, signal } from '@preact/signals';
import { callOfLines, sleeperOf } from '@execution-cinema/server/protocol';
import type { Executions, HitsView, LineValues, Place, SourceView, Span } from '@execution-cinema/server/protocol';
import { recordOf, type LineRecord } from '../model/line-facts.ts';
import { Lru } from '../model/lru.ts';
import { scanText } from '../model/highlight.ts';
import type { ShownFile } from '../model/shown-file.ts';
import { isCancelled } from '../transport/source.ts';
import { Latest } from '../transport/latest.ts';
import { cursor, frame, frameCall, state } from './cursor.ts';
import { askNear, knownNear, lineValuesParams, onSeenAhead } from './near.ts';
import { forEachBox } from './flame-tiles.ts';
import { ask, askLong, connection, functionById, generation, overview, wholeSpan } from './session.ts';

/** A file that was opened by hand; null: the one of the frame. */
export const openedFile = signal<{ file: string; line: number | null } | null>(null);
export const shown = signal<ShownFile | null>(null);
export const sourceError = signal<unknown>(null);
export const hits = signal<HitsView | null>(null);
export const lineValues = signal<LineValues | null>(null);
/** Line whose executions are shown at the foot of the source, until somebody closes that: wherever the cursor goes. */
export const selection = signal<{ file: string; line: number } | null>(null);
export const executions = signal<Executions | null>(null);

/** The selected line, if it is one of the file that is shown. */
export const selectedLine = computed<number | null>(() =>
  selection.value?.file === shown.value?.view.file ? (selection.value?.line ?? null) : null,
);

/** What was known of the selected line when its file was shown last. */
let lastRecord: { of: object; record: LineRecord } | undefined;

/** What the selected line has to show of when it ran. */
export const selectedRecord = computed<LineRecord>(() => {
  const of = selection.value;
  if (of && of.file === shown.value?.view.file) lastRecord = { of, record: recordAt(of.line) };
  return lastRecord && lastRecord.of === of ? lastRecord.record : { kind: 'own' };
});

/** What a line of the file that is shown has to show of when it ran. */
export function recordAt(line: number): LineRecord {
  const own = hits.value?.file === shown.value?.view.file ? hits.value : null;
  return recordOf(own, line);
}

/** The line whose events stand for a line; undefined where there is none. */
export function lineWithEvents(record: LineRecord, line: number): number | undefined {
  if (record.kind === 'own') return line;
  return record.kind === 'block' ? record.by : undefined;
}

/** A call that has just fallen asleep is shown although it is not on the stack any more. */
const asleep = computed(() => {
  const event = state.value?.event;
  return event && frameCall.value === null ? sleeperOf(event) : null;
});

/** Where the code stands at the moment. */
export const standing = computed<Place | null>(() => {
  const view = state.value;
  const place = asleep.value?.place ?? frame.value?.place ?? view?.event.place ?? view?.asyncCallers[0]?.place ?? null;
  return place && place.file !== '' ? place : null;
});

export const wantedPlace = computed<Place | null>(() => {
  const opened = openedFile.value;
  return opened ? { file: opened.file, line: opened.line ?? 1, column: 0 } : standing.value;
});

const FILES_KEPT = 24;
/** How long the cursor stays before more is asked for than can be had at once. */
const REST_MS = 120;
const files = new Lru<ShownFile>(FILES_KEPT);
const sources = new Latest();
const counts = new Latest();
const values = new Latest();
const runs = new Latest();

export function openFile(file: string, line: number | null = null): void {
  batch(() => {
    openedFile.value = { file, line };
    if (line !== null) selection.value = { file, line };
  });
}

/** Back to the file of the frame. */
export function followFrame(): void {
  openedFile.value = null;
}

export function forgetSources(): void {
  files.clear();
  ahead.clear();
  shown.value = null;
  hits.value = null;
  lineValues.value = null;
  selection.value = null;
  executions.value = null;
}

/** Starts following the cursor. */
export function followSources(): void {
  onSeenAhead(({ state: view }) => view && void loadAhead((view.frames[0]?.place ?? view.event.place)?.file));
  effect(() => {
    const file = wantedPlace.value?.file;
    if (file !== undefined && overview.value) void loadSource(file);
  });
  effect(() => {
    const file = shown.value?.view.file;
    void generation.value;
    if (file !== undefined) void loadHits(file);
  });
  effect(() => {
    const view = state.value;
    const call = view && callOfLines(view, frameCall.value);
    if (call) void loadLineValues(call, view.at);
    else lineValues.value = null;
  });
  effect(() => {
    const selected = selection.value;
    const line = selected === null ? undefined : lineWithEvents(selectedRecord.value, selected.line);
    void cursor.value;
    if (selected !== null && line !== undefined) void loadExecutions(selected.file, line);
    else executions.value = null;
  });
}

async function loadSource(file: string): Promise<void> {
  if (shown.peek()?.view.file === file) return;
  const known = files.get(file);
  if (known) {
    sources.cancel();
    show(known);
    return;
  }
  try {
    const view = await sources.run((cancel) => ask('source', { file }, { signal: cancel }));
    if (!view) return;
    hits.value = null;
    show(keepFile(view));
  } catch (error) {
    shown.value = null;
    sourceError.value = error;
  }
}

function show(file: ShownFile): void {
  batch(() => {
    shown.value = file;
    sourceError.value = null;
  });
}

function keepFile(view: SourceView): ShownFile {
  const file = { view, lines: scanText(view.text ?? '') };
  files.set(view.file, file);
  return file;
}

/** Files that were, or are being, loaded before anybody stood in them. */
const ahead = new Set<string>();

/** Where a step may lead: its text is there, and coloured, when it does. A long one takes half a blink. */
async function loadAhead(file = ''): Promise<void> {
  if (file === '' || ahead.has(file) || files.get(file)) return;
  ahead.add(file);
  const view = await quietly(ask('source', { file }));
  if (view && !files.get(file)) keepFile(view);
}

/** The same for the file that most of the timeline is about: a jump leads there. */
export function loadAheadOfJumps(): void {
  // An exported page has its texts at hand.
  if (connection.peek() !== 'open') return;
  const boxes = new Map<string, number>();
  let most = '';
  forEachBox((id) => {
    const file = functionById.peek().get(id)?.file ?? '';
    const count = (boxes.get(file) ?? 0) + 1;
    boxes.set(file, count);
    if (count > (boxes.get(most) ?? 0)) most = file;
  });
  void loadAhead(most);
}

async function loadHits(file: string): Promise<void> {
  const answer = await quietly(
    counts.run(async (cancel) => {
      const known = await ask('hits', { file }, { signal: cancel });
      hits.value = known;
      return known.coverage < 1 || known.textPending
        ? ask('hits', { file, wait: true }, { signal: cancel })
        : undefined;
    }),
  );
  if (answer) hits.value = answer;
}

async function loadLineValues(call: string, moment: { thread: number; event: number }): Promise<void> {
  const params = lineValuesParams(call, moment);
  // Shown in the same picture as the state that they came with.
  const known = knownNear('lineValues', params);
  if (known) lineValues.value = known;
  const answer = await quietly(
    values.run(async (cancel) => {
      const close = known ?? (await askNear('lineValues', params, cancel));
      lineValues.value = close;
      if (close.whole) return undefined;
      // Of a call that goes on for long, what lies around the moment comes first.
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      return cancel.aborted ? undefined : ask('lineValues', { ...params, wait: true }, { signal: cancel });
    }),
  );
  if (answer) lineValues.value = answer;
}

async function loadExecutions(file: string, line: number): Promise<void> {
  const at = cursor.peek();
  const params = { file, line, limit: EXECUTIONS_SHOWN, ...(at && { around: { thread: at.thread, event: at.event } }) };
  const key = `${overview.peek()?.rec} ${generation.peek()} ${file}:${line}`;
  const answer = await quietly(
    runs.run(async (cancel) => {
      const isAtHand = connection.peek() !== 'open';
      if (searched === key || isAtHand || !at) return ask('executions', params, { signal: cancel });
      // The first time the whole recording is looked through: what ran around the cursor comes at once.
      const span = spanAround(at.timeNs);
      executions.value = partOf(await ask('executions', { ...params, span }, { signal: cancel }));
      return askLong('executions', params, cancel);
    }),
  );
  if (!answer) return;
  searched = key;
  executions.value = answer;
}

/** Line whose executions were looked for in the whole recording last. */
let searched: string | undefined;
const EXECUTIONS_SHOWN = 50;
/** Share of the run, to both sides of the cursor, whose executions of a line are shown first. */
const CLOSE_SHARE = 1 / 400;

function spanAround(timeNs: number): Span {
  const reach = wholeSpan.peek().toNs * CLOSE_SHARE;
  return { fromNs: Math.max(0, timeNs - reach), toNs: timeNs + reach };
}

/** Of how many these are some is not known yet. */
function partOf(found: Executions): Executions | null {
  return found.items.length === 0 ? null : { ...found, total: null, current: null, offset: 0, more: true };
}

/** For what is an addition to a panel: without it the panel says nothing wrong. */
async function quietly<Answer>(answer: Promise<Answer | undefined>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!isCancelled(error)) console.warn(`not shown: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
