import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openRecording } from '../schema/open-recording.ts';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { prune } from './prune.ts';
import { listRecordings, recordingState } from './recordings.ts';

let folder: string;
beforeEach(() => {
  folder = scratchFolder();
});

/** A recording of one process, last changed `age` seconds ago. */
function make(name: string, age: number, process: { pid: number; complete: number }): string {
  const file = join(folder, name);
  const { db } = openRecording(file, {
    started_at: new Date().toISOString(),
    start_hrtime_ns: String(globalThis.process.hrtime.bigint()),
  });
  db.prepare('INSERT INTO processes(pid, complete, start_ns) VALUES(?, ?, 0)').run(process.pid, process.complete);
  db.exec('PRAGMA journal_mode = DELETE');
  db.close();
  writeFileSync(`${file}.index.db`, 'x'.repeat(1_000));
  mkdirSync(`${file}.snapshots`);
  writeFileSync(join(`${file}.snapshots`, '1.json'), '{}');
  const changed = Date.now() / 1000 - age;
  utimesSync(file, changed, changed);
  return file;
}

const NO_PID = 2 ** 22 + 1;

test('recordings are listed newest first with all that belongs to them; other files are not recordings', () => {
  const old = make('old.db', 100, { pid: NO_PID, complete: 1 });
  const recent = make('recent.db', 10, { pid: NO_PID, complete: 0 });
  writeFileSync(join(folder, 'other.db'), 'x'.repeat(5_000));
  writeFileSync(join(folder, 'notes.txt'), 'x');
  const found = listRecordings(folder);
  expect(found.map(({ file }) => file)).toEqual([recent, old]);
  expect(found[0]!.bytes % 65_536).toBe(1_002);
  expect(recordingState(old)).toBe('complete');
  expect(recordingState(recent)).toBe('cut off');
  expect(listRecordings(join(folder, 'absent'))).toEqual([]);
});

test('the oldest go until the rest fits, but none that is being recorded or excepted', () => {
  const running = make('running.db', 400, { pid: process.pid, complete: 0 });
  const excepted = make('excepted.db', 300, { pid: NO_PID, complete: 1 });
  const old = make('old.db', 200, { pid: NO_PID, complete: 1 });
  const recent = make('recent.db', 100, { pid: NO_PID, complete: 1 });
  const keepTotalBytes = listRecordings(folder).reduce((sum, { bytes }) => sum + bytes, 0) - 1;
  const options = { folder, keepTotalBytes, except: [excepted] };

  const plan = prune({ ...options, dryRun: true });
  expect(plan.deleted.map(({ file }) => file)).toEqual([old]);
  expect(existsSync(old)).toBe(true);

  const result = prune(options);
  expect(result.deleted.map(({ file }) => file)).toEqual([old]);
  expect(result.spared).toEqual([{ file: running, reason: 'it is being recorded' }]);
  expect(result.kept.map(({ file }) => file)).toEqual([recent, excepted, running]);
  expect(result.keptBytes).toBeLessThanOrEqual(keepTotalBytes);
  expect([old, `${old}.index.db`, `${old}.snapshots`].filter((path) => existsSync(path))).toEqual([]);
  expect([running, excepted, recent].every((path) => existsSync(path))).toBe(true);
});

test('all that are older than a moment go', () => {
  const old = make('old.db', 200, { pid: NO_PID, complete: 0 });
  const recent = make('recent.db', 100, { pid: NO_PID, complete: 1 });
  const { deleted, kept } = prune({ folder, beforeMs: Date.now() - 150_000 });
  expect(deleted.map(({ file }) => file)).toEqual([old]);
  expect(kept.map(({ file }) => file)).toEqual([recent]);
});
