import { R } from '@execution-cinema/format';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../driver/open.ts';
import { openForReading } from '../schema/open-recording.ts';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { FakeWriter } from '../../test/recorder/fake-writer.ts';
import { smallSiteTable } from '../../test/recorder/site-table.ts';
import { recorderOptions } from '../../test/recorder/start-worker.ts';
import { verifyRecording } from '../verify/verify-recording.ts';
import type { RecorderHooks } from './hooks.ts';
import type { CostReport } from './levels/ledger.ts';
import type { LivePlan, PlanSource } from './levels/plan-watch.ts';
import type { RecorderMessage, RecorderOptions, RecorderReport } from './messages.ts';
import { RecorderLoop } from './recorder-loop.ts';

/* The loop runs in the thread of the test here: between two turns the test goes on. */

let file: string;
let writer: FakeWriter;
let port: MessagePort;
let reports: RecorderReport[];

beforeEach(() => {
  file = join(scratchFolder(), 'a.db');
  writer = new FakeWriter(4, 4096);
  reports = [];
});

/** @param early what the program says before the recorder is up */
function start(
  hooks: RecorderHooks = {},
  change: Partial<RecorderOptions> = {},
  early: readonly RecorderMessage[] = [],
): void {
  const { port1, port2 } = new MessageChannel();
  port = port1;
  for (const message of early) post(message);
  port1.on('message', (report: RecorderReport) => reports.push(report));
  new RecorderLoop({ ...recorderOptions(file, writer, port2), ...change }, hooks).start();
}

async function until(what: string, condition: () => boolean, timeoutMs = 4_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`waited in vain until ${what}: ${JSON.stringify(reports)}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const post = (message: RecorderMessage): void => port.postMessage(message);
const reported = (type: RecorderReport['type']): boolean => reports.some((report) => report.type === type);

async function exit(): Promise<void> {
  writer.publish();
  post({ type: 'process-exit', timeNs: 5_000, exitCode: 3, signal: null });
  Atomics.add(writer.words, R.R_DRAIN, 1);
  writer.wake();
  await until('the recording is closed', () => reported('closed'));
}

afterEach(async () => {
  if (!reported('closed') && !reports.some((report) => report.type === 'failed' && report.storedEvents === 0))
    await exit();
  port.close();
});

function storedEvents(): number {
  const db = openForReading(file);
  try {
    return db.prepare('SELECT coalesce(sum(events), 0) n FROM chunks').get<{ n: number }>()!.n;
  } finally {
    db.close();
  }
}

/** Thread 7 of the process begins to write. */
function startWorker({ ring }: FakeWriter): void {
  post({
    type: 'thread-start',
    thread: 7,
    kind: 'worker',
    name: 'pool',
    workerId: 1,
    parentThread: 0,
    startNs: 100,
    ring,
    levels: new SharedArrayBuffer(64),
  });
}

describe('an idle program', () => {
  test('has nothing unsaved, and the recorder sleeps until it is called', async () => {
    start();
    await until('ready', () => reported('ready'));
    writer.call(1, 1);
    await until('unpublished events are stored', () => storedEvents() === 2);
    await until('the recorder sleeps', () => writer.words[R.R_SLEEPING] === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const tick = writer.words[R.R_TICK];
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(writer.words[R.R_TICK]).toBe(tick);
    writer.call(1, 2);
    await until('it is stored too', () => storedEvents() === 4);
    await until('the recorder sleeps again', () => writer.words[R.R_SLEEPING] === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    post({ type: 'note', timeNs: 1, kind: 'test', text: 'a message wakes it as well' });
    const db = openForReading(file);
    await until('the note is stored', () => db.prepare("SELECT 1 FROM notes WHERE kind = 'test'").get() !== undefined);
    db.close();
  });
});

describe('the end of a process', () => {
  /** What the threads have produced, and dropped of it. */
  const accounts = (): unknown[] => {
    const db = openForReading(file);
    try {
      return db.prepare('SELECT produced, dropped FROM threads ORDER BY id').all();
    } finally {
      db.close();
    }
  };

  test('stores all that other threads have finished by then', async () => {
    start();
    await until('ready', () => reported('ready'));
    const second = new FakeWriter(16, 4096);
    startWorker(second);
    for (let i = 0; i < 19_000; i++) second.call(1, i);
    second.finishChunk();
    await exit();
    expect(accounts()).toEqual([
      { produced: 0, dropped: 0 },
      { produced: 38_000, dropped: 0 },
    ]);
  });

  test('gives a thread time that has waited for room in its ring', async () => {
    let isSlow = false;
    const freeBytes = (): number => {
      if (isSlow) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200);
      isSlow = false;
      return 1e12;
    };
    start({ freeBytes });
    await until('ready', () => reported('ready'));
    // The space of the disk is looked at once a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    isSlow = true;
    for (let i = 0; i < 1_500; i++) writer.call(1, i);
    expect(writer.words[R.slotControlWords(0)]).toBe(R.SLOT_FULL);
    post({ type: 'process-exit', timeNs: 5_000, exitCode: 3, signal: null });
    await until('there is room', () => writer.words[R.slotControlWords(0)] === R.SLOT_FREE);
    await new Promise((resolve) => setTimeout(resolve, 50));
    writer.call(1, 1);
    await exit();
    expect(accounts()).toEqual([{ produced: 3_002, dropped: 0 }]);
  });
});

describe('threads', () => {
  test('come and go, each with its own accounts', async () => {
    start();
    const second = new FakeWriter(4, 4096);
    startWorker(second);
    for (let i = 0; i < 300; i++) second.call(1, i);
    writer.call(1, 1);
    second.publish();
    post({ type: 'thread-end', thread: 7, timeNs: 900 });
    await until('the thread has ended', () => {
      const db = openForReading(file);
      const row = db.prepare("SELECT end_ns FROM threads WHERE kind = 'worker'").get<{ end_ns: number | null }>();
      db.close();
      return row?.end_ns === 900;
    });
    await exit();
    const db = openForReading(file);
    expect(db.prepare('SELECT id, kind, name, parent_id, produced, stored, dropped FROM threads').all()).toEqual([
      { id: 1, kind: 'main', name: 'main', parent_id: null, produced: 2, stored: 2, dropped: 0 },
      { id: 2, kind: 'worker', name: 'pool', parent_id: 1, produced: 600, stored: 600, dropped: 0 },
    ]);
    expect(verifyRecording(db, { deep: true }).problems).toEqual([]);
    db.close();
  });
});

describe('times', () => {
  test('of a process that joins later are moved to those of the recording', async () => {
    const originHrtimeNs = process.hrtime.bigint();
    start({}, { originHrtimeNs });
    await until('ready', () => reported('ready'));
    await exit();
    port.close();
    reports = [];
    writer = new FakeWriter(4, 4096);
    writer.timeNs = 5;
    start({}, { originHrtimeNs: originHrtimeNs + 7_000_000_000n });
    writer.call(1, 1);
    await exit();
    const db = openForReading(file);
    expect(reports[0]).toMatchObject({ type: 'ready', joined: true, processId: 2 });
    expect(db.prepare('SELECT start_ns, end_ns FROM chunks').all()).toEqual([
      { start_ns: 7_000_000_005, end_ns: 7_000_000_005 },
    ]);
    expect(db.prepare('SELECT start_ns, end_ns FROM processes WHERE id = 2').get()).toEqual({
      start_ns: 7_000_000_000,
      end_ns: 7_000_005_000,
    });
    db.close();
  });
});

describe('a service', () => {
  test('hears of a snapshot that was asked for before it was there, and the end waits until it is done', async () => {
    let asked = 0;
    let isBusy = true;
    start(
      {
        service: (access) => {
          // Takes what has been said so far.
          access.threads();
          return { snapshotAsked: () => asked++, isBusy: () => isBusy, stop: () => undefined };
        },
      },
      {},
      [{ type: 'snapshot' }],
    );
    expect(asked).toBe(1);
    const ended = exit();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(reported('closed')).toBe(false);
    isBusy = false;
    await ended;
  });

  test('that is not done in time is left behind', async () => {
    start({ service: () => ({ snapshotAsked: () => undefined, isBusy: () => true, stop: () => undefined }) });
    await exit();
    expect(reported('closed')).toBe(true);
  });
});

test('old recordings of the folder go when all together are too much', async () => {
  start();
  await until('ready', () => reported('ready'));
  await exit();
  port.close();
  reports = [];
  const old = file;
  file = `${old}.second.db`;
  writer = new FakeWriter(4, 4096);
  start({}, { keepTotalBytes: 1_000 });
  await until('the old one is gone', () => !existsSync(old));
  await exit();
  const db = openForReading(file);
  const notes = db.prepare("SELECT text FROM notes WHERE kind = 'keep'").all<{ text: string }>();
  expect(notes.map(({ text }) => text)).toEqual([expect.stringMatching(/^deleted 1 old recordings/)]);
  db.close();
});

describe('levels', () => {
  const module = {
    type: 'module',
    key: 'app#1',
    file: 'app.js',
    url: '',
    hash: '',
    format: 'module',
    level: 2,
    source: null,
    originals: null,
    sites: JSON.stringify(smallSiteTable()),
    functions: 3,
    instrumented: true,
    skippedReason: null,
  } as const;
  const load = { type: 'load', thread: 0, base: 0, count: 10, key: 'app#1', scopeInstance: 1, timeNs: 0 } as const;

  test('follow the plan file while the program runs', async () => {
    const planFile = join(scratchFolder(), 'tracer.config.json');
    writeFileSync(planFile, '2');
    const planOf = (level: number): LivePlan => ({ json: String(level), levelsIn: () => () => level });
    const plan: PlanSource = {
      current: planOf(2),
      reload: async () => planOf(Number(readFileSync(planFile, 'utf8'))),
      needsReload: () => [],
    };
    const levels = new SharedArrayBuffer(16);
    const options = recorderOptions(file, writer, new MessageChannel().port2);
    start({ plan }, { main: { ...options.main, levels }, plan: { file: planFile, json: '2' } });
    post(module);
    post(load);
    writeFileSync(planFile, '1 ');
    await until('the levels have moved', () => {
      writer.call(1, 1);
      return new Uint8Array(levels)[0] === 1;
    });
    expect([...new Uint8Array(levels).subarray(0, 10)]).toEqual([1, 1, 1, 0, 0, 1, 1, 0, 0, 1]);
    await exit();
    const db = openForReading(file);
    expect(db.prepare('SELECT json, note FROM plans').all()).toEqual([
      { json: '2', note: `in force at start, from ${planFile}` },
      { json: '1', note: 'the plan has changed: 3 functions have another level' },
    ]);
    db.close();
  });

  test('give way to a budget where recording costs too much', async () => {
    const levels = new SharedArrayBuffer(16);
    const options = recorderOptions(file, writer, new MessageChannel().port2);
    start({}, { main: { ...options.main, levels }, budgetShare: 0.001 });
    post(module);
    post(load);
    await until('the hot function is counted', () => {
      for (let i = 0; i < 100; i++) writer.call(2, i);
      return new Uint8Array(levels)[2] === 2;
    });
    await exit();
    const db = openForReading(file);
    const notes = db.prepare("SELECT text FROM notes WHERE kind = 'budget'").all();
    expect(notes[0]).toEqual({ text: 'hot (app.js:1) is counted instead of recorded: it exceeds the budget of 0.1%' });
    db.close();
  });

  test('have remembered what recording took, as long as that can be kept', async () => {
    const costs: CostReport[] = [];
    const remember = (report: CostReport): void => {
      costs.push(report);
      throw new Error('no room');
    };
    start({ budgetMemory: { unfollowed: 0.5, remember }, mainThreadMs: () => undefined }, { budgetShare: 10 });
    post(module);
    post(load);
    const endMs = performance.now() + 600;
    await until('the program has worked for a while', () => {
      for (let i = 0; i < 1_000; i++) writer.call(2, i);
      return performance.now() > endMs;
    });
    await exit();
    expect(costs).toHaveLength(1);
    expect(costs[0]!.ownNs).toBeGreaterThan(0);
    const [first] = costs[0]!.modules;
    expect(first).toMatchObject({ file: 'app.js', functions: [expect.objectContaining({ name: 'hot' })] });
    expect(first!.functions[0]!.boundaryNs).toBeGreaterThan(0);
    const db = openForReading(file);
    const notes = db.prepare("SELECT text FROM notes WHERE kind = 'budget'").all<{ text: string }>();
    expect(notes.map(({ text }) => text.split(',')[0])).toEqual([
      'thread 0: promises',
      'what the budget learns cannot be kept: no room',
    ]);
    db.close();
  });
});

describe('when recording cannot go on', () => {
  test('the writer drops at once, and what is lost is counted to the end', async () => {
    let free = 2 ** 40;
    start({ freeBytes: () => free });
    await until('ready', () => reported('ready'));
    writer.call(1, 1);
    await until('stored', () => storedEvents() === 2);
    free = 1_000;
    for (let round = 0; round < 200 && !reported('failed'); round++) {
      for (let i = 0; i < 50; i++) writer.call(1, i);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until('it is said', () => reported('failed'));
    expect(writer.words[R.R_RECORDER]).toBe(2);
    const stored = storedEvents();
    const beganMs = performance.now();
    for (let i = 0; i < 10_000; i++) writer.call(1, i);
    expect(performance.now() - beganMs).toBeLessThan(1_000);
    expect(writer.dropped).toBeGreaterThan(0);
    await exit();
    const db = openForReading(file);
    const { produced } = writer;
    expect(db.prepare('SELECT produced, stored, dropped FROM threads').all()).toEqual([
      { produced, stored, dropped: produced - stored },
    ]);
    expect(db.prepare('SELECT dropped, event, reason FROM gaps').all()).toEqual([
      { dropped: produced - stored, event: stored, reason: 'recording stopped: DISK_FLOOR' },
    ]);
    expect(verifyRecording(db, { deep: true }).problems).toEqual([]);
    expect(db.prepare('SELECT exit_code, complete FROM processes').get()).toEqual({ exit_code: 3, complete: 1 });
    const notes = db.prepare("SELECT text FROM notes WHERE kind = 'stopped'").all<{ text: string }>();
    expect(notes).toHaveLength(1);
    expect(notes[0]!.text).toMatch(/^too little free disk space is left: .* Free some space/);
    expect(reports.filter(({ type }) => type === 'failed')).toMatchObject([{ error: { code: 'DISK_FLOOR' } }]);
    db.close();
  });

  test('a recorder that cannot begin says why and holds nobody up', async () => {
    file = join(scratchFolder(), 'a', 'b.db');
    start({ freeBytes: () => 0 });
    await until('it is said', () => reported('failed'));
    expect(reports).toMatchObject([{ type: 'failed', error: { code: 'DISK_FLOOR' }, storedEvents: 0 }]);
    expect(writer.words[R.R_RECORDER]).toBe(2);
    expect(existsSync(dirname(file))).toBe(false);
  });

  test('a lock of somebody else is waited for, and nothing is lost', async () => {
    start();
    await until('ready', () => reported('ready'));
    const other = openDatabase(file);
    other.exec('BEGIN EXCLUSIVE');
    for (let i = 0; i < 200; i++) writer.call(1, i);
    writer.publish();
    await new Promise((resolve) => setTimeout(resolve, 150));
    other.exec('ROLLBACK');
    other.close();
    await until('everything is stored', () => storedEvents() === 400);
    expect(reported('failed')).toBe(false);
  });

  test('others that write all the time are waited for as long as they do', async () => {
    start();
    await until('ready', () => reported('ready'));
    const other = openDatabase(file);
    other.exec('BEGIN IMMEDIATE');
    const insert = other.prepare("INSERT INTO meta(key, value) VALUES('test', ?) ON CONFLICT DO UPDATE SET value = ?");
    // Between its transactions there is no moment for anybody else.
    const writes = setInterval(() => {
      insert.run(String(performance.now()), String(performance.now()));
      other.exec('COMMIT; BEGIN IMMEDIATE');
    }, 100);
    for (let i = 0; i < 200; i++) writer.call(1, i);
    const progress = writer.words[R.R_PROGRESS]!;
    const ended = exit();
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect([reported('failed'), reported('closed')]).toEqual([false, false]);
    // The program goes on waiting, because the recorder shows that it lives.
    expect(writer.words[R.R_PROGRESS]! - progress).toBeGreaterThan(5);
    clearInterval(writes);
    other.exec('COMMIT');
    other.close();
    await ended;
    expect([reported('failed'), storedEvents()]).toEqual([false, 400]);
  });

  test('a lock that never ends does not keep the program from ending', async () => {
    start();
    await until('ready', () => reported('ready'));
    const other = openDatabase(file);
    other.exec('BEGIN EXCLUSIVE');
    writer.call(1, 1);
    const beganMs = performance.now();
    await exit();
    expect(performance.now() - beganMs).toBeLessThan(4_900);
    expect(reports).toContainEqual(expect.objectContaining({ type: 'failed' }));
    other.exec('ROLLBACK');
    other.close();
  });
});
