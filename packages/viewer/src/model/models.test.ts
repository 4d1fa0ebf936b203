import { describe, expect, test } from 'vitest';
import { hueOf, lowerBoundIn } from './boxes.ts';
import { rank } from './fuzzy.ts';
import { BINDINGS, commandOf } from './keymap.ts';
import { clampSize, defaultLayout, restoreLayout } from './layout.ts';
import { Lru } from './lru.ts';
import { labelThreads } from './thread-labels.ts';
import { layTracks, trackAt, visibleTracks } from './tracks.ts';
import { treemap } from './treemap.ts';
import { agoText, bytesText, countText, durationText, ticks, timeText } from './units.ts';
import { parseFilter } from './value-filter.ts';

describe('units', () => {
  test('durations have three digits and the unit that fits', () => {
    expect([7, 1_234, 56_789_000, 1_200_000_000, 75e9, 2 * 3600e9].map(durationText)).toEqual([
      '7 ns',
      '1.23 µs',
      '56.8 ms',
      '1.20 s',
      '1 min 15 s',
      '2 h 0 min',
    ]);
  });

  test('times get decimals as the picture needs them', () => {
    expect(timeText(1_234_567_890, 10_000_000_000)).toBe('1.23 s');
    expect(timeText(1_234_567_890, 400_000)).toBe('1,234.568 ms');
  });

  test('counts and bytes', () => {
    expect([999, 12_345, 4_000_000].map(countText)).toEqual(['999', '12.3k', '4M']);
    expect([500, 2_048, 5 * 1024 ** 2].map(bytesText)).toEqual(['500 B', '2 KB', '5 MB']);
    expect(agoText('2026-01-01T00:00:00Z', Date.parse('2026-01-01T02:30:00Z'))).toBe('2 h ago');
  });

  test('a ruler has round marks, not more than fit', () => {
    const marks = ticks(130, 1_020, 5);
    expect(marks).toEqual([200, 400, 600, 800, 1_000]);
    expect(ticks(5, 5, 10)).toEqual([]);
  });
});

describe('layout', () => {
  test('what was remembered is kept as far as it makes sense', () => {
    const screen = { width: 1_280, height: 800 };
    const layout = restoreLayout({ sideWidth: 5_000, stateWidth: 'wide', dockHeight: 300 }, screen);
    expect(layout.sideWidth).toBe(clampSize('sideWidth', 5_000, screen));
    expect(layout.sideWidth).toBeLessThan(640);
    expect(layout.stateWidth).toBe(defaultLayout(screen).stateWidth);
    expect(layout.dockHeight).toBe(300);
    expect(restoreLayout(null, screen)).toEqual(defaultLayout(screen));
  });

  test('the source keeps room on the smallest and the largest screen', () => {
    for (const screen of [
      { width: 1_280, height: 800 },
      { width: 2_560, height: 1_440 },
    ]) {
      const { sideWidth, stateWidth, dockHeight, stageHeight } = defaultLayout(screen);
      expect(screen.width - sideWidth - stateWidth).toBeGreaterThan(620);
      expect(screen.height - dockHeight - stageHeight).toBeGreaterThan(300);
    }
  });
});

describe('keys', () => {
  const key = (name: string, more: Partial<Record<'ctrlKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({
    key: name,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...more,
  });

  test('debugger keys, with Alt for backwards', () => {
    expect(commandOf(key('F10'))).toEqual({ do: 'move', kind: 'over', direction: 'forward' });
    expect(commandOf(key('F10', { altKey: true }))).toEqual({ do: 'move', kind: 'over', direction: 'back' });
    expect(commandOf(key('F11', { shiftKey: true }))).toEqual({ do: 'move', kind: 'out', direction: 'forward' });
    expect(commandOf(key('?', { shiftKey: true }))).toEqual({ do: 'help' });
    expect(commandOf(key('q'))).toBeUndefined();
  });

  test('no key does two things', () => {
    const all = BINDINGS.flatMap(({ keys }) => keys);
    expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([]);
  });
});

test('names of threads tell them apart', () => {
  const processes = [
    { id: 1, pid: 10, argv: ['node', '/p/main.ts'] },
    { id: 2, pid: 11, argv: ['node', '/p/shop/process.ts'] },
    { id: 3, pid: 12, argv: ['node', '--flag', '/p/office/process.ts'] },
    { id: 4, pid: 13, argv: ['node', '/p/office/process.ts'] },
  ];
  const threads = [
    ...processes.map(({ id }) => ({ id, processId: id, kind: 'main', name: '' })),
    { id: 9, processId: 1, kind: 'worker', name: 'worker 4' },
  ];
  expect([...labelThreads(threads, processes).values()]).toEqual([
    'main.ts',
    'shop/process.ts',
    'office/process.ts 12',
    'office/process.ts 13',
    'worker 4',
  ]);
});

test('tracks lie below each other, and a height finds its row', () => {
  const threads = [
    { id: 1, maxDepth: 3 },
    { id: 2, maxDepth: 10_000 },
  ];
  const { tracks, height } = layTracks(threads, new Set([1]));
  expect(tracks[0]!.rows).toBe(0);
  expect(tracks[1]!.top).toBe(tracks[0]!.height);
  expect(height).toBe(tracks[0]!.height + tracks[1]!.height);
  expect(trackAt(tracks, tracks[1]!.rowsTop + 18 * 2 + 1)).toMatchObject({ row: 2, track: { thread: 2 } });
  expect(visibleTracks(tracks, 0, 5).map(({ thread }) => thread)).toEqual([1]);
});

test('areas of a map are as the weights and do not overlap', () => {
  const weights = [6, 6, 4, 3, 2, 2, 1];
  const rects = treemap(weights, { x: 0, y: 0, width: 600, height: 400 });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, rect] of rects.entries()) {
    expect(rect.width * rect.height).toBeCloseTo((weights[i]! / total) * 600 * 400);
    expect(Math.max(rect.width / rect.height, rect.height / rect.width)).toBeLessThan(4);
    for (const other of rects.slice(i + 1)) {
      const apart =
        rect.x + rect.width <= other.x + 1e-6 ||
        other.x + other.width <= rect.x + 1e-6 ||
        rect.y + rect.height <= other.y + 1e-6 ||
        other.y + other.height <= rect.y + 1e-6;
      expect(apart).toBe(true);
    }
  }
  expect(treemap([], { x: 0, y: 0, width: 1, height: 1 })).toEqual([]);
});

test('filters of calls are read, or say what was not understood', () => {
  expect(parseFilter('total > 100, currency = EUR, result contains "a b", cart is missing')).toEqual({
    where: [
      { on: 'total', op: '>', value: '100' },
      { on: 'currency', op: '=', value: '"EUR"' },
      { on: 'result', op: 'contains', value: 'a b' },
      { on: 'cart', op: 'is missing' },
    ],
  });
  expect(parseFilter('x === 1')).toEqual({ where: [{ on: 'x', op: '=', value: '1' }] });
  expect(parseFilter('total >')).toHaveProperty('error');
  expect(parseFilter('')).toEqual({ where: [] });
});

test('the best hit comes first', () => {
  const names = ['Cart.total', 'totalOf', 'Inventory.reserve', 'CartLine.discountBy'];
  expect(rank('total', names, (name) => name, 5)[0]).toBe('totalOf');
  expect(rank('cldb', names, (name) => name, 5)).toEqual(['CartLine.discountBy']);
  expect(rank('zzz', names, (name) => name, 5)).toEqual([]);
});

test('the cache forgets what was not used for longest', () => {
  const cache = new Lru<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  expect(cache.get('a')).toBe(1);
  cache.set('c', 3);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  expect(cache.find((value) => value > 0)).toBe(3);
});

test('bounds and colours', () => {
  const values = [1, 3, 3, 8];
  expect(lowerBoundIn(0, 4, (i) => values[i]! >= 3)).toBe(1);
  expect(lowerBoundIn(0, 4, (i) => values[i]! >= 9)).toBe(4);
  expect(hueOf('a.ts')).toBe(hueOf('a.ts'));
  expect(hueOf('a.ts')).toBeLessThan(8);
});
