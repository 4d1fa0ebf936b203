import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../driver/open.ts';
import type { Database } from '../driver/types.ts';
import { StoreError, type StoreErrorCode } from '../errors.ts';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { sameClock } from './boot.ts';
import { SCHEMA_VERSION } from './ddl.ts';
import { migrate, pragmaNumber, UPGRADERS } from './migrations.ts';
import { openForReading, openRecording } from './open-recording.ts';
import { networkFileSystem } from './network-file-systems.ts';

const META = { started_at: new Date().toISOString(), start_hrtime_ns: String(process.hrtime.bigint()), state: 'open' };

let folder: string;
let file: string;
beforeEach(() => {
  folder = scratchFolder();
  file = join(folder, 'a.db');
});

/** Code of the StoreError that `body` throws; it must name the place and say what to do. */
function codeOf(body: () => unknown): string | undefined {
  try {
    body();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.message.includes(folder) && error.remedy !== '' ? error.code : `${error.code} without help`;
  }
  return undefined;
}

/** Runs `body` with the rights of nobody, so that file modes count for root too. */
function unprivileged(body: () => void): void {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid!(65_534);
  try {
    body();
  } finally {
    if (isRoot) process.seteuid!(0);
  }
}

describe('a new recording', () => {
  test('is created with its folders, private, with large pages, in WAL mode', () => {
    file = join(folder, 'deep', 'er', 'a.db');
    const { db, created, meta } = openRecording(file, META);
    expect(created).toBe(true);
    expect(meta).toMatchObject(META);
    expect(pragmaNumber(db, 'page_size')).toBe(65_536);
    expect(pragmaNumber(db, 'user_version')).toBe(SCHEMA_VERSION);
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    for (const end of ['', '-wal', '-shm']) expect(statSync(file + end).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700);
    db.close();
  });

  test('may take the place of an empty file', () => {
    writeFileSync(file, '');
    const { db, created } = openRecording(file, META);
    expect(created).toBe(true);
    db.close();
  });
});

describe('a file that exists', () => {
  test('is joined when it is a recording', () => {
    const first = openRecording(file, META);
    const second = openRecording(file, { ...META, start_hrtime_ns: '1' });
    expect(second.created).toBe(false);
    expect(second.meta['start_hrtime_ns']).toBe(META.start_hrtime_ns);
    first.db.close();
    second.db.close();
  });

  const unchanged: [name: string, code: StoreErrorCode, make: () => void][] = [
    ['text', 'OUT_NOT_RECORDING', () => writeFileSync(file, 'my only copy of a letter\n'.repeat(50))],
    ['a short text', 'OUT_NOT_RECORDING', () => writeFileSync(file, 'x')],
    [
      'another database',
      'OUT_NOT_RECORDING',
      () => {
        const db = openDatabase(file);
        db.exec('CREATE TABLE mine(a)');
        db.close();
      },
    ],
    [
      'a truncated recording',
      'OUT_CORRUPT',
      () => {
        finished(file);
        truncateSync(file, 65_536 * 3);
      },
    ],
    [
      'a damaged recording',
      'OUT_CORRUPT',
      () => {
        finished(file);
        const bytes = readFileSync(file);
        bytes.fill(0x5a, 65_536 * 2, 65_536 * 4);
        writeFileSync(file, bytes);
      },
    ],
    [
      'a recording of a later version',
      'OUT_NEWER',
      () => {
        const { db } = openRecording(file, META);
        db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}; PRAGMA journal_mode = DELETE`);
        db.close();
      },
    ],
  ];
  test.each(unchanged)('is refused and left as it is: %s', (_name, code, make) => {
    make();
    const before = readFileSync(file);
    expect(codeOf(() => openRecording(file, META))).toBe(code);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('is refused when it belongs to an earlier start of the machine', () => {
    const { db } = openRecording(file, META);
    db.exec("UPDATE meta SET value = 'another' WHERE key = 'boot_id'");
    db.close();
    expect(codeOf(() => openRecording(file, META))).toBe('OUT_OTHER_BOOT');
  });

  test('is refused when it is locked for too long', () => {
    const { db } = openRecording(file, META);
    db.exec('BEGIN EXCLUSIVE');
    expect(codeOf(() => openRecording(file, META, 20))).toBe('OUT_LOCKED');
    db.exec('COMMIT');
    db.close();
  });
});

describe('a place that cannot be written', () => {
  test('is said to be one: a folder, a missing disk, a folder without rights, a file without rights', () => {
    expect(codeOf(() => openRecording(folder, META))).toBe('OUT_NOT_RECORDING');
    writeFileSync(join(folder, 'text'), '');
    expect(codeOf(() => openRecording(join(folder, 'text', 'a.db'), META))).toBe('OUT_NOT_WRITABLE');
    openRecording(file, META).db.close();
    chmodSync(file, 0o444);
    mkdirSync(join(folder, 'closed'), { mode: 0o555 });
    chmodSync(folder, 0o555);
    try {
      unprivileged(() => {
        expect(codeOf(() => openRecording(join(folder, 'closed', 'b.db'), META))).toBe('OUT_NOT_WRITABLE');
        expect(codeOf(() => openRecording(join(folder, 'closed', 'c', 'b.db'), META))).toBe('OUT_NOT_WRITABLE');
        expect(codeOf(() => openRecording(file, META))).toBe('OUT_NOT_WRITABLE');
      });
    } finally {
      chmodSync(folder, 0o700);
    }
  });

  test('is recognised by the type of its file system', () => {
    expect(networkFileSystem('/x', () => ({ type: 0x6969 }))).toBe('NFS');
    expect(networkFileSystem('/x', () => ({ type: -11317950 }))).toBe('CIFS');
    expect(networkFileSystem('/x', () => ({ type: 0xef53 }))).toBeUndefined();
    expect(networkFileSystem(folder)).toBeUndefined();
  });
});

describe('reading', () => {
  test('finds what is missing, what is no recording, and never writes', () => {
    expect(codeOf(() => openForReading(file))).toBe('NOT_FOUND');
    writeFileSync(file, 'text '.repeat(1000));
    expect(codeOf(() => openForReading(file))).toBe('OUT_NOT_RECORDING');
    const recording = join(folder, 'b.db');
    finished(recording);
    const before = readFileSync(recording);
    const db = openForReading(recording);
    expect(() => db.exec('DELETE FROM meta')).toThrow('readonly');
    db.close();
    expect(readFileSync(recording).equals(before)).toBe(true);
    expect(existsSync(`${recording}-wal`)).toBe(false);
  });
});

describe('an older recording', () => {
  test('is brought up step by step, once', () => {
    openRecording(file, META).db.close();
    const db = openDatabase(file);
    const upgraders = [...UPGRADERS, (d: Database) => d.exec('ALTER TABLE notes ADD COLUMN extra TEXT')];
    migrate(db, upgraders, SCHEMA_VERSION + 1);
    migrate(db, upgraders, SCHEMA_VERSION + 1);
    expect(pragmaNumber(db, 'user_version')).toBe(SCHEMA_VERSION + 1);
    expect(db.prepare('SELECT extra FROM notes').all()).toEqual([]);
    expect(() => migrate(db, upgraders, SCHEMA_VERSION + 3)).toThrow('no upgrader');
    expect(pragmaNumber(db, 'user_version')).toBe(SCHEMA_VERSION + 1);
    db.close();
  });

  test('there is one upgrader for each version', () => {
    expect(UPGRADERS).toHaveLength(SCHEMA_VERSION);
  });
});

test('without a boot id, clocks that run together count as the same start', () => {
  const startMs = Date.now() - 5_000;
  const meta = {
    started_at: new Date(startMs).toISOString(),
    start_hrtime_ns: String(process.hrtime.bigint() - 5_000_000_000n),
  };
  expect(sameClock(meta, '')).toBe(true);
  expect(sameClock({ ...meta, started_at: '2020-01-01T00:00:00Z' }, '')).toBe(false);
  expect(sameClock({ ...meta, boot_id: 'a' }, 'b')).toBe(false);
});

/** A recording that has left WAL mode, as after a normal end. */
function finished(path: string): void {
  const { db } = openRecording(path, META);
  const insert = db.prepare('INSERT INTO notes(text) VALUES(?)');
  for (let i = 0; i < 10; i++) insert.run('x'.repeat(60_000));
  db.exec('PRAGMA journal_mode = DELETE');
  db.close();
}
