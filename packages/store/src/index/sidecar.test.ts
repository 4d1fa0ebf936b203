import { chmodSync, copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { makeScenario } from '../../test/scenario.ts';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { openDatabase } from '../driver/index.ts';
import { readRecording } from '../read/recording.ts';
import { buildRows, rowCoverage } from './row-index.ts';
import { openSidecar } from './sidecar.ts';

/** Opens recording and sidecar, does something, closes both. */
function withSidecar<T>(
  file: string,
  body: (sidecar: ReturnType<typeof openSidecar>, recording: ReturnType<typeof readRecording>) => T,
): T {
  const recording = readRecording(file);
  const sidecar = openSidecar(recording);
  try {
    return body(sidecar, recording);
  } finally {
    sidecar.close();
    recording.close();
  }
}

const callsIn = (file: string): number =>
  withSidecar(file, ({ db }) => db.prepare('SELECT count(*) AS n FROM call_rows').get<{ n: number }>()!.n);

function indexed(): string {
  const { file } = makeScenario();
  withSidecar(file, ({ db }, recording) => buildRows(recording, db));
  expect(callsIn(file)).toBe(7);
  return file;
}

afterEach(() => vi.unstubAllEnvs());

/** The temporary folder of a test, instead of the system's: what lies there stays for the next reader. */
function ownTemporaryFolder(): string {
  const folder = scratchFolder();
  vi.stubEnv('TMPDIR', folder);
  return folder;
}

describe('the sidecar', () => {
  test('lies beside the recording, for its owner alone, and leaves the recording as it is', () => {
    const { file } = makeScenario();
    const before = readFileSync(file);
    withSidecar(file, (sidecar, recording) => {
      buildRows(recording, sidecar.db);
      expect(sidecar).toMatchObject({ file: `${file}.index.db`, temporary: false });
      expect(statSync(`${sidecar.file}-wal`).mode & 0o777).toBe(0o600);
    });
    expect(statSync(`${file}.index.db`).mode & 0o777).toBe(0o600);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('is used again, also by several at once', () => {
    const file = indexed();
    withSidecar(file, () => expect(callsIn(file)).toBe(7));
  });

  test('of another recording at the same place is made anew', () => {
    const file = indexed();
    const other = makeScenario().file;
    const db = openDatabase(other);
    db.prepare("UPDATE meta SET value = '2027-02-03' WHERE key = 'started_at'").run();
    db.close();
    copyFileSync(other, file);
    expect(callsIn(file)).toBe(0);
  });

  test('of another version is made anew', () => {
    const file = indexed();
    const db = openDatabase(`${file}.index.db`);
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect(callsIn(file)).toBe(0);
  });

  test('that is damaged is made anew', () => {
    const file = indexed();
    writeFileSync(`${file}.index.db`, 'this is no database at all, but it is quite long'.repeat(100));
    expect(callsIn(file)).toBe(0);
  });

  test('leaves a database alone that is something else', () => {
    const { file } = makeScenario();
    const path = `${file}.index.db`;
    const db = openDatabase(path);
    db.exec('CREATE TABLE precious(x)');
    db.close();
    const before = readFileSync(path);
    const temporary = ownTemporaryFolder();
    withSidecar(file, (sidecar, recording) => {
      buildRows(recording, sidecar.db);
      expect(sidecar.temporary).toBe(true);
      expect(dirname(dirname(sidecar.file))).toBe(temporary);
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test.skipIf(process.getuid?.() === 0)('goes to the temporary folder when the place is read-only', () => {
    const { file } = makeScenario();
    ownTemporaryFolder();
    chmodSync(dirname(file), 0o500);
    withSidecar(file, (sidecar) => {
      expect(sidecar.temporary).toBe(true);
      expect(statSync(dirname(sidecar.file)).mode & 0o777).toBe(0o700);
    });
    expect(existsSync(`${file}.index.db`)).toBe(false);
    chmodSync(dirname(file), 0o700);
  });

  test('states what it covers', () => {
    const { file } = makeScenario();
    withSidecar(file, ({ db }, recording) => {
      const [, middle] = recording.chunks(1);
      const range = { fromNs: middle!.startNs + 1, toNs: middle!.startNs + 1 };
      buildRows(recording, db, { groups: ['writes'], range });
      const [calls, writes] = rowCoverage(recording, db);
      expect(calls).toMatchObject({ group: 'calls', chunks: 3, chunksCovered: 0, ranges: [] });
      expect(writes).toMatchObject({
        chunksCovered: 1,
        eventsCovered: middle!.events,
        ranges: [{ fromNs: middle!.startNs, toNs: middle!.endNs }],
      });
      const progress: number[] = [];
      buildRows(recording, db, { groups: ['writes'], onProgress: ({ doneEvents }) => progress.push(doneEvents) });
      expect(progress).toHaveLength(2);
      expect(rowCoverage(recording, db)[1]).toMatchObject({ chunksCovered: 3, ranges: [expect.anything()] });
    });
  });
});
