import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/* ES modules under the loader: cycles, formats, queries, other loaders, and the two ways into CommonJS. */

const hasRegisterHooks = 'registerHooks' in (await import('node:module'));

const FILES = {
  'cycle.mjs': `import { b } from './cycle-b.mjs'; export function early(x) { const y = x + 1; return y; } export let late = 1; console.log(b); late += 1;`,
  'cycle-b.mjs': `import { early } from './cycle.mjs'; export const b = early(2);`,
  'formats.mjs': `
    import data from './data.json' with { type: 'json' };
    import fs, { readFileSync } from 'node:fs';
    import cjs, { named } from './some.cjs';
    console.log(data.a, readFileSync === fs.readFileSync, cjs.named, named, import.meta.url.endsWith('formats.mjs'));
    const url = 'data:text/javascript,export default ' + 3 * 4;
    console.log((await import(url)).default);`,
  'data.json': '{ "a": 5 }',
  'some.cjs': `exports.named = ((x) => { const y = x; return y; })('n');`,
  'queries.mjs': `
    const one = await import('./counter.mjs?one'); const two = await import('./counter.mjs?two'); const again = await import('./counter.mjs?one');
    console.log(one.next(), one.next(), two.next(), again.next(), one === again, one.url.split('/').pop());`,
  'counter.mjs': `let n = 0; export const next = () => { n += 1; return n; }; export const url = import.meta.url;`,
  'from-cjs.js': `
    const load = new Function('name', 'return import(name)');
    import('./counter.mjs').then(async (m) => { console.log(m.next()); console.log((await import('./formats.mjs')) !== undefined); });
    console.log(typeof load);`,
  'require-module.js': `const m = require('./counter.mjs'); console.log(m.next(), m.next());`,
  'resolve.mjs': `
    console.log(import.meta.resolve('./counter.mjs').split('/').pop(), import.meta.resolve('node:fs'));
    for (const name of ['./none.mjs', 'nothing-of-that-name', './data.json']) {
      try { await import(name); } catch (error) { console.log(error.code, error.name); }
    }`,
  'hooks.mjs': `
    export async function resolve(specifier, context, next) { return specifier === 'virtual:x' ? { url: 'virtual:x', shortCircuit: true } : next(specifier, context); }
    export async function load(url, context, next) {
      if (url === 'virtual:x') return { format: 'module', source: 'export const x = 1;', shortCircuit: true };
      const result = await next(url, context);
      return url.endsWith('marked.mjs') ? { ...result, source: String(result.source).replaceAll('MARK', '42') } : result;
    }`,
  'registers.mjs': `
    import { register } from 'node:module';
    register('./hooks.mjs', import.meta.url);
    const { x } = await import('virtual:x'); const { value } = await import('./marked.mjs'); const { named } = await import('./some.cjs');
    console.log(x, value(), named);`,
  'marked.mjs': `export function value() { const v = MARK; return v; }`,
  'sync-hooks.mjs': `
    import { registerHooks, createRequire } from 'node:module';
    registerHooks({ load(url, context, next) { const result = next(url, context); return /marked/.test(url) ? { ...result, source: String(result.source).replaceAll('MARK', '43') } : result; } });
    const { value } = await import('./marked.mjs');
    console.log(value(), createRequire(import.meta.url)('./marked.cjs')());`,
  'marked.cjs': `module.exports = function cjsValue() { const v = MARK; return v; };`,
  'top-level-await.mjs': `
    import './slow.mjs'; console.log('after slow');
    const values = []; for await (const v of (async function* () { yield 1; yield 2; })()) values.push(v);
    console.log(values.join());`,
  'slow.mjs': `await new Promise((resolve) => setTimeout(resolve, 5)); console.log('slow');`,
  'strict.mjs': `try { undeclared = 1; } catch (error) { console.log(error.message); } console.log(typeof require, this);`,
};

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

const recording = (name: string): string => join(project.dir, 'recordings', `${name}.db`);

async function callsIn(name: string): Promise<string[]> {
  const calls = (await project.ask('calls', recording(name))) as { function: string; file: string; outcome: string }[];
  return calls.map((call) => `${call.function} ${call.file} ${call.outcome}`);
}

describe.each([
  ['a cycle that calls a hoisted function early', 'cycle.mjs', ['early cycle.mjs returned']],
  ['json, built-ins, CommonJS and data URLs', 'formats.mjs', []],
  ['one file under several queries', 'queries.mjs', ['next counter.mjs returned']],
  ['import() in CommonJS', 'from-cjs.js', ['next counter.mjs returned']],
  ['require() of an ES module', 'require-module.js', ['next counter.mjs returned']],
  ['what import cannot resolve', 'resolve.mjs', []],
  ['loader hooks of the program, on their thread', 'registers.mjs', []],
  ...(hasRegisterHooks
    ? ([['loader hooks of the program, in its thread', 'sync-hooks.mjs', ['value marked.mjs returned']]] as const)
    : []),
  ['top-level await', 'top-level-await.mjs', []],
  ['strict mode', 'strict.mjs', []],
] as [string, string, string[]][])('%s', (_, program, calls) => {
  test('runs as before and is recorded', async () => {
    const [plain, recorded] = await Promise.all([
      project.plain([program]),
      project.record([program], recording(program)),
    ]);
    // Node 26 warns of `module.register`.
    const stderrOf = (run: { stderr: string }): string => run.stderr.replaceAll(/\(node:\d+\)/g, '(node:pid)');
    expect({ ...recorded, stderr: stderrOf(recorded) }).toEqual({ ...plain, stderr: stderrOf(plain) });
    expect(recorded).toMatchObject({ exitCode: 0 });
    const found = await callsIn(program);
    for (const call of calls) expect(found).toContain(call);
  });
});
