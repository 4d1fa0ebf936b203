import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { sqliteCode } from '../driver/sqlite-codes.ts';
import { openForReading } from '../schema/open-recording.ts';
import { bundle } from '../../test/recorder/bundle.ts';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { FakeWriter } from '../../test/recorder/fake-writer.ts';
import { recorderOptions } from '../../test/recorder/start-worker.ts';
import { verifyRecording } from '../verify/verify-recording.ts';
import type { RecorderReport } from './messages.ts';
import { Inbox } from './inbox.ts';
import { Recorder } from './recorder.ts';

test('a full database keeps what it has, and still takes the accounts of what is lost', () => {
  const file = join(scratchFolder(), 'a.db');
  const writer = new FakeWriter(8, 65_536);
  const { port1, port2 } = new MessageChannel();
  const recorder = new Recorder(recorderOptions(file, writer, port2), new Inbox(() => {}, [port2]));
  recorder.db.exec('PRAGMA max_page_count = 40');
  writer.dropping = true;
  let code: string | undefined;
  for (let round = 0; round < 50 && code === undefined; round++) {
    for (let i = 0; i < 20_000; i++) writer.call(1, i);
    try {
      recorder.flush('full');
    } catch (error) {
      code = sqliteCode(error);
    }
  }
  expect(code).toBe('FULL');
  recorder.refuse();
  writer.publish();
  const { storedEvents } = recorder.totals();
  expect(storedEvents).toBeGreaterThan(0);
  expect(recorder.writeLosses('recording stopped: DISK_FULL', 'the disk is full')).toBe(true);
  for (let i = 0; i < 1_000; i++) writer.call(1, i);
  writer.publish();
  expect(recorder.writeLosses('recording stopped: DISK_FULL')).toBe(true);
  recorder.finish({ type: 'process-exit', timeNs: 1, exitCode: 0, signal: null }, 'recording stopped: DISK_FULL');
  port1.close();
  const db = openForReading(file);
  const { produced } = writer;
  const [thread] = db.prepare('SELECT produced, stored, dropped FROM threads').all();
  expect(thread).toEqual({ produced, stored: storedEvents, dropped: produced - storedEvents });
  expect(verifyRecording(db, { deep: true }).problems).toEqual([]);
  db.close();
});

test('a process that reaches its limit for files ends as ever; the recording stays sound', async () => {
  const [recorderProgram, tracedProgram] = [
    await bundle('test/recorder/recorder-program.ts'),
    await bundle('test/recorder/traced-program.ts'),
  ];
  const file = join(scratchFolder(), 'a.db');
  // bash counts the limit in KiB: 12 MiB.
  const command = `ulimit -f 12288; exec "$0" "$@"`;
  const args = ['-c', command, process.execPath, tracedProgram, recorderProgram, file, '5000000'];
  const { status, stdout } = spawnSync('bash', args, { encoding: 'utf8', timeout: 20_000 });
  expect(status).toBe(0);
  const { produced, reports } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
    produced: number;
    reports: RecorderReport[];
  };
  const failed = reports.filter((report) => report.type === 'failed');
  expect(failed).toHaveLength(1);
  expect(failed[0]!.error.code).toMatch(/^DISK_(FULL|ERROR)$/);
  const [closed] = reports.filter((report) => report.type === 'closed');
  expect(closed!.storedEvents + closed!.droppedEvents).toBe(produced);
  const db = openForReading(file);
  const { problems, threads } = verifyRecording(db, { deep: true });
  expect(problems).toEqual([]);
  expect(threads[0]!.stored).toBeGreaterThan(0);
  db.close();
});
