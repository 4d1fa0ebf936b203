import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, packageFile, type Outcome, type Project } from '../support/programs.ts';

/* vitest and jest evaluate TypeScript through `node:vm`: suites run the same, and calls are found by the original lines. */

const CART = `
export interface Line {
  name: string;
  cents: number;
}

export class Cart {
  private readonly lines: Line[] = [];

  add(line: Line): this {
    this.lines.push(line);
    return this;
  }

  get total(): number {
    return this.lines.reduce((sum, line) => sum + line.cents, 0);
  }
}

export async function checkout(cart: Cart): Promise<string> {
  if (cart.total === 0) throw new RangeError('nothing to pay');
  await null;
  return \`\${cart.total} cents\`;
}
`;

const TESTS = `
import { Cart, checkout } from './cart';

describe('the cart', () => {
  test('adds up', async () => {
    expect(await checkout(new Cart().add({ name: 'tea', cents: 350 }))).toBe('350 cents');
  });
  test('refuses to sell nothing', async () => {
    await expect(checkout(new Cart())).rejects.toThrow('nothing to pay');
  });
  test('fails, and is reported at its line', () => {
    expect(new Cart().total).toBe(1);
  });
  test('has its source', () => {
    expect(String(checkout)).not.toContain('$ec');
    expect(Object.getOwnPropertyNames(globalThis).filter((name) => name.includes('$ec'))).toEqual([]);
  });
});

// vitest ends its forks by a signal, and what a process did in its last 250 ms may be lost then.
afterAll(() => new Promise((resolve) => setTimeout(resolve, 300)));
`;

/** Compiles as ts-jest does: CommonJS, with the source map in the text. */
const TRANSFORM = `
const typescript = require('typescript');
exports.process = (source, fileName) => {
  const compilerOptions = { module: 'commonjs', target: 'es2022', inlineSourceMap: true, inlineSources: true };
  return { code: typescript.transpileModule(source, { fileName, compilerOptions }).outputText };
};
`;

let project: Project;
beforeAll(() => {
  project = makeProject({
    'vitest.config.mjs': 'export default { test: { globals: true, include: ["src/**/*.test.ts"] } };',
    'jest.config.cjs':
      'module.exports = { transform: { "\\\\.ts$": "<rootDir>/transform.cjs" }, testMatch: ["**/*.test.ts"], cacheDirectory: "<rootDir>/cache" };',
    'transform.cjs': TRANSFORM,
    'src/cart.ts': CART,
    'src/cart.test.ts': TESTS,
  });
});

/** What is not time. */
function comparable({ stdout, stderr, exitCode }: Outcome): unknown {
  const quiet = (text: string): string =>
    text
      .replaceAll(/\d+(?:\.\d+)? ?m?s\b/g, 'TIME')
      .replaceAll(/\d\d:\d\d:\d\d/g, 'CLOCK')
      .replaceAll(/ \(TIME\)|(?<=[✓×√].*) TIME$|, estimated TIME/gm, '')
      .replaceAll(/Duration.*/g, '');
  return { stdout: quiet(stdout), stderr: quiet(stderr), exitCode };
}

interface Call {
  function: string;
  line: number;
  result: { value: unknown } | null;
  outcome: string;
}

describe.each([
  ['vitest', ['vitest/vitest.mjs', 'run', '--reporter=verbose'], { NO_COLOR: '1' }],
  ['vitest in worker threads', ['vitest/vitest.mjs', 'run', '--pool=threads', '--reporter=verbose'], { NO_COLOR: '1' }],
  ['vitest in contexts', ['vitest/vitest.mjs', 'run', '--pool=vmThreads', '--reporter=verbose'], { NO_COLOR: '1' }],
  ['jest', ['jest/bin/jest.js', '--ci', '--verbose', '--runInBand'], { NO_COLOR: '1' }],
] as const)('%s', (name, [bin, ...args], env) => {
  test('runs the same, and is recorded by its TypeScript lines', { timeout: 120_000 }, async () => {
    const command = [packageFile(bin), ...args];
    const recording = join(project.dir, `${name}.db`);
    await project.plain(command, env); // fills the runner's own caches
    const plain = await project.plain(command, env);
    expect(plain.exitCode).toBe(1);
    expect(`${plain.stdout}${plain.stderr}`).toMatch(/cart\.test\.ts:12:30/);
    expect(comparable(await project.record(command, recording, env))).toEqual(comparable(plain));

    const calls = (await project.ask('calls', '-r', recording, '--file', 'src/cart.ts', '-n', '0')) as Call[];
    const of = (wanted: string): Call[] => calls.filter((call) => call.function === wanted);
    expect(of('Cart.add')).toMatchObject([{ line: 10 }]);
    expect(of('checkout').map(({ line, outcome }) => [line, outcome])).toEqual([
      [20, 'returned'],
      [20, 'threw'],
    ]);
  });
});
