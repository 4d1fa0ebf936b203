import type { CallStep, Site } from '@execution-cinema/store';
import { expect, test } from 'vitest';
import { loopViews } from './loops.ts';

/** What a call at the start of `source` did: `line:column` of its writes, in the order of events. */
function loopsOf(source: string, places: string[], event: number) {
  const site = {
    module: { textOf: () => source, file: 'a.js' },
    file: 'a.js',
    source: 0,
    function: { line: 1, column: 0 },
  } as unknown as Site;
  const steps = places.map((place, i) => {
    const [line, column] = place.split(':').map(Number);
    return { kind: 'write', line, column, event: i + 1 } as unknown as CallStep;
  });
  return loopViews(site, steps, event).map(({ count, current, starts }) => ({ count, current, starts: [...starts] }));
}

test('a head that writes several variables begins one iteration', () => {
  const source = ['function f() {', '  for (const [a, b] of pairs) {', '    x = a;', '  }', '}'].join('\n');
  const round = ['2:14', '2:17', '3:4'];
  expect(loopsOf(source, [...round, ...round], 4)).toEqual([{ count: 2, current: 1, starts: [1, 4] }]);
});

test('a head begins an iteration each time when the body leaves no trace', () => {
  const source = ['function f() {', '  for (const [a, b] of pairs) {', '    use();', '  }', '}'].join('\n');
  const head = ['2:14', '2:17'];
  expect(loopsOf(source, [...head, ...head, ...head], 3)).toEqual([{ count: 3, current: 1, starts: [1, 3, 5] }]);
});
