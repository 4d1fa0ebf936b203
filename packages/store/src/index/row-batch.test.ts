import { expect, test } from 'vitest';
import { openDatabase } from '../driver/index.ts';
import { RowBatch } from './row-batch.ts';

test('rows are in the table, in their order, after a flush', () => {
  const db = openDatabase(':memory:');
  db.exec('CREATE TABLE numbers(n INTEGER, text TEXT)');
  const batch = new RowBatch(db, 'INSERT INTO numbers', 2);
  const expected = Array.from({ length: 71 }, (_, n) => ({ n, text: n % 3 === 0 ? null : `text ${n}` }));
  for (const { n, text } of expected) batch.add(n, text);
  batch.flush();
  expect(db.prepare('SELECT n, text FROM numbers ORDER BY rowid').all()).toEqual(expected);
  batch.flush();
  expect(db.prepare('SELECT count(*) AS n FROM numbers').get()).toEqual({ n: 71 });
  db.close();
});

test('of rows with one key the conflict clause decides, within one statement as well', () => {
  const db = openDatabase(':memory:');
  db.exec('CREATE TABLE sums(id INTEGER PRIMARY KEY, n INTEGER)');
  const batch = new RowBatch(db, 'INSERT INTO sums', 2, 'ON CONFLICT(id) DO UPDATE SET n = n + excluded.n');
  for (let i = 0; i < 100; i++) batch.add(i % 2, i);
  batch.flush();
  expect(db.prepare('SELECT id, n FROM sums ORDER BY id').all()).toEqual([
    { id: 0, n: 2450 },
    { id: 1, n: 2500 },
  ]);
  db.close();
});
