import { statSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openForReading } from '../schema/open-recording.ts';
import type { ThreadInfo } from '../recorder/messages.ts';
import { Inbox } from '../recorder/inbox.ts';
import { Recorder } from '../recorder/recorder.ts';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { FakeWriter } from '../../test/recorder/fake-writer.ts';
import { recorderOptions } from '../../test/recorder/start-worker.ts';
import { verifyRecording } from '../verify/verify-recording.ts';

const MIB = 1024 * 1024;

let file: string;
let writer: FakeWriter;
let recorder: Recorder;
let port: MessagePort;

function begin(keepBytes: number): void {
  const { port1, port2 } = new MessageChannel();
  port = port1;
  recorder = new Recorder({ ...recorderOptions(file, writer, port2), keepBytes }, new Inbox(() => {}, [port2]));
}

beforeEach(() => {
  file = join(scratchFolder(), 'a.db');
  writer = new FakeWriter(8, 65_536);
  writer.dropping = true;
});
afterEach(() => port.close());

function bytesOnDisk(): number {
  return statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0);
}

/** Writes about `bytes` of calls and lets the recorder work as its loop does. Returns the largest size seen. */
function record(bytes: number): number {
  let largest = 0;
  for (let written = 0; written < bytes; written += 16 * 2_000) {
    for (let i = 0; i < 2_000; i++) writer.call(1, i);
    if (recorder.flush('full')) recorder.maintain(false);
    largest = Math.max(largest, bytesOnDisk());
  }
  return largest;
}

function end(): void {
  writer.publish();
  recorder.flush('written');
  recorder.finish({ type: 'process-exit', timeNs: 1, exitCode: 0, signal: null });
}

test('a recording stays within its limit, log included, and keeps exact accounts of what went', () => {
  begin(12 * MIB);
  expect(record(40 * MIB)).toBeLessThan(12 * MIB);
  end();
  expect(statSync(file).size).toBeGreaterThan(4 * MIB);
  const db = openForReading(file);
  const { problems, threads } = verifyRecording(db, { deep: true });
  expect(problems).toEqual([]);
  expect(threads[0]).toMatchObject({ produced: writer.produced, dropped: writer.dropped });
  expect(threads[0]!.pruned).toBeGreaterThan(threads[0]!.stored);
  const { stored, pruned } = threads[0]!;
  expect(recorder.totals()).toMatchObject({ storedEvents: stored, prunedEvents: pruned });
  const last = db.prepare('SELECT first_event + events n FROM chunks ORDER BY id DESC LIMIT 1').get();
  expect(last).toEqual({ n: writer.produced });
  expect(db.prepare('SELECT first_chunk FROM pruned').all()).toEqual([{ first_chunk: 0 }]);
  db.close();
});

test('a busy thread does not push out the calls of a quiet one', () => {
  begin(12 * MIB);
  const quiet = new FakeWriter(4, 4096);
  const info: ThreadInfo = {
    thread: 1,
    kind: 'worker',
    name: 'quiet',
    workerId: 1,
    parentThread: 0,
    startNs: 0,
    ring: quiet.ring,
    levels: new SharedArrayBuffer(8),
  };
  port.postMessage({ type: 'thread-start', ...info });
  for (let i = 0; i < 2_000; i++) {
    quiet.call(1, i);
    if (i % 500 === 0) {
      quiet.publish();
      recorder.flush('published');
    }
  }
  quiet.publish();
  record(30 * MIB);
  end();
  const db = openForReading(file);
  const { problems, threads } = verifyRecording(db);
  expect(problems).toEqual([]);
  expect(threads[0]!.pruned).toBeGreaterThan(0);
  expect(threads[1]).toMatchObject({ stored: 4_000, pruned: 0 });
  db.close();
});

test('a limit that cannot be held is said once, and recording goes on', () => {
  begin(1 * MIB);
  record(3 * MIB);
  end();
  const db = openForReading(file);
  expect(db.prepare("SELECT count(*) n FROM notes WHERE kind = 'keep'").get()).toEqual({ n: 1 });
  expect(verifyRecording(db, { deep: true }).problems).toEqual([]);
  db.close();
});
