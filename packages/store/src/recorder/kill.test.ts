import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Database } from '../driver/types.ts';
import { openForReading, readMeta } from '../schema/open-recording.ts';
import { processState } from '../schema/process-state.ts';
import { bundle } from '../../test/recorder/bundle.ts';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { verifyRecording } from '../verify/verify-recording.ts';

let recorderProgram: string;
let tracedProgram: string;
beforeAll(async () => {
  recorderProgram = await bundle('test/recorder/recorder-program.ts');
  tracedProgram = await bundle('test/recorder/traced-program.ts');
});

interface ProcessRow {
  id: number;
  pid: number;
  parent_id: number | null;
  complete: number;
  start_ns: number;
}

function run(file: string, calls: number, pauseEvery = 0): ChildProcess {
  const args = [tracedProgram, recorderProgram, file, String(calls), String(pauseEvery)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Kills a program that is under way since `afterMs`. Returns the moment of the kill on the monotonic clock. */
async function killed(file: string, afterMs: number, pauseEvery: number): Promise<bigint> {
  const child = run(file, 0, pauseEvery);
  await once(child.stdout!, 'data');
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  const db = openForReading(file);
  expect(statesOf(db)).toContain('running');
  db.close();
  const killedNs = process.hrtime.bigint();
  child.kill('SIGKILL');
  await once(child, 'exit');
  return killedNs;
}

function statesOf(db: Database): string[] {
  const meta = readMeta(db);
  return db
    .prepare('SELECT * FROM processes')
    .all<ProcessRow>()
    .map((row) => processState(row, meta));
}

async function ended(child: ChildProcess): Promise<{ produced: number; dropped: number }> {
  let output = '';
  child.stdout!.on('data', (text) => (output += text));
  await once(child, 'close');
  return JSON.parse(output.trim().split('\n').at(-1)!) as { produced: number; dropped: number };
}

test.each([
  { how: 'in full flight', pauseEvery: 0 },
  { how: 'at a slow pace', pauseEvery: 20 },
])('a killed program ($how) leaves a sound recording that says it was cut off', async ({ pauseEvery }) => {
  const file = join(scratchFolder(), 'a.db');
  await killed(file, 400, pauseEvery);
  const db = openForReading(file);
  expect(verifyRecording(db, { deep: true }).problems).toEqual([]);
  expect(statesOf(db)).toEqual(['cut off']);
  expect(readMeta(db)['state']).toBe('open');
  const { stored } = db.prepare('SELECT stored FROM threads').get<{ stored: number }>()!;
  expect(stored).toBeGreaterThan(1_000);
  db.close();
});

test('what was done more than a moment before the kill is in the recording', async () => {
  const file = join(scratchFolder(), 'a.db');
  const killedNs = await killed(file, 500, 20);
  const db = openForReading(file);
  const end = db.prepare('SELECT max(end_ns) ns FROM chunks').get<{ ns: number }>()!.ns;
  const lostMs = (Number(killedNs - BigInt(readMeta(db)['start_hrtime_ns']!)) - end) / 1e6;
  // 25 ms where the machine has time; here others work beside us.
  expect(lostMs).toBeLessThan(500);
  db.close();
});

test('several processes write one recording at the same time', async () => {
  const file = join(scratchFolder(), 'a.db');
  const results = await Promise.all([
    ended(run(file, 200_000)),
    ended(run(file, 150_000)),
    ended(run(file, 3_000, 20)),
  ]);
  const db = openForReading(file);
  expect(verifyRecording(db, { deep: true }).problems).toEqual([]);
  expect(statesOf(db)).toEqual(['complete', 'complete', 'complete']);
  expect(readMeta(db)['state']).toBe('complete');
  const threads = db.prepare('SELECT produced, dropped FROM threads').all<{ produced: number; dropped: number }>();
  const sorted = (rows: { produced: number; dropped: number }[]) =>
    rows.map(({ produced, dropped }) => [produced, dropped]).sort((a, b) => a[0]! - b[0]!);
  expect(sorted(threads)).toEqual(sorted(results));
  db.close();
});
