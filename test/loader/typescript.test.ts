import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/* TypeScript and JSX without a build and without another flag, on every Node. */

const FILES = {
  'commonjs/main.ts': `
    import { Cart, Kind } from './cart';
    import legacy = require('./legacy');
    import type { Thing } from './types';
    enum Color { Red = 1, Green }
    namespace Inner { export const q = 5 }
    class P { constructor(private readonly a: number, public b = 2) {} sum(): number { return this.a + this.b } }
    const thing: Thing = { x: 1 };
    console.log(new Cart().add({ price: 3 }).total(), Color.Green, Inner.q, new P(1).sum(), Kind.A, legacy(thing.x), typeof __filename);`,
  'commonjs/cart.ts': `export interface Item { price: number }
export enum Kind { A = 7 }
export class Cart {
  private items: Item[] = [];
  add(item: Item): this { this.items.push(item); return this }
  total(): number { return this.items.reduce((sum, { price }) => sum + price, 0) }
}`,
  'commonjs/legacy.ts': `export = function legacy(n: number): number { const m = n + 1; return m };`,
  'commonjs/types.ts': `export interface Thing { x: number }`,
  'modules/package.json': '{ "type": "module" }',
  'modules/main.ts': `
    import { helper } from './helper.js';
    import data from './data.json' with { type: 'json' };
    const v: number = await helper(2);
    console.log(v, data.a, import.meta.url.split('/').pop());`,
  'modules/helper.ts': `export async function helper(n: number): Promise<number> { let k = n; await null; return k * 2 }`,
  'modules/data.json': '{ "a": 5 }',
  'jsx/tsconfig.json': '{ "compilerOptions": { "jsx": "react" } }',
  'jsx/main.tsx': `
    const React = { createElement: (type: unknown, props: unknown, ...children: unknown[]) => ({ type, props, children }) };
    function Hello({ name }: { name: string }) { return <b id="x">Hi {name}</b> }
    console.log(JSON.stringify(Hello({ name: 'z' })));`,
  'paths/tsconfig.json': '{ "compilerOptions": { "baseUrl": ".", "paths": { "@lib/*": ["lib/*"] } } }',
  'paths/lib/up.ts': `export const up = (n: number) => { const m = n + 1; return m };`,
  'paths/main.ts': `import { up } from '@lib/up'; console.log(up(1));`,
  'mixed/main.mjs': `import { Cart } from '../commonjs/cart.ts'; import { helper } from '../modules/helper.js'; console.log(new Cart().total(), await helper(4));`,
  'mixed/main.cjs': `const { Cart } = require('../commonjs/cart'); console.log(new Cart().total()); import('../modules/helper.js').then(async ({ helper }) => console.log(await helper(3)));`,
  'errors/main.ts': `interface Wide { a: number;
  b: string }
type Alias<T> = { [K in keyof T]: T[K] };
enum Level { Low = 'low' }
function fails(wide: Alias<Wide>): never {
  const level: Level = Level.Low;
  throw new RangeError(\`\${wide.b} \${level}\`);
}
try { fails({ a: 1, b: 'first' }) } catch (error) { console.log((error as Error).stack!.split('\\n').slice(0, 3).join('|').replaceAll(__dirname, '')) }
fails({ a: 1, b: 'second' });
`,
  'errors/syntax.ts': `const a: number = ;\n`,
};

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

const recording = (name: string): string => join(project.dir, 'recordings', `${name.replaceAll('/', '-')}.db`);

async function callsIn(name: string): Promise<string[]> {
  const calls = (await project.ask('calls', recording(name))) as { function: string; file: string; line: number }[];
  return calls.map((call) => `${call.function} ${call.file}:${call.line}`);
}

describe.each([
  ['commonjs/main.ts', '3 2 5 3 7 2 string\n', ['Cart.total commonjs/cart.ts:6', 'legacy commonjs/legacy.ts:1']],
  ['modules/main.ts', '4 5 main.ts\n', ['helper modules/helper.ts:1']],
  ['jsx/main.tsx', '{"type":"b","props":{"id":"x"},"children":["Hi ","z"]}\n', ['Hello jsx/main.tsx:3']],
  ['paths/main.ts', '2\n', ['up paths/lib/up.ts:1']],
  ['mixed/main.mjs', '0 8\n', ['Cart.total commonjs/cart.ts:6', 'helper modules/helper.ts:1']],
  ['mixed/main.cjs', '0\n6\n', ['Cart.total commonjs/cart.ts:6', 'helper modules/helper.ts:1']],
])('%s', (program, stdout, calls) => {
  test('runs and is recorded by its original lines', async () => {
    const recorded = await project.record([program], recording(program));
    expect(recorded).toEqual({ stdout, stderr: '', exitCode: 0, signal: null });
    const found = await callsIn(program);
    for (const call of calls) expect(found).toContain(call);
  });

  test('runs when nothing is recorded', async () => {
    const off = await project.record([program], recording(`off-${program}`), { TRACER_LEVEL: 'off' });
    expect(off).toMatchObject({ stdout, exitCode: 0 });
  });
});

test('stacks and the report of an uncaught error name the lines of the TypeScript', async () => {
  const { stdout, stderr, exitCode } = await project.record(['errors/main.ts'], recording('errors'));
  expect(exitCode).toBe(1);
  expect(stdout).toBe('RangeError: first low|    at fails (/main.ts:7:9)|    at Object.<anonymous> (/main.ts:9:7)\n');
  const report = stderr.replaceAll(project.dir, '');
  expect(report).toContain(
    '/errors/main.ts:7\n  throw new RangeError(`${wide.b} ${level}`);\n  ^\n\nRangeError: second low\n    at fails (/errors/main.ts:7:9)\n',
  );
});

test('what is no TypeScript fails as a syntax error of that file', async () => {
  const { stderr, exitCode } = await project.record(['errors/syntax.ts'], recording('syntax'));
  expect(exitCode).toBe(1);
  expect(stderr).toContain('errors/syntax.ts:1');
  expect(stderr).toContain('SyntaxError');
});
