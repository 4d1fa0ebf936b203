import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '../../test/browser/chromium.mjs';
import { CLI, programPath, scratchFolder, setUp } from '../lib/run-program.mjs';
import { quantile } from '../lib/statistics.mjs';
import { movesIn, startTrace } from '../lib/browser-trace.mjs';

/** @typedef {import('../run.mjs').Context} Context */
/** @typedef {import('../lib/rows.mjs').Row} Row */

const EVENTS_PER_ACORN_ROUND = 6_600_000;
const OPENINGS = 5;
/** Of few, the 95th percentile is the largest one: that of the first jump of a page, whose code is not compiled yet. */
const JUMPS = 60;
const STEPS_AFTER_JUMP = 3;
/** Somebody looks before the next step: what it leads to may have been asked meanwhile. */
const REST_MS = 1_000;
/** Shorter than the cursor rests before the page asks for what may be wanted next. */
const QUIET_MS = 60;
const FRAMES = 120;
const PATIENCE_MS = 120_000;

/**
 * The viewer in a real browser on a recording of that many events: first picture, cursor to all panels, panning, memory.
 * @param {Context} context @returns {Promise<Row[]>}
 */
export async function viewer({ millionEvents, progress }) {
  const folder = scratchFolder();
  const recording = join(folder, 'large.db');
  progress(`recording ${millionEvents} million events`);
  record(recording, folder, Math.max(1, Math.round((millionEvents * 1e6) / EVENTS_PER_ACORN_ROUND)));
  const server = await serve(recording);
  const browser = await launchChromium();
  try {
    progress('opening');
    /** @type {number[]} */
    const openings = [];
    for (let i = 0; i < OPENINGS; i++) {
      const page = await visit(browser, server.url);
      openings.push(await page.evaluate('bench.firstPictureMs'));
      await page.context().close();
    }
    const page = await visit(browser, server.url);
    progress('the index');
    await page.waitForFunction('bench.isIndexed()', undefined, { timeout: PATIENCE_MS * 5 });
    const { jumps, steps, rested } = await moveAround(browser, page, progress);
    progress('panning');
    const frames = await pan(page);
    const heapBytes = await heapOf(page);
    return [
      row(
        'first picture',
        'ms',
        openings,
        { most: 1_000 },
        'server running, empty cache of the page; the first opens the recording',
      ),
      moveRow('jump to all panels, p95', jumps),
      moveRow('step to all panels, p95', steps),
      moveRow('step after a rest to all panels, p95', rested, 'a second after the last one'),
      row(
        'scripts per frame while panning, p95',
        'ms',
        [quantile(frames, 0.95)],
        { most: 10 },
        `median ${quantile(frames, 0.5).toFixed(1)} ms, ${frames.length} frames`,
      ),
      row('heap of the page', 'MB', [heapBytes / 2 ** 20], { most: 300 }),
    ];
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} line @param {string} unit @param {number[]} values @param {NonNullable<Row['target']>} target @param {string} [note] @returns {Row} */
function row(line, unit, values, target, note) {
  return {
    part: 'viewer',
    line,
    unit,
    median: quantile(values, 0.5),
    best: Math.min(...values),
    target,
    ...(note === undefined ? {} : { note }),
  };
}

/** @param {string} line @param {readonly import('../lib/browser-trace.mjs').Move[]} moves @param {string} [note] */
function moveRow(line, moves, note) {
  /** @param {'totalMs' | 'answerMs' | 'pageMs' | 'drawingMs'} part */
  const middle = (part) =>
    quantile(
      moves.map((move) => move[part]),
      0.5,
    ).toFixed(1);
  const parts = `answer ${middle('answerMs')}, page ${middle('pageMs')}, drawing ${middle('drawingMs')}`;
  const undrawn = quantile(
    moves.map(({ totalMs, drawingMs }) => totalMs - drawingMs),
    0.95,
  );
  const text = `${undrawn.toFixed(1)} ms but for drawing in software; median ${middle('totalMs')} ms: ${parts}${note === undefined ? '' : `; ${note}`}`;
  return row(
    line,
    'ms',
    [
      quantile(
        moves.map(({ totalMs }) => totalMs),
        0.95,
      ),
    ],
    { most: 50 },
    text,
  );
}

/** @param {string} recording @param {string} folder @param {number} rounds */
function record(recording, folder, rounds) {
  const { env, flags } = setUp({ name: 'recorded', tracer: { INCLUDE: '**', KEEP: '100GB' } }, recording);
  execFileSync(process.execPath, [...flags, programPath('acorn.cjs'), String(rounds)], {
    env: { ...env, BENCH_RESULT: join(folder, 'result.json') },
  });
}

/** @param {string} recording */
async function serve(recording) {
  const server = spawn(process.execPath, [CLI, 'view', recording, '--json', '--no-open'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(server.stdout, 'data');
  return {
    /** @type {string} */
    url: JSON.parse(String(line)).url,
    close: async () => {
      server.kill();
      await once(server, 'exit');
    },
  };
}

/**
 * Runs in the page before its own scripts. Marks inputs, answers and every change of what is to be seen (`bench ...`, see
 * `lib/browser-trace.mjs`), counts questions that are under way and the time that scripts take per frame.
 */
const PROBE = `(() => {
  const open = new Map();
  let lastMs = 0, firstPictureMs = 0, busyMs = 0;
  const mark = (what) => {
    lastMs = performance.now();
    performance.mark('bench ' + what);
  };
  // A click begins where the button goes down.
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, () => mark('input'), true);
  const timed = (run) => function (...values) {
    const start = performance.now();
    try { return run.apply(this, values); } finally { busyMs += performance.now() - start; }
  };
  // Questions that nobody waits for at the cursor.
  const BEHIND = new Set(['later', 'index', 'hits', 'film', 'flame', 'overview', 'code', 'logs', 'exceptions', 'requests', 'edges']);
  const isAboutCursor = (method) => !BEHIND.has(method);
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...values) {
      super(...values);
      Native.prototype.addEventListener.call(this, 'message', ({ data }) => {
        const text = typeof data === 'string' ? data : new TextDecoder().decode(data.slice(8, 400));
        const id = Number(/"id":(\\d+)/.exec(text)?.[1]);
        if (/"progress":/.test(text.slice(0, 60))) return;
        const method = open.get(id);
        if (open.delete(id) && isAboutCursor(method)) mark('answer');
      });
    }
    send(text) {
      const { id, method, cancel, params } = JSON.parse(text);
      if (cancel !== undefined) open.delete(cancel);
      // What takes its time is asked for when the cursor rests, after what lies close to it was shown.
      else if (method) open.set(id, params?.wait ? 'later' : method);
      super.send(text);
    }
    addEventListener(kind, listener) { super.addEventListener(kind, timed(listener)); }
  };
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (run) => frame(timed(run));
  const see = new MutationObserver(() => {
    mark('change');
    if (firstPictureMs > 0) return;
    if (document.querySelector('.frame.current') && document.querySelector('.film-canvas canvas')) {
      frame(() => (firstPictureMs = performance.now()));
    }
  });
  see.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
  // Every picture on a canvas begins with an empty one.
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...values) {
    if (this.canvas.isConnected) mark('change');
    return clearRect.apply(this, values);
  };
  const isBusy = () => [...open.values()].some(isAboutCursor);
  window.bench = {
    get firstPictureMs() { return firstPictureMs; },
    isIndexed: () => firstPictureMs > 0 && ![...open.values()].includes('index') && open.size === 0,
    /** Until nothing about the cursor is under way and nothing has changed for longer than a few frames. */
    settled: () => new Promise((resolve) => {
      const look = () => {
        // By a timer: frames that it asked for would be drawn as well.
        if (isBusy() || performance.now() - lastMs < QUIET_MS) return setTimeout(look, 10);
        performance.mark('bench settled');
        resolve();
      };
      look();
    }),
    /** Scripts per frame while keys are held. */
    pan: (count) => new Promise((resolve) => {
      const frames = [];
      const step = () => {
        if (frames.length > 0 || busyMs > 0) frames.push(busyMs);
        if (frames.length >= count) return resolve(frames);
        busyMs = 0;
        const key = frames.length % 40 < 20 ? 'd' : 'a';
        const target = document.body;
        timed(() => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })))();
        frame(step);
      };
      frame(step);
    }),
  };
})()`.replace('QUIET_MS', String(QUIET_MS));

/** @param {Awaited<ReturnType<typeof launchChromium>>} browser @param {string} url */
async function visit(browser, url) {
  // Waiting for what the page says needs scripts from outside, which its policy forbids.
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    bypassCSP: true,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.addInitScript(PROBE);
  await page.goto(url);
  await page.waitForFunction('bench.firstPictureMs > 0');
  return page;
}

/** @typedef {Awaited<ReturnType<Awaited<ReturnType<typeof launchChromium>>['newPage']>>} Page */

/**
 * @param {Awaited<ReturnType<typeof launchChromium>>} browser @param {Page} page @param {(text: string) => void} progress
 */
async function moveAround(browser, page, progress) {
  const box = await page.locator('.film-canvas').boundingBox();
  if (!box) throw new Error('there is no film strip');
  const endTrace = await startTrace(browser);
  /** In the order in which they are made. @type {('jump' | 'step' | 'rested')[]} */
  const kinds = [];
  /** @param {'jump' | 'step' | 'rested'} kind @param {() => Promise<void>} input */
  const make = async (kind, input) => {
    kinds.push(kind);
    await input();
    await page.evaluate('bench.settled()');
  };
  let seed = 7;
  for (let jump = 0; jump < JUMPS; jump++) {
    progress(`jump ${jump + 1} of ${JUMPS}`);
    seed = (seed * 48271) % 2147483647;
    const x = box.x + box.width * (0.02 + (0.96 * seed) / 2147483647);
    await make('jump', () => page.mouse.click(x, box.y + box.height / 2));
    for (let step = 0; step < STEPS_AFTER_JUMP; step++) {
      await make('step', () => page.keyboard.press(step % 2 === 0 ? 'i' : 'n'));
    }
    await page.waitForTimeout(REST_MS);
    await make('rested', () => page.keyboard.press('i'));
  }
  const moves = movesIn(await endTrace());
  if (moves.length !== kinds.length) throw new Error(`${kinds.length} moves were made, ${moves.length} seen`);
  /** @param {'jump' | 'step' | 'rested'} wanted */
  const of = (wanted) => moves.flatMap((move, i) => (move !== null && kinds[i] === wanted ? [move] : []));
  return { jumps: of('jump'), steps: of('step'), rested: of('rested') };
}

/** @param {Page} page @returns {Promise<number[]>} */
async function pan(page) {
  // Close to the cursor, where there is something to be drawn.
  for (let i = 0; i < 6; i++) await page.keyboard.press('w');
  await page.waitForTimeout(1_000);
  return page.evaluate(`bench.pan(${FRAMES})`);
}

/** @param {Page} page */
async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = /** @type {{ usedSize: number }} */ (await session.send('Runtime.getHeapUsage'));
  return usedSize;
}
