/* When pixels changed: moves of the cursor in a trace of Chromium. */
import { once } from 'node:events';

/** @typedef {Awaited<ReturnType<typeof import('../../test/browser/chromium.mjs').launchChromium>>} Browser */

/**
 * One event of a trace; times in microseconds.
 * @typedef {{ name: string, ph: string, ts: number, dur?: number, pid: number, tid: number }} TraceEvent
 */

/**
 * From an input to the pixels of the last thing that it changed, in milliseconds. The parts follow each other: until the last
 * answer of the server was there (0 where none was needed), until the page had handed its changes to the compositor (scripts,
 * style, layout, and waiting for the browser's frame), until they were on the screen (raster and composition).
 * @typedef {{ totalMs: number, answerMs: number, pageMs: number, drawingMs: number }} Move
 */

/** Marks of the page, and what becomes of a frame: committed, activated, composed. */
const CATEGORIES = [
  'blink.user_timing',
  'disabled-by-default-devtools.timeline',
  'disabled-by-default-devtools.timeline.frame',
  'viz',
];

/**
 * Starts tracing; the function that this returns ends it.
 * @param {Browser} browser @returns {Promise<() => Promise<TraceEvent[]>>}
 */
export async function startTrace(browser) {
  const session = await browser.newBrowserCDPSession();
  /** @type {TraceEvent[]} */
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value) events.push(/** @type {TraceEvent} */ (/** @type {unknown} */ (event)));
  });
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: CATEGORIES, excludedCategories: ['*'] },
  });
  return async () => {
    const complete = once(
      /** @type {import('node:events').EventEmitter} */ (/** @type {unknown} */ (session)),
      'Tracing.tracingComplete',
    );
    await session.send('Tracing.end');
    await complete;
    return events.sort((a, b) => a.ts - b.ts);
  };
}

/**
 * Moves between the marks `bench input` and `bench settled`; null for one that changed nothing.
 * @param {readonly TraceEvent[]} events in order of time @returns {(Move | null)[]}
 */
export function movesIn(events) {
  const page = events.find(({ name }) => name === 'bench input');
  if (!page) return [];
  const inPage = events.filter(({ pid }) => pid === page.pid);
  const marks = inPage.filter(({ name, ph }) => name.startsWith('bench ') && ph !== 'e' && ph !== 'E');
  const commits = inPage.filter(({ name, ph, tid }) => name === 'Commit' && ph === 'X' && tid === page.tid);
  const activated = inPage.filter(({ name }) => name === 'ActivateLayerTree');
  const composed = events.filter(({ name, ph }) => name === 'Display::DrawAndSwap' && ph === 'X');
  /** @param {readonly TraceEvent[]} list @param {number | undefined} ts */
  const from = (list, ts) => (ts === undefined ? undefined : list.find((event) => event.ts >= ts));

  /** @type {(Move | null)[]} */
  const moves = [];
  /** @type {{ input: number, answer: number | undefined, change: number | undefined } | undefined} */
  let open;
  let answered = 0;
  for (const { name, ts } of marks) {
    if (name === 'bench input') open ??= { input: ts, answer: undefined, change: undefined };
    else if (name === 'bench answer') answered = ts;
    else if (open && name === 'bench change') {
      open.change = ts;
      // What comes later has changed nothing.
      if (answered > open.input) open.answer = answered;
    } else if (open && name === 'bench settled') {
      const { input, answer = input, change } = open;
      open = undefined;
      const commit = from(commits, change);
      const frame = from(composed, from(activated, commit?.ts)?.ts);
      if (!commit || !frame) {
        moves.push(null);
        continue;
      }
      const committed = commit.ts + (commit.dur ?? 0);
      const end = frame.ts + (frame.dur ?? 0);
      moves.push({
        totalMs: (end - input) / 1_000,
        answerMs: (answer - input) / 1_000,
        pageMs: (committed - answer) / 1_000,
        drawingMs: (end - committed) / 1_000,
      });
    }
  }
  return moves;
}
