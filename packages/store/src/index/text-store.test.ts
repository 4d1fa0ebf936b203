import { expect, test } from 'vitest';
import { openDatabase } from '../driver/index.ts';
import { SIDECAR_DDL } from './sidecar-schema.ts';
import { textId, TextStore } from './text-store.ts';

function scratch() {
  const db = openDatabase(':memory:');
  db.exec(SIDECAR_DDL);
  return db;
}

test('long texts are stored once, short ones stay where they are', () => {
  const db = scratch();
  const store = new TextStore(db);
  const long = JSON.stringify({ text: 'x'.repeat(100) });
  const id = store.reference(long);
  expect(id).toBe(textId(long));
  expect(store.reference(long)).toBe(id);
  expect(new TextStore(db).reference(long)).toBe(id);
  expect(store.reference('42')).toBe('42');
  expect(db.prepare('SELECT id, text FROM texts').all()).toEqual([{ id, text: long }]);
  db.close();
});

test('a text whose number another one has stands in its rows', () => {
  const db = scratch();
  const long = 'y'.repeat(100);
  db.prepare('INSERT INTO texts VALUES(?, ?)').run(textId(long), 'another');
  expect(new TextStore(db).reference(long)).toBe(long);
  db.close();
});

test('numbers differ where texts do', () => {
  const ids = new Set(
    Array.from({ length: 50_000 }, (_, i) => textId(`{"id":${i},"name":"a name that is long enough"}`)),
  );
  expect(ids.size).toBe(50_000);
  expect(Math.max(...ids)).toBeLessThan(2 ** 53);
});
