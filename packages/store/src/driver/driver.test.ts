import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { openDatabase } from './open.ts';
import { isBusy, sqliteCode } from './sqlite-codes.ts';
import type { Database, DriverName } from './types.ts';

/** Drivers that load on this Node: each is tested. */
const available = (['better-sqlite3', 'node:sqlite'] as const).filter((driver) => {
  try {
    withDriver(driver, () => openDatabase(':memory:').close());
    return true;
  } catch {
    return false;
  }
});

function withDriver<T>(driver: DriverName, body: () => T): T {
  const before = process.env['TRACER_SQLITE'];
  process.env['TRACER_SQLITE'] = driver;
  try {
    return body();
  } finally {
    if (before === undefined) delete process.env['TRACER_SQLITE'];
    else process.env['TRACER_SQLITE'] = before;
  }
}

function errorOf(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}

const codeOf = (body: () => unknown): string | undefined => sqliteCode(errorOf(body));

test('at least one driver loads, and the first of them is taken', () => {
  expect(available.length).toBeGreaterThan(0);
  const db = openDatabase(':memory:');
  expect(db.driver).toBe(available[0]);
  db.close();
});

test('an unknown driver name is an error that says so', () => {
  expect(() => withDriver('oracle' as DriverName, () => openDatabase(':memory:'))).toThrow('TRACER_SQLITE=oracle');
});

describe.each(available)('%s', (driver) => {
  let db: Database;
  let file: string;
  const open = (options = {}): Database => withDriver(driver, () => openDatabase(file, options));

  beforeEach(() => {
    file = join(scratchFolder(), 'a.db');
    db = open();
    db.exec('CREATE TABLE t(a INTEGER, b TEXT, c BLOB, d REAL)');
  });
  afterEach(() => db.close());

  test('keeps every kind of value, integers as integers', () => {
    const big = 2 ** 53 - 1;
    const insert = db.prepare('INSERT INTO t VALUES(?, ?, ?, ?)');
    expect(insert.run(big, 'ü€😀', new Uint8Array([1, 2, 255]), 0.5)).toEqual({ changes: 1, lastInsertRowid: 1 });
    insert.run(null, null, null, null);
    const [first, second] = db.prepare('SELECT *, typeof(a) type FROM t').all();
    expect(first).toMatchObject({ a: big, b: 'ü€😀', d: 0.5, type: 'integer' });
    expect([...(first!['c'] as Uint8Array)]).toEqual([1, 2, 255]);
    expect(second).toMatchObject({ a: null, b: null, c: null, d: null });
  });

  test('takes a blob straight from shared memory', () => {
    const shared = new Int32Array(new SharedArrayBuffer(64)).fill(7);
    db.prepare('INSERT INTO t(c) VALUES(?)').run(Buffer.from(shared.buffer, 8, 12));
    const row = db.prepare('SELECT c FROM t').get<{ c: Uint8Array }>();
    expect([...row!.c]).toEqual([7, 0, 0, 0, 7, 0, 0, 0, 7, 0, 0, 0]);
  });

  test('iterates, and finds nothing as undefined', () => {
    for (let i = 0; i < 5; i++) db.prepare('INSERT INTO t(a) VALUES(?)').run(i);
    const seen: number[] = [];
    for (const row of db.prepare('SELECT a FROM t WHERE a > ?').iterate<{ a: number }>(1)) seen.push(row.a);
    expect(seen).toEqual([2, 3, 4]);
    expect(db.prepare('SELECT a FROM t WHERE a = 99').get()).toBeUndefined();
  });

  test('rolls a failed transaction back, also when SQLite has already done so', () => {
    const insert = db.prepare('INSERT INTO t(a) VALUES(?)');
    expect(() =>
      db.transaction(() => {
        insert.run(1);
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(() =>
      db.transaction(() => {
        db.exec('ROLLBACK');
        throw new Error('second');
      }),
    ).toThrow('second');
    expect(db.transaction(() => insert.run(2).changes, 'immediate')).toBe(1);
    expect(db.prepare('SELECT a FROM t').all()).toHaveLength(1);
  });

  test('refuses to write when opened for reading, and to create what must exist', () => {
    const reader = open({ readonly: true });
    expect(codeOf(() => reader.exec('DELETE FROM t'))).toBe('READONLY');
    reader.close();
    file += '.absent';
    expect(codeOf(() => open({ readonly: true }))).toBe('CANTOPEN');
    expect(codeOf(() => open({ mustExist: true }))).toBe('CANTOPEN');
  });

  test('names what went wrong the same way', () => {
    const other = open({ busyTimeoutMs: 1 });
    db.exec('BEGIN EXCLUSIVE');
    const busy = errorOf(() => other.exec('BEGIN IMMEDIATE'));
    expect(sqliteCode(busy)).toBe('BUSY');
    expect(isBusy(busy)).toBe(true);
    db.exec('COMMIT');
    other.close();
    db.exec('PRAGMA max_page_count = 3');
    const full = codeOf(() => db.prepare('INSERT INTO t(c) VALUES(zeroblob(100000))').run());
    expect(full).toBe('FULL');
    expect(codeOf(() => db.exec('NONSENSE'))).toBe('ERROR');
    expect(sqliteCode(new Error('other'))).toBeUndefined();
    file += '.text';
    writeFileSync(file, 'not a database, but long enough to be looked at '.repeat(100));
    expect(codeOf(() => open().exec('SELECT 1 FROM sqlite_schema'))).toBe('NOTADB');
    expect(readFileSync(file, 'utf8')).toMatch(/^not a database/);
  });
});
