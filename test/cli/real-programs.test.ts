import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openRecording } from '../../packages/tracer/src/read.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { command, environment, Project, tracer, TRACER } from './tracer-command.ts';

/** The examples as a newcomer meets them: recorded, and their bugs found with nothing but the command line. */
const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

const folder = scratchFolder();

async function record(example: string, script: string): Promise<string> {
  const out = join(folder, `${example}.db`);
  const args = ['run', '--quiet', '-o', out, script];
  const { code } = await tracer(args, { cwd: join(EXAMPLES, example) });
  expect(code).toBe(0);
  return out;
}

async function ask<Row>(file: string, ...args: string[]): Promise<Row[]> {
  const { code, stdout } = await tracer([...args, '--rec', file, '--json', '-n', '0'], { cwd: EXAMPLES });
  expect(code).toBe(0);
  return JSON.parse(stdout) as Row[];
}

interface Written {
  value: number;
  function: string;
  call: string;
  operator: string;
  ownerId?: number;
  owner?: { product?: { sku?: string } };
}

test('checkout: the notebook became cheaper twice, on behalf of offers that lost', async () => {
  const file = await record('checkout', 'main.ts');
  const writes = await ask<Written>(file, 'values', 'this.unitPriceCents');
  const notebook = writes.findLast(({ owner }) => owner?.product?.sku === 'NB5D')!;
  const history = writes.filter(({ ownerId }) => ownerId === notebook.ownerId);
  expect(history.map(({ value }) => value)).toEqual([1250, 1000, 900]);
  expect(history.map((entry) => entry.function)).toEqual([
    'CartLine.constructor',
    'CartLine.discountBy',
    'CartLine.discountBy',
  ]);
  // Whose work it was: the offers in which these calls were made.
  const calls = await ask<{ call: string; parent: string; arguments: { name: string; value: { name: string } }[] }>(
    file,
    'calls',
  );
  const byName = new Map(calls.map((call) => [call.call, call]));
  const promotions = history.slice(1).map(({ call }) => {
    const offer = byName.get(byName.get(call)!.parent)!;
    return offer.arguments.find(({ name }) => name === 'promotion')!.value.name;
  });
  expect(promotions).toEqual(['Paper season: 20 % off paper', 'Three of a kind: 10 % off']);
});

test('race: the second customer took the place of the first before her statement was made', async () => {
  const file = await record('race', 'server.js');
  const writes = await ask<{ event: number; value: { name: string } }>(file, 'values', 'context.customer');
  expect(writes.map(({ value }) => value.name)).toEqual(['Alice', 'Bob']);
  const statements = await ask<{ startEvent: number; endEvent: number; result: { value: { addressedTo: string } } }>(
    file,
    'calls',
    '-f',
    'currentStatement',
  );
  expect(statements.map(({ result }) => result.value.addressedTo)).toEqual(['Bob', 'Bob']);
  const [first] = statements;
  const [, second] = writes;
  expect(second!.event).toBeGreaterThan(first!.startEvent);
  expect(second!.event).toBeLessThan(first!.endEvent);
});

test('recursion: a tree of a hundred thousand calls fits a screen, and --root goes deeper', async () => {
  const file = await record('recursion', 'main.js');
  const { stdout, stderr } = await tracer(['tree', file, '-n', '30', '--width', '100'], { cwd: EXAMPLES });
  expect(stdout.trimEnd().split('\n').length).toBeLessThan(60);
  expect(stderr).toMatch(/[\d,]+ calls and what is below not shown/);
  const call = /^(\d+:\d+) .*Solver\.solve\(/m.exec(stdout)![1]!;
  const below = await tracer(['tree', file, '--root', call, '--depth', '1'], { cwd: EXAMPLES });
  expect(below.stdout).toMatch(new RegExp(`^${call} `));
});

describe('a program that is still running, then killed', () => {
  test('is read meanwhile, and is sound and marked afterwards', async () => {
    const project = new Project();
    const script = project.write(
      'tick.js',
      'let n = 0;\nfunction tick() { n += 1; return n; }\nsetInterval(tick, 5);\n',
    );
    const child = spawn(process.execPath, [TRACER, 'run', '--quiet', script], {
      cwd: project.folder,
      env: environment(),
    });
    try {
      const state = async (): Promise<string> => {
        const { stdout } = await project.tracer('ls', '--json');
        return (JSON.parse(stdout) as { state: string }[])[0]?.state ?? 'none';
      };
      const ticks = async (): Promise<number> => {
        const { stdout } = await project.tracer('calls', '-f', 'tick', '--json', '-n', '0');
        return stdout === '' ? 0 : (JSON.parse(stdout) as unknown[]).length;
      };
      await expect.poll(ticks, { timeout: 20_000 }).toBeGreaterThan(3);
      expect(await state()).toBe('running');
      const before = await ticks();
      await sleep(200);
      expect(await ticks()).toBeGreaterThan(before);
      const listed = JSON.parse((await project.tracer('info', '--json')).stdout) as { processes: { pid: number }[] };
      process.kill(listed.processes[0]!.pid, 'SIGKILL');
      await once(child, 'exit');
      expect(await state()).toBe('cut off');
      expect((await project.tracer('info')).stdout).toContain('cut off: the program was killed');
      expect((await project.tracer('verify')).stdout).toContain('is sound');
      expect(await ticks()).toBeGreaterThan(before);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

test('the reading library gives programs the same answers', async () => {
  const file = await record('commonjs', 'main.js');
  const recording = openRecording(file);
  try {
    const { calls } = recording.calls({ limit: 5 });
    expect(calls.map(({ name }) => name)).toEqual(['1:1', '1:2', '1:3', '1:4', '1:5']);
    expect(recording.tree({ limit: 3 }).roots[0]?.call.name).toBe('1:1');
    expect(recording.sql('SELECT count(*) AS n FROM calls').rows).toEqual([{ n: recording.info().calls }]);
    expect(recording.stateAt('1:5').frames[0]?.call).toBe(5);
    expect([...recording.events({ function: calls[4]!.function })].length).toBeGreaterThan(1);
    expect(recording.verify({ deep: true }).problems).toEqual([]);
  } finally {
    recording.close();
  }
  // The package's own door, from a program that is not part of it.
  const program = `import { openRecording } from 'tracer/read';
    const recording = openRecording(process.argv[1]);
    console.log(recording.calls({ threw: true }).calls.length);`;
  const { stdout } = await command(process.execPath, ['--input-type=module', '-e', program, file], { cwd: EXAMPLES });
  expect(stdout).toMatch(/^\d+\n$/);
});

test('the demo tells which order failed, with which value, and where that came from', async () => {
  const startMs = performance.now();
  const { code, stdout, stderr } = await command(process.execPath, [join(EXAMPLES, 'demo/demo.mjs'), '--no-serve'], {
    env: { TRACER_OUT: join(folder, 'demo.db') },
  });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('RangeError: order 1010 of Jonas has no amount to pay, got null');
  expect(stdout).toMatch(/thrown by writeInvoice\(orderNumber: 1010, customer: "Jonas", payableCents: null\)/);
  expect(stdout).toMatch(/toCents\(euros: "7,20"\) price-list\.ts:\d+, call \d+:\d+\n +result = NaN/);
  expect(statSync(join(folder, 'demo.db')).size).toBeGreaterThan(0);
  expect(performance.now() - startMs).toBeLessThan(30_000);
});
