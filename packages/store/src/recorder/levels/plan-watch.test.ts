import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { smallSiteTable } from '../../../test/recorder/site-table.ts';
import { LevelControl } from './level-control.ts';
import { flatten, type SiteTables } from './module-sites.ts';
import { LiveLevels } from './live-levels.ts';
import { PlanWatch, type LivePlan, type PlanChange } from './plan-watch.ts';

let file: string;
let bytes: Uint8Array;
let control: LevelControl;
let watch: PlanWatch;
let changes: PlanChange[];
let next: () => LivePlan;
let nowMs: number;

const planOf = (level: number): LivePlan => ({ json: `{"level":${level}}`, levelsIn: () => () => level });

beforeEach(() => {
  file = join(scratchFolder(), 'tracer.config.json');
  writeFileSync(file, '1');
  const shared = new SharedArrayBuffer(64);
  bytes = new Uint8Array(shared);
  const table = flatten({ key: 'app#1', file: 'app.js', hash: 'h' }, smallSiteTable());
  control = new LevelControl(() => table);
  control.addThread(0, shared);
  control.addLoad({ thread: 0, base: 0, count: 10, key: 'app#1' });
  changes = [];
  nowMs = 0;
  const source = {
    current: planOf(2),
    reload: async () => next(),
    needsReload: (_before: LivePlan, after: LivePlan, files: readonly string[]) =>
      after.json.includes('3') ? [`${files.join()}: must load again`] : [],
  };
  const tables = { of: () => table } as unknown as SiteTables;
  watch = new PlanWatch(file, source, {
    control,
    tables,
    live: new LiveLevels(control, tables),
    changed: (change) => changes.push(change),
  });
});

/** Lets a second pass in which the recorder is awake. */
async function aSecond(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    nowMs += 100;
    watch.step(nowMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the plan file', () => {
  test('that nobody edits is read by nobody', async () => {
    next = () => expect.unreachable();
    await aSecond();
    expect(changes).toEqual([]);
  });

  test('moves the levels of loaded modules, and of those that load later', async () => {
    next = () => planOf(1);
    writeFileSync(file, 'other');
    await aSecond();
    expect(changes).toEqual([{ json: '{"level":1}', note: 'the plan has changed: 3 functions have another level' }]);
    expect([...bytes.subarray(0, 10)]).toEqual([1, 1, 1, 0, 0, 1, 1, 0, 0, 1]);
    bytes.fill(1, 20, 30);
    control.addLoad({ thread: 0, base: 20, count: 10, key: 'app#1' });
    watch.loaded('app#1');
    expect([...bytes.subarray(20, 30)]).toEqual([1, 1, 1, 0, 0, 1, 1, 0, 0, 1]);
  });

  test('with a mistake leaves the old plan in force and says why', async () => {
    next = () => {
      throw new Error('levle is no key of a plan');
    };
    writeFileSync(file, 'wrong');
    await aSecond();
    expect(changes).toEqual([
      { json: '{"level":2}', note: 'the edited plan is refused, the old one stays: levle is no key of a plan' },
    ]);
    expect(bytes[3]).toBe(0);
    next = () => planOf(3);
    writeFileSync(file, 'right again');
    await aSecond();
    expect(changes[1]!.note).toBe('the plan has changed: 3 functions have another level; app.js: must load again');
  });

  test('that is gone for a moment changes nothing', async () => {
    next = () => planOf(0);
    rmSync(file);
    await aSecond();
    expect(changes).toEqual([]);
    writeFileSync(file, 'back');
    await aSecond();
    expect(changes).toHaveLength(1);
  });
});
