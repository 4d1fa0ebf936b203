import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/*
 * Code that ends between any two of its instructions, probes included: neither catch nor finally blocks run when a `vm`
 * timeout strikes. What is recorded afterwards must stand where it belongs. (A unit test cannot show this: the test
 * runner makes a call of each use of an imported constant.)
 */

const ROUNDS = 40;
const FILES = {
  'app.cjs': `
    const vm = require('node:vm');
    const { busy } = require('./busy.cjs');
    globalThis.busy = busy;
    function round(number) {
      try {
        vm.runInThisContext('busy()', { timeout: 1 + (number % 4) });
      } catch (error) {
        return after(error.code);
      }
      return 'not terminated';
    }
    function after(code) { return code; }
    const codes = new Set();
    for (let number = 0; number < ${ROUNDS}; number++) codes.add(round(number));
    console.log([...codes].join());
  `,
  'busy.cjs': `
    function inner(n) {
      const item = { n, text: 'text ' + n, list: [n, 'item ' + (n % 50)] };
      return n < 40 ? inner(n + 1) : item;
    }
    function* numbers() { for (let n = 0; ; n++) yield n; }
    exports.busy = () => { for (const n of numbers()) inner(n % 40); };
  `,
};

const WORKERS = 8;
const WORKER_FILES = {
  'main.cjs': `
    const { once } = require('node:events');
    const { Worker } = require('node:worker_threads');
    async function round(number) {
      const worker = new Worker(require.resolve('./worker.cjs'));
      await once(worker, 'message');
      await new Promise((resolve) => setTimeout(resolve, 10 + number * 11));
      return after(await worker.terminate());
    }
    function after(code) { return code; }
    (async () => {
      const codes = new Set();
      for (let number = 0; number < ${WORKERS}; number++) codes.add(await round(number));
      console.log([...codes].join());
    })();
  `,
  'worker.cjs': `
    const { parentPort } = require('node:worker_threads');
    const { busy } = require('./busy.cjs');
    parentPort.postMessage('busy from here on');
    setImmediate(busy);
  `,
};

let project: Project;
beforeAll(() => {
  project = makeProject({ ...FILES, ...WORKER_FILES });
});

test.each(['boundaries', 'locals'])(
  'code that is terminated anywhere leaves the rest in its place (%s)',
  async (level) => {
    const recording = join(project.dir, `${level}.db`);
    const outcome = await project.record(['app.cjs'], recording, { TRACER_LEVEL: level });
    expect(outcome).toMatchObject({ stdout: 'ERR_SCRIPT_EXECUTION_TIMEOUT\n', stderr: '', exitCode: 0 });
    const rows = async (where: string): Promise<unknown> =>
      project.ask(
        'sql',
        recording,
        `SELECT function, outcome, depth, count(*) AS n FROM calls WHERE ${where} GROUP BY 1, 2, 3 ORDER BY 1`,
      );
    // `(module)` of app.cjs is at depth 0, whatever it calls directly at depth 1.
    expect(await rows("function IN ('round', 'after')")).toEqual([
      { function: 'after', outcome: 'returned', depth: 2, n: ROUNDS },
      { function: 'round', outcome: 'returned', depth: 1, n: ROUNDS },
    ]);
    // Some rounds end before the first probe of `busy` has written anything.
    const [busy] = (await rows("outcome = 'terminated' AND function LIKE '%busy'")) as { n: number }[];
    expect(busy!.n).toBeGreaterThan(ROUNDS / 2);
    const { ok, threads } = (await project.ask('verify', recording)) as { ok: boolean; threads: { dropped: number }[] };
    expect({ ok, dropped: threads.map(({ dropped }) => dropped) }).toEqual({ ok: true, dropped: [0] });
  },
);

test.each(['boundaries', 'locals'])('so do threads that are terminated at full speed (%s)', async (level) => {
  const recording = join(project.dir, `workers-${level}.db`);
  const outcome = await project.record(['main.cjs'], recording, { TRACER_LEVEL: level });
  expect(outcome).toMatchObject({ stdout: '1\n', stderr: '', exitCode: 0 });
  const { ok, threads } = (await project.ask('verify', recording)) as { ok: boolean; threads: { dropped: number }[] };
  expect({ ok, threads: threads.length, dropped: threads.filter(({ dropped }) => dropped > 0) }).toEqual({
    ok: true,
    threads: 1 + WORKERS,
    dropped: [],
  });
  // Some may have been terminated before they came to it.
  const [busy] = (await project.ask(
    'sql',
    recording,
    "SELECT count(*) AS n, count(DISTINCT thread_id) AS threads FROM calls WHERE outcome = 'terminated' AND function LIKE '%busy'",
  )) as { n: number; threads: number }[];
  expect(busy!.n).toBe(busy!.threads);
  expect(busy!.threads).toBeGreaterThan(WORKERS / 2);
});
