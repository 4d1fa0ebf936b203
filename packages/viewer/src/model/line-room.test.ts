import { expect, test } from 'vitest';
import { scanText } from './highlight.ts';
import { columnsOf, valuesThatFit } from './line-room.ts';

const LETTER = 7.2;

function line(text: string) {
  return scanText(text)[0]!;
}

test('values take what the code leaves, and none is shown where it leaves nothing', () => {
  const short = line('const sum = a + b;');
  expect(valuesThatFit(short, ['sum'], 500, LETTER)).toMatchObject({ shown: 1, room: 44 });
  const long = line(`const sum = ${'a + '.repeat(20)}b;`);
  expect(valuesThatFit(long, ['sum'], 500, LETTER)).toMatchObject({ shown: 0, beyond: 1 });
  // Code that just fits leaves nothing.
  expect(valuesThatFit(line('a'.repeat(62)), ['sum'], 500, LETTER)).toMatchObject({ shown: 0, beyond: 0 });
  // What is shown fits: code and values together are never wider than the line.
  const widths = Array.from({ length: 150 }, (_, i) => 100 + i * 7);
  const rooms = widths.map((width) => ({ width, ...roomIn(width) })).filter(({ shown }) => shown > 0);
  expect(rooms.length).toBeGreaterThan(100);
  expect(rooms.filter(({ width, taken }) => columnsOf(short) * LETTER + taken >= width)).toEqual([]);

  function roomIn(width: number) {
    const { shown, width: taken } = valuesThatFit(short, ['sum', 'a', 'b'], width, LETTER);
    return { shown, taken };
  }
});

test('the fewer there are the more of each is seen', () => {
  const tokens = line('add(a, b, c)');
  const one = valuesThatFit(tokens, ['a'], 600, LETTER);
  const three = valuesThatFit(tokens, ['a', 'b', 'c'], 600, LETTER);
  expect(three.shown).toBe(3);
  expect(three.room).toBeLessThan(one.room);
});

test('a tab goes to the next stop', () => {
  expect(columnsOf(line('\t\tx'))).toBe(9);
  expect(columnsOf(line('a\tb'))).toBe(5);
});
