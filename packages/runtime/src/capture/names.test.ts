import { createRedactor } from '@execution-cinema/format/redaction';
import { expect, test } from 'vitest';
import { createNames, type Name, type Names } from './names.ts';

const redactor = createRedactor({ key: '0123456789abcdef' });

/** The names of an object's properties, each asked for behind the one before. */
function walk(names: Names, first: string, keys: readonly string[]): Name[] {
  let previous = names.of(first);
  return keys.map((key) => (previous = names.after(previous, key)));
}

test('a name is the same one wherever it stands, with what it says about values', () => {
  const names = createNames(redactor, 64);
  const shapes = [
    ['id', 'password', 'note'],
    ['id', 'note', 'password'],
    ['password', 'id'],
    ['id', 'password', 'note'],
    ['note', 'id', 'token', 'password'],
  ];
  for (const keys of [...shapes, ...shapes]) {
    const found = walk(names, 'Object', keys);
    expect(found.map(({ text }) => text)).toEqual(keys);
    for (const name of found) expect(names.of(name.text)).toBe(name);
  }
  expect(names.of('password').secret).not.toBeNull();
  expect(names.of('note').secret).toBeNull();
});

test('without a redactor no name says anything', () => {
  expect(createNames(undefined, 64).of('password').secret).toBeNull();
});

test('past their number all are forgotten, and none holds another one', () => {
  const names = createNames(undefined, 64);
  const first = walk(names, 'Object', ['a', 'b']);
  for (let i = 0; i < 10_000; i++) names.of(`name ${i}`);
  expect(names.of('a')).not.toBe(first[0]);
  expect(first.map(({ next, next2 }) => next ?? next2)).toEqual([undefined, undefined]);
  expect(walk(names, 'Object', ['a', 'b']).map(({ text }) => text)).toEqual(['a', 'b']);
});

test('long names are not kept', () => {
  const names = createNames(redactor, 64);
  const long = `${'x'.repeat(64)}Password`;
  const [name] = walk(names, 'Object', [long]);
  expect(name).toMatchObject({ text: long, secret: names.of(long).secret });
  expect(names.of(long)).not.toBe(name);
  expect(names.of('Object').next).toBeUndefined();
});

test('names of classes are found by number, also where one took the place of another', () => {
  const names = createNames(undefined, 64);
  const all = Array.from({ length: 3000 }, (_, number) => ({ name: `Class${number % 700}`, number }));
  for (const named of [...all, ...all]) expect(names.ofClass(named)).toBe(names.of(named.name));
});
