import { expect, test } from 'vitest';
import { findFlow } from './find-flow.ts';
import { POINT, SourceFlow } from './source-flow.ts';

const CALLS: ReadonlySet<number> = new Set([POINT.call, POINT.construct, POINT.superCall]);

/** The calls of the first function in a text that can come right after each of its calls; `in` and `out` for its ends. */
function waysOf(body: string): Record<string, string[]> {
  const text = `async function* f() {\n${body}\n}`;
  const flow = new SourceFlow(findFlow(text, 'a.js'));
  const lines = text.split('\n');
  const { entry, exit } = flow.functionAt({
    line: 1,
    column: 0,
    endLine: lines.length,
    endColumn: 1,
    isModule: false,
  })!;
  const nameOf = (point: number): string | undefined => {
    if (point === entry) return 'in';
    if (point === exit) return 'out';
    return CALLS.has(flow.kindOf(point)) ? flow.nameOf(point) : undefined;
  };
  const ways: Record<string, string[]> = {};
  for (let point = entry; point < exit; point++) {
    const name = nameOf(point);
    if (name === undefined) continue;
    const found = new Set<string>();
    const seen = new Set<number>();
    const open = [...flow.after(point)];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      const nextName = nameOf(next);
      if (nextName === undefined) open.push(...flow.after(next));
      else found.add(nextName);
    }
    ways[name] = [...found].sort();
  }
  return ways;
}

test('arguments are evaluated before the call, the callee before them', () => {
  expect(waysOf('a(b(), c.d(e()))')).toEqual({ in: ['b'], b: ['e'], e: ['d'], d: ['a'], a: ['out'] });
});

test('what is assigned is evaluated after the object that gets it', () => {
  expect(waysOf('a().b = c()')).toEqual({ in: ['a'], a: ['c'], c: ['out'] });
  expect(waysOf('const { x = a() } = b()')).toEqual({ in: ['b'], b: ['a', 'out'], a: ['out'] });
});

test('branches', () => {
  const ways = { in: ['a'], a: ['b', 'c'], b: ['d'], c: ['d'], d: ['out'] };
  expect(waysOf('if (a()) b(); else c(); d()')).toEqual(ways);
  expect(waysOf('d(a() ? b() : c())')).toEqual(ways);
  expect(waysOf('a() && b(); c()')).toEqual({ in: ['a'], a: ['b', 'c'], b: ['c'], c: ['out'] });
  expect(waysOf('a()?.b(c()).d(); e()')).toEqual({
    in: ['a'],
    a: ['c', 'e'],
    c: ['b'],
    b: ['d'],
    d: ['e'],
    e: ['out'],
  });
  expect(waysOf('x ??= a(); b()')).toEqual({ in: ['a', 'b'], a: ['b'], b: ['out'] });
});

test('loops lead back to their heads', () => {
  expect(waysOf('for (let i = a(); b(); c()) d(); e()')).toEqual({
    in: ['a'],
    a: ['b'],
    b: ['d', 'e'],
    d: ['c'],
    c: ['b'],
    e: ['out'],
  });
  expect(waysOf('for (const x of a()) b()')).toEqual({ in: ['a'], a: ['b', 'out'], b: ['b', 'out'] });
  expect(waysOf('do { a() } while (b()); c()')).toEqual({ in: ['a'], a: ['b'], b: ['a', 'c'], c: ['out'] });
});

test('jumps out of loops, blocks and the function', () => {
  expect(waysOf('for (;;) { if (a()) break; if (b()) continue; c() } d()')).toEqual({
    in: ['a'],
    a: ['b', 'd'],
    b: ['a', 'c'],
    c: ['a'],
    d: ['out'],
  });
  expect(waysOf('o: for (;;) for (;;) { if (a()) break o; continue o }')).toEqual({ in: ['a'], a: ['a', 'out'] });
  expect(waysOf('o: { a(); if (x) break o; b() } c()')).toEqual({ in: ['a'], a: ['b', 'c'], b: ['c'], c: ['out'] });
  expect(waysOf('if (a()) return b(); c()')).toEqual({ in: ['a'], a: ['b', 'c'], b: ['out'], c: ['out'] });
});

test('a switch looks for its case, and falls through', () => {
  expect(waysOf('switch (a()) { case b(): c(); case 2: d(); break; default: e() }')).toEqual({
    in: ['a'],
    a: ['b'],
    b: ['c', 'd', 'e'],
    c: ['d'],
    d: ['out'],
    e: ['out'],
  });
});

test('a handler may follow everything in its block, and so may what comes last', () => {
  expect(waysOf('try { a(); b() } catch { c() } d()')).toEqual({
    in: ['a', 'c'],
    a: ['b', 'c'],
    b: ['c', 'd'],
    c: ['d'],
    d: ['out'],
  });
  const ways = waysOf('try { return a() } finally { b() } c()');
  expect(ways['a']).toContain('b');
  expect(ways['b']).toEqual(['out']);
});

test('functions are gone through on their own, and know the call that they are handed to', () => {
  const flow = new SourceFlow(findFlow('a(() => b(), function c() {}); const d = () => e();', 'a.js'));
  const functionAt = (column: number, endColumn: number) =>
    flow.functionAt({ line: 1, column, endLine: 1, endColumn, isModule: false })!;
  expect(flow.nameOf(functionAt(2, 11).call)).toBe('a');
  expect(flow.nameOf(functionAt(13, 28).call)).toBe('a');
  expect(functionAt(41, 50)).toMatchObject({ call: -1, keptAs: 'd' });
});

test('a call is shown where stack traces say that it stands', () => {
  const flow = new SourceFlow(findFlow('a\n  .b()\n  .c(\n  1)(2);\nnew\n  D();', 'a.js'));
  const shown: string[] = [];
  for (
    let point = 0;
    point <= flow.functionAt({ line: 1, column: 0, endLine: 6, endColumn: 0, isModule: true })!.exit;
    point++
  ) {
    if (!CALLS.has(flow.kindOf(point))) continue;
    const { name, shownLine, shownColumn } = flow.point(point);
    shown.push(`${name} ${shownLine}:${shownColumn}`);
  }
  expect(shown).toEqual(['b 2:3', 'c 3:3', ' 4:4', 'D 5:0']);
});
