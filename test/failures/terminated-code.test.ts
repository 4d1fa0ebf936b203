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

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
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
    await project.print('verify', recording);
  },
);
