import type { CallStep, Site } from '@execution-cinema/store';
import { expect, test } from 'vitest';
import type { LoopView } from '../protocol.ts';
import { loopViews } from './loops.ts';

/** What a call at the start of `source` did: `line:column` of its writes, or ` kind` behind it, in the order of events. */
function viewsOf(source: string, places: string[], event: number): LoopView[] {
  const site = {
    module: { textOf: () => source, file: 'a.js' },
    file: 'a.js',
    source: 0,
    function: { line: 1, column: 0 },
  } as unknown as Site;
  const steps = places.map((place, i) => {
    const [position, kind = 'write'] = place.split(' ') as [string, string?];
    const [line, column] = position.split(':').map(Number);
    return { kind: kind.replaceAll('-', ' '), line, column, event: i + 1 } as unknown as CallStep;
  });
  return loopViews(site, steps, event);
}

function loopsOf(source: string, places: string[], event: number) {
  return viewsOf(source, places, event).map(({ count, current, starts }) => ({ count, current, starts: [...starts] }));
}

test('a head that writes several variables begins one iteration', () => {
  const source = ['function f() {', '  for (const [a, b] of pairs) {', '    x = a;', '  }', '}'].join('\n');
  const round = ['2:14', '2:17', '3:4'];
  expect(loopsOf(source, [...round, ...round], 4)).toEqual([{ count: 2, current: 1, starts: [1, 4] }]);
});

test('an iteration is ready with the last thing that its head assigns', () => {
  const pairs = ['function f() {', '  for (const [a, b] of pairs) {', '    x = a;', '  }', '}'].join('\n');
  const round = ['2:14', '2:17', '3:4'];
  expect([...viewsOf(pairs, [...round, ...round], 4)[0]!.ready]).toEqual([2, 5]);
  const counted = ['function f() {', '  for (let i = 0, n = 2; i < n; i++, n--) {', '    x = i;', '  }', '}'].join(
    '\n',
  );
  const first = ['2:11', '2:18', '3:4'];
  const further = ['2:32', '2:37', '3:4'];
  expect([...viewsOf(counted, [...first, ...further, '2:32', '2:37'], 4)[0]!.ready]).toEqual([2, 5]);
});

test('a head begins an iteration each time when the body leaves no trace', () => {
  const source = ['function f() {', '  for (const [a, b] of pairs) {', '    use();', '  }', '}'].join('\n');
  const head = ['2:14', '2:17'];
  expect(loopsOf(source, [...head, ...head, ...head], 3)).toEqual([{ count: 3, current: 1, starts: [1, 3, 5] }]);
});

const WHILE = [
  'function f() {',
  '  while ((match = next()) !== null) {',
  '    words.push(match);',
  '  }',
  '  return words;',
  '}',
].join('\n');

test('the test that ends a loop is no iteration of it, and neither is what the function does afterwards', () => {
  const round = ['2:10', '3:4 mutation'];
  const end = ['2:10', '2:10 return'];
  const twice = [{ count: 2, starts: [1, 3] }];
  expect(loopsOf(WHILE, [...round, ...round, ...end], 4)).toEqual([{ ...twice[0], current: 1 }]);
  for (const event of [5, 6])
    expect(loopsOf(WHILE, [...round, ...round, ...end], event)).toEqual([{ ...twice[0], current: -1 }]);
});

test('a loop that was never gone through has no iteration', () => {
  expect(loopsOf(WHILE, ['1:1', '2:10', '2:10 return'], 2)).toEqual([]);
  const forOf = ['function f() {', '  for (const entry of queue.splice(1)) {', '    use(entry);', '  }', '}'].join(
    '\n',
  );
  expect(loopsOf(forOf, ['2:22 mutation', '2:2 scope', '2:22 return'], 1)).toEqual([]);
  // What is gone through is worked out before the first iteration.
  expect(loopsOf(forOf, ['2:22 mutation', '2:2 scope', '2:13', '3:4 call'], 3)).toEqual([
    { count: 1, current: 0, starts: [3] },
  ]);
  const counted = ['function f() {', '  for (let i = 0; i < n; i++) {', '    use(i);', '  }', '}'].join('\n');
  expect(loopsOf(counted, ['2:11', '2:11 return'], 1)).toEqual([]);
});

test('where the test leaves no trace a place that comes again begins an iteration, inner loops and awaits do not', () => {
  const source = [
    'async function f() {',
    '  while (busy()) {',
    '    a = await next();',
    '    for (const b of a) {',
    '      sum += b;',
    '    }',
    '  }',
    '}',
  ].join('\n');
  const await_ = ['3:8 suspend', '3:8 resume', '3:8 resume-value', '3:4'];
  const inner = ['4:15', '5:6'];
  const round = [...await_, ...inner, ...inner];
  const views = loopsOf(source, [...round, ...round], 14);
  expect(views[0]).toMatchObject({ count: 2, starts: [4, 12] });
  expect(views[1]).toMatchObject({ count: 2, starts: [13, 15] });
});

test('what is printed or sent in a loop begins no iteration', () => {
  const source = 'start();\nfor (const [name, size] of pairs) { console.log(name, size); }';
  const round = ['2:12', '2:18', '2:18 log'];
  expect(loopsOf(source, [...round, ...round], 6)).toMatchObject([{ count: 2, current: 1 }]);
});
