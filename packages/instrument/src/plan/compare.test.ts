import { describe, expect, it } from 'vitest';
import { comparePlans } from './compare.ts';
import { parsePlan } from './validate.ts';

const LOADED = [{ file: 'src/a.ts' }, { file: 'src/b.ts' }];

function compare(before: unknown, after: unknown) {
  return comparePlans(parsePlan(before), parsePlan(after), LOADED);
}

describe('comparePlans', () => {
  it('finds nothing between equal plans', () => {
    const plan = { rules: [{ function: 'a', level: 'off' }] };
    expect(compare(plan, plan)).toEqual({ live: [], needsReload: [], filesToReload: [] });
  });

  it.each([
    [{}, { level: 'boundaries' }, ['level']],
    [{ level: 'off' }, { level: 'locals' }, ['level']],
    [{}, { rules: [{ function: 'a', level: 'off' }] }, ['rules']],
    [{ level: 'expressions' }, { level: 'locals' }, ['level']],
    [{ rules: [{ function: 'a', level: 'expressions' }] }, {}, ['rules']],
  ])('%j to %j is live', (before, after, live) => {
    expect(compare(before, after)).toEqual({ live, needsReload: [], filesToReload: [] });
  });

  it('says which loaded files would need another text, and why', () => {
    expect(compare({}, { rules: [{ file: 'src/a.ts', level: 'expressions' }] })).toEqual({
      live: ['rules'],
      needsReload: ['src/a.ts: level "expressions" is above "locals", which is compiled in'],
      filesToReload: ['src/a.ts'],
    });
    expect(compare({}, { rules: [{ file: 'src/b.ts', function: 'f', level: 'expressions' }] }).needsReload).toEqual([
      'src/b.ts: f: level "expressions" is above "locals", which is compiled in',
    ]);
    expect(compare({}, { rules: [{ file: 'src/b.ts', inject: [{ line: 1, log: 'x' }] }] })).toEqual({
      live: [],
      needsReload: ['src/b.ts: inject: holds when the file loads again'],
      filesToReload: ['src/b.ts'],
    });
  });

  it('leaves files alone that the program has not loaded', () => {
    expect(compare({}, { rules: [{ file: 'lib/**', captureLocals: ['x'] }] })).toEqual({
      live: [],
      needsReload: [],
      filesToReload: [],
    });
  });

  it('says what is read at the start only', () => {
    const { live, needsReload } = compare({}, { include: ['src/**'], values: { depth: 3 }, keep: '1GB' });
    expect(live).toEqual([]);
    expect(needsReload).toEqual([
      'include: holds for files that load from now on',
      'values: read when the program starts',
      'keep: read when the program starts',
    ]);
  });
});
