import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openProject, type Project } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/*
 * Every example is recorded whole and behaves as without us. TypeScript has no plain run on Node 20: what those print
 * is stored here.
 */

/** Several processes at once, on a machine that is busy with other tests. */
const TEST_MS_MAX = 120_000;

const EXAMPLES = {
  race: ['server.js', '--requests', '20'],
  recursion: ['main.js'],
  pipeline: ['main.js'],
  commonjs: ['main.js'],
  'worker-pool': ['main.js'],
  cluster: ['main.js'],
};

interface Info {
  state: string;
  events: { produced: number; stored: number; dropped: number };
  functions: { eligible: number; instrumented: number };
  processes: { exitCode: number | null; complete: boolean; parentId: number | null }[];
  threads: { kind: string; stored: number }[];
}

const folder = scratchFolder();

async function infoOf(project: Project, recording: string): Promise<Info> {
  const info = (await project.ask('info', recording)) as Info;
  expect(info.state).toBe('complete');
  expect(info.events).toMatchObject({ stored: info.events.produced, dropped: 0 });
  expect(info.functions.instrumented).toBe(info.functions.eligible);
  return info;
}

describe.each(Object.entries(EXAMPLES))('%s', (name, args) => {
  test.each(['boundaries', 'locals', 'expressions'])(
    'prints the same recorded at %s',
    async (level) => {
      const project = openProject(`examples/${name}`);
      const recording = join(folder, `${name}-${level}.db`);
      const plain = await project.plain(args);
      expect(plain.exitCode).toBe(0);
      expect(await project.record(args, recording, { TRACER_LEVEL: level })).toEqual(plain);
      await infoOf(project, recording);
    },
    TEST_MS_MAX,
  );
});

test('race: every call of the twenty requests carries the correlation of its own request', async () => {
  const project = openProject('examples/race');
  const recording = join(folder, 'race-requests.db');
  await project.record(EXAMPLES.race, recording);
  const rows = (await project.ask(
    'sql',
    recording,
    `SELECT c.correlation_id AS correlation, c.function, c.result, a.value AS customer FROM calls c
     LEFT JOIN arguments a ON a.call_id = c.id AND a.name = 'customerId'
     WHERE c.function IN ('balanceOf', 'customerOfToken')`,
  )) as { correlation: number; function: string; result: string; customer: string | null }[];
  const customers = new Map<number, Set<string>>();
  for (const row of rows) {
    const id = row.customer ?? String((JSON.parse(row.result) as { id: number }).id);
    customers.set(row.correlation, (customers.get(row.correlation) ?? new Set()).add(id));
  }
  expect(customers.size).toBe(20);
  expect([...customers.values()].filter((ids) => ids.size !== 1)).toEqual([]);
});

test(
  'cluster: every order leads from the client to one of two servers, which each tell of five sales',
  async () => {
    const project = openProject('examples/cluster');
    const recording = join(folder, 'cluster-edges.db');
    await project.record(EXAMPLES.cluster, recording);
    const edges = await project.ask(
      'sql',
      recording,
      `SELECT e.kind, f.function AS source, t.function AS target, count(*) AS n, count(DISTINCT e.from_thread) AS sources,
       count(DISTINCT e.to_thread) AS targets
     FROM edges e LEFT JOIN calls f ON f.id = e.from_call LEFT JOIN calls t ON t.id = e.to_call
     WHERE e.kind IN ('http', 'message') AND e.from_thread <> e.to_thread AND t.function <> '(module)' GROUP BY 1, 2, 3 ORDER BY 1`,
    );
    expect(edges).toEqual([
      { kind: 'http', source: 'order', target: 'answer', n: 12, sources: 1, targets: 2 },
      { kind: 'message', source: 'answer', target: 'noteSale', n: 10, sources: 2, targets: 1 },
    ]);
  },
  TEST_MS_MAX,
);

test(
  'worker-pool: every job and every answer is a message with both ends',
  async () => {
    const project = openProject('examples/worker-pool');
    const recording = join(folder, 'pool-edges.db');
    await project.record(EXAMPLES['worker-pool'], recording);
    const edges = await project.ask(
      'sql',
      recording,
      `SELECT f.function AS source, count(t.id) AS n FROM edges e JOIN calls f ON f.id = e.from_call
     LEFT JOIN calls t ON t.id = e.to_call WHERE e.kind = 'message' GROUP BY 1 ORDER BY 1`,
    );
    // Twelve jobs, one of them twice.
    expect(edges).toEqual([
      { source: 'Pool.assign', n: 13 },
      { source: 'onJob', n: 13 },
    ]);
  },
  TEST_MS_MAX,
);

test('checkout: TypeScript without flags, with the total that is wrong by design', async () => {
  const project = openProject('examples/checkout');
  const recording = join(folder, 'checkout.db');
  const { stdout, stderr, exitCode } = await project.record(['main.ts'], recording);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toMatch(/^Total +112\.31$/m);
  await infoOf(project, recording);
});

test('demo: three processes and two worker threads in one recording', async () => {
  const project = openProject('examples/demo');
  const recording = join(folder, 'demo.db');
  const { stdout, stderr, exitCode } = await project.record(['main.ts'], recording);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^POST \/orders failed: Invoicing refused: order 1010 .*\n$/);
  expect(stdout).toContain('The shop is closed: 11 orders invoiced, 789.45 EUR; 1 failed.');
  const { processes, threads } = await infoOf(project, recording);
  expect(processes.map(({ exitCode: code }) => code)).toEqual([1, 0, 0]);
  expect(processes.map(({ parentId }) => parentId)).toEqual([null, 1, 1]);
  expect(threads.map(({ kind }) => kind).sort()).toEqual(['main', 'main', 'main', 'worker', 'worker']);
  expect(Math.min(...threads.map(({ stored }) => stored))).toBeGreaterThan(50);

  // From the process that refuses the amount, through the shop, to the pricing thread that read it wrongly at noon.
  const [refused] = (await project.ask('calls', recording, '-f', 'writeInvoice', '--threw')) as { call: string }[];
  const { steps } = (await project.ask('origin', recording, refused!.call, 'payableCents')) as {
    steps: { kind: string; function: string; file: string; value: unknown }[];
  };
  expect(steps.filter(({ kind }) => kind === 'message').map(({ file }) => file)).toEqual(
    expect.arrayContaining(['examples/demo/invoicing/office.ts', 'examples/demo/pricing/worker.ts']),
  );
  expect(steps.some(({ function: name, file }) => name === 'toCents' && file.endsWith('price-list.ts'))).toBe(true);
});
