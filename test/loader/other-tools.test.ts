import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/*
 * Beside other tools that stand between files and V8: the program prints the same, stacks included, and its calls are
 * found by the lines of the TypeScript that it was written in.
 */

const CART = `
import { rate } from './rate.ts';

export enum Kind {
  Tea = 'tea',
}

export class Cart {
  private readonly lines: { kind: Kind; cents: number }[] = [];
  constructor(readonly owner: string) {}
  add(kind: Kind, cents: number): this {
    this.lines.push({ kind, cents });
    return this;
  }
  total(): number {
    return rate(this.lines.reduce((sum, line) => sum + line.cents, 0));
  }
}
`;

const RATE = `
interface Unused {
  nothing: string;
}

export function rate(cents: number): number {
  if (cents === 0) throw new Error('nothing');
  return cents * 2;
}
`;

const MAIN = `
import { Cart, Kind } from './cart.ts';

function run(): void {
  console.log(new Cart('me').add(Kind.Tea, 350).total());
  try {
    new Cart('you').total();
  } catch (error) {
    console.log((error as Error).stack!.split('\\n').slice(0, 4).join('|'));
  }
}
run();
setTimeout(() => console.log('later'), 5);
`;

const withoutExtensions = (text: string): string => text.replaceAll(/(from '\.\/\w+)\.ts'/g, "$1'");

let project: Project;
beforeAll(() => {
  project = makeProject({
    'tsconfig.json': '{ "compilerOptions": { "target": "es2022", "module": "commonjs", "strict": true } }',
    'cjs/main.ts': withoutExtensions(MAIN),
    'cjs/cart.ts': withoutExtensions(CART),
    'cjs/rate.ts': RATE,
    'esm/package.json': '{ "type": "module" }',
    'esm/main.ts': MAIN,
    'esm/cart.ts': CART,
    'esm/rate.ts': RATE,
    'babel.cjs': `
      require('@babel/register')({
        extensions: ['.ts', '.cjs', '.js'], cache: false, babelrc: false, configFile: false,
        presets: ['@babel/preset-typescript'], plugins: ['@babel/plugin-transform-modules-commonjs'],
      });
      require('./cjs/main.ts');
    `,
    'hooked/package.json': '{ "type": "module" }',
    'hooked/register.mjs':
      "import { register } from 'node:module'; register('import-in-the-middle/hook.mjs', import.meta.url);",
    'hooked/main.js': `
      import { join } from 'node:path';
      import { twice } from './twice.js';
      import { Hook } from 'import-in-the-middle';
      Hook([new URL('./late.js', import.meta.url).href], (exports) => { exports.value = 'hooked'; });
      const late = await import('./late.js');
      console.log(twice(21), late.value, join('a', 'b'), new Error('here').stack.split('\\n')[1].trim());
    `,
    'watched/apm.mjs': `
      import { AsyncLocalStorage } from 'node:async_hooks';
      globalThis.context = new AsyncLocalStorage();
      globalThis.context.enterWith('apm');
      await new Promise((resolve) => setTimeout(resolve, 5));
    `,
    'watched/main.mjs': `
      const seen = [];
      const one = async (name) => {
        await new Promise((resolve) => setTimeout(resolve, 3));
        seen.push(context.getStore());
        await null;
        seen.push(context.getStore());
      };
      await Promise.all(['a', 'b'].map((name) => context.run(name, one, name)));
      console.log(seen.join(' '), context.getStore());
    `,
    'hooked/twice.js': 'export function twice(n) {\n  return 2 * n;\n}\n',
    'hooked/late.js': "export let value = 'as it is';\n",
  });
});

interface Call {
  function: string;
  file: string;
  line: number;
}

async function recordedAs(args: readonly string[], name: string, file: string): Promise<Call[]> {
  const recording = join(project.dir, `${name}.db`);
  // Compilers keep what they made among the temporary files.
  const env = { TMPDIR: project.dir };
  const plain = await project.plain(args, env);
  expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await project.record(args, recording, env)).toEqual(plain);
  return (await project.ask('calls', '-r', recording, '--file', file, '-n', '0')) as Call[];
}

describe('TypeScript compiled by', () => {
  test.each([
    ['tsx, CommonJS', ['--import', 'tsx', 'cjs/main.ts'], 'cjs'],
    ['tsx, ES modules', ['--import', 'tsx', 'esm/main.ts'], 'esm'],
    ['ts-node', ['--require', 'ts-node/register/transpile-only', 'cjs/main.ts'], 'cjs'],
    ['@babel register', ['babel.cjs'], 'cjs'],
  ])('%s', async (title, args, folder) => {
    const calls = await recordedAs(args, title.replaceAll(/\W/g, ''), `${folder}/**`);
    // esbuild puts getters of its own on the first line.
    const lines = calls.filter(
      ({ function: name, line }) => /^(?:rate|Cart\.total|Cart\.add|run)$/.test(name) && line > 1,
    );
    expect(lines.map((call) => `${call.function} ${call.file}:${call.line}`)).toEqual([
      `run ${folder}/main.ts:4`,
      `Cart.add ${folder}/cart.ts:11`,
      `Cart.total ${folder}/cart.ts:15`,
      `rate ${folder}/rate.ts:6`,
      `Cart.total ${folder}/cart.ts:15`,
      `rate ${folder}/rate.ts:6`,
    ]);
  });
});

test('behind hooks that wrap ES modules, as those of OpenTelemetry and Sentry', async () => {
  // Node 26 warns of `module.register`, with the process id.
  const args = ['--no-deprecation', '--import', './hooked/register.mjs', 'hooked/main.js'];
  const calls = await recordedAs(args, 'hooked', 'hooked/twice.js');
  expect(calls.filter((call) => call.function === 'twice')).toMatchObject([{ line: 1 }]);
});

test('after a tool that followed promises before us: Node would end that in the middle of one', async () => {
  const env = { NODE_OPTIONS: `--import=${new URL(`file://${project.dir}/watched/apm.mjs`).href}` };
  const recording = join(project.dir, 'watched.db');
  const plain = await project.plain(['watched/main.mjs'], env);
  expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
  expect(plain.stdout).toMatch(/^a a b b /);
  expect(await project.record(['watched/main.mjs'], recording, env)).toEqual(plain);
});
