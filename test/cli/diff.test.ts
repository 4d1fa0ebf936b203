import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CLI, makeProject, run, type Outcome, type Project } from '../support/programs.ts';

/** A shop that meets everything that two runs never share: times, random ids, ports, racing timers. */
const SHOP = `
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

class Cart {
  constructor(lines) {
    this.lines = lines;
    this.id = randomUUID();
    this.since = new Date();
  }
  total(rate) {
    let sum = 0;
    for (const line of this.lines) sum += priceOf(line, rate);
    return sum;
  }
}
function priceOf(line, rate) {
  return Number(line.price) * rate;
}
async function pay(cart, limit) {
  const at = Date.now();
  const sum = cart.total(2);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  if (!(sum <= limit)) throw new RangeError('too much: ' + sum);
  return { sum, at, pid: process.pid };
}
const prices = (process.env.PRICES ?? '10 7.20').split(' ').map((price) => ({ price }));
const folder = mkdtempSync(tmpdir() + '/shop-');
rmdirSync(folder);
const server = createServer().listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const { port } = server.address();
console.log('listening on http://127.0.0.1:' + port + ' since ' + new Date().toISOString());
const carts = [1, 2, 3].map((number) => new Cart(prices.map((line) => ({ ...line, number }))));
const results = await Promise.allSettled(carts.map((cart) => pay(cart, 100)));
console.log(results.map(({ status }) => status).join(' '));
server.close();
if (process.env.WORKER) await new Promise((resolve) => new Worker('0', { eval: true }).once('exit', resolve));
`;

/** Orders go to two workers in another order, and get other numbers. */
const POOL = `
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
function priceOf(order) {
  return order.price * order.count;
}
function answer({ id, order }) {
  const price = priceOf(order);
  parentPort.postMessage({ id, price });
}
let lastId = 0;
function ask(worker, order) {
  const id = ++lastId;
  worker.postMessage({ id, order });
}
if (isMainThread) {
  const workers = [1, 2].map(() => new Worker(new URL(import.meta.url)));
  let open = 4;
  for (const worker of workers) {
    worker.on('message', () => {
      open -= 1;
      if (open === 0) for (const other of workers) other.postMessage(undefined);
    });
  }
  const orders = [1, 2, 3, 4].map((count) => ({ price: Number(process.env.PRICE ?? 5), count }));
  const turns = process.env.ORDER === 'other' ? [2, 0, 3, 1] : [0, 1, 2, 3];
  turns.forEach((turn, i) => setTimeout(() => ask(workers[i % 2], orders[turn]), 10 * i));
} else {
  parentPort.on('message', (message) => (message ? answer(message) : parentPort.close()));
}
`;

let project: Project;

beforeAll(async () => {
  project = makeProject({ 'package.json': '{"type":"module"}', 'shop.js': SHOP, 'pool.js': POOL });
  const record = (name: string, env: NodeJS.ProcessEnv = {}): Promise<Outcome> =>
    project.record(['shop.js'], join(project.dir, name), env);
  const otherTemporaryFolder = join(project.dir, 'other/folder');
  mkdirSync(otherTemporaryFolder, { recursive: true });
  await Promise.all([record('one.db'), record('two.db', { TMPDIR: otherTemporaryFolder })]);
  await Promise.all([record('bad.db', { PRICES: '10 7,20' }), record('worker.db', { WORKER: '1' })]);
});

describe('work that threads of one role share', () => {
  beforeAll(async () => {
    await project.record(['pool.js'], join(project.dir, 'pool.db'));
    await project.record(['pool.js'], join(project.dir, 'pool-other.db'), { ORDER: 'other' });
    await project.record(['pool.js'], join(project.dir, 'pool-price.db'), { ORDER: 'other', PRICE: '6' });
  });

  const inWorkers = (found: Data): string[] =>
    found.differences.filter(({ thread }) => thread.includes('worker')).map(({ value }) => value?.name ?? '');

  test('is the same whoever did it, under whatever number', async () => {
    expect(inWorkers(await data('pool.db', 'pool-other.db'))).toEqual([]);
  });

  test('differs where another value came in', async () => {
    expect(inWorkers(await data('pool.db', 'pool-price.db'))).toHaveLength(1);
  });
});

function diff(...args: string[]): Promise<Outcome> {
  return run(process.execPath, [CLI, 'diff', ...args], { cwd: project.dir });
}

interface Data {
  same: boolean;
  differences: {
    kind: string;
    thread: string;
    value: { name: string; path: string; a: string; b: string } | null;
    a: {
      function: string;
      what: string;
      stack: { function: string }[];
      variables: Record<string, unknown>;
      origin: unknown;
    } | null;
    b: { function: string } | null;
  }[];
}

async function data(...args: string[]): Promise<Data & { exitCode: number | null }> {
  const { stdout, exitCode } = await diff(...args, '--json');
  return { ...(JSON.parse(stdout) as Data), exitCode };
}

test('two runs of one program are the same, whatever time it is', async () => {
  const { stdout, stderr, exitCode } = await diff('one.db', 'two.db');
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/The runs are the same: [\d,]+ equal steps in 1 thread\.\n$/);
  expect(await data('one.db', 'one.db')).toMatchObject({ exitCode: 0, same: true, differences: [] });
});

describe('a run with a wrong price', () => {
  test('differs first where the price comes in', async () => {
    const { exitCode, stdout } = await diff('one.db', 'bad.db');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/The runs differ in a value/);
    const { differences } = await data('one.db', 'bad.db');
    expect(differences[0]).toMatchObject({
      kind: 'value',
      value: { name: 'price', path: '', a: '"7.20"', b: '"7,20"' },
    });
  });

  test('then in what is computed from it: names and values can be left out', async () => {
    const rules = [
      '--ignore',
      'name:price',
      '--ignore',
      'name:lin*',
      '--ignore',
      'name:prices',
      '--ignore',
      'function:*anonymous*',
    ];
    const { differences } = await data('one.db', 'bad.db', ...rules);
    expect(differences[0]).toMatchObject({
      kind: 'value',
      value: { name: 'result', a: '14.4', b: 'NaN' },
      a: { function: 'priceOf', what: 'return' },
    });
    expect(differences[0]!.a!.stack.map(({ function: name }) => name).slice(0, 3)).toEqual([
      'priceOf',
      'Cart.total',
      'pay',
    ]);
    expect(differences[0]!.a!.origin).toMatchObject({ name: 'return', value: 14.4 });
    const byPath = await data('one.db', 'bad.db', '--ignore', 'values');
    expect(byPath.differences[0]).toMatchObject({ kind: 'path', value: null });
  });

  test('is the same where everything that differs is left out', async () => {
    expect(await data('one.db', 'bad.db', '--ignore', 'file:shop.js', '--ignore', 'logs')).toMatchObject({
      exitCode: 0,
    });
  });
});

test('a thread that only one run has is said last', async () => {
  const { differences, exitCode } = await data('one.db', 'worker.db');
  expect(exitCode).toBe(1);
  expect(differences.at(-1)).toMatchObject({ kind: 'thread', a: null });
});

test('trouble is exit code 2', async () => {
  expect(await diff('one.db', 'nowhere.db')).toMatchObject({ exitCode: 2, stdout: '' });
  const { exitCode, stderr } = await diff('one.db', 'two.db', '--ignore', 'colour:red');
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('Rules are name:GLOB')]);
});
