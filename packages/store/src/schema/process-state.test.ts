import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { bootId } from './boot.ts';
import { processState, type ProcessProbe } from './process-state.ts';

const nowNs = Number(process.hrtime.bigint());
const meta = { boot_id: bootId(), start_hrtime_ns: String(nowNs) };

const probe = (change: Partial<ProcessProbe>): ProcessProbe => ({
  bootId: () => 'boot',
  isAlive: () => true,
  startHrtimeNs: () => undefined,
  ...change,
});

test('a process that lives is running, one that has gone was cut off', async () => {
  expect(processState({ pid: process.pid, complete: 0, start_ns: 0 }, meta)).toBe('running');
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  expect(processState({ pid: child.pid!, complete: 0, start_ns: 0 }, meta)).toBe('cut off');
  expect(processState({ pid: child.pid!, complete: 1, start_ns: 0 }, meta)).toBe('complete');
});

test('a pid of another start of the machine, or of a process that began later, is not ours', () => {
  const row = { pid: 7, complete: 0, start_ns: 1e9 };
  const here = { boot_id: 'boot', start_hrtime_ns: '5000000000' };
  expect(processState(row, here, probe({}))).toBe('running');
  expect(processState(row, here, probe({ bootId: () => 'another' }))).toBe('cut off');
  expect(processState(row, here, probe({ startHrtimeNs: () => 5.9e9 }))).toBe('running');
  expect(processState(row, here, probe({ startHrtimeNs: () => 60e9 }))).toBe('cut off');
  expect(processState(row, here, probe({ isAlive: () => false }))).toBe('cut off');
});

test('where nothing is known of boots and starts, the pid decides', () => {
  expect(processState({ pid: 7, complete: 0, start_ns: 0 }, {}, probe({}))).toBe('running');
});
