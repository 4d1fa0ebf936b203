import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, PRELOAD, run, type Outcome, type Project } from '../support/programs.ts';

/* CommonJS under the loader: other tools' hooks, caches, formats that are none of ours, files that cannot be instrumented. */

/** As pirates does it: transpilers such as @babel/register and esbuild-register are made with it. */
const PIRATES = `
exports.addHook = (hook, { exts }) => {
  const Module = require('module');
  for (const ext of exts) {
    const oldLoader = Module._extensions[ext] || Module._extensions['.js'];
    Module._extensions[ext] = function newLoader(mod, filename) {
      const compile = mod._compile;
      mod._compile = function _compile(code) {
        mod._compile = compile;
        mod._compile(hook(code, filename), filename);
      };
      oldLoader(mod, filename);
    };
  }
};`;

const FILES = {
  'pirates.js': PIRATES,
  'transpiled.js': `
    require('./pirates.js').addHook((code) => code.replaceAll('PLUS', '+'), { exts: ['.js', '.calc'] });
    console.log(require('./sum.js').sum(1, 2), require('./other.calc')(3));`,
  'sum.js': `exports.sum = function sum(a, b) { const c = a PLUS b; return c; };`,
  'other.calc': `module.exports = function other(a) { const b = a PLUS 1; return b; };`,
  'ts-node-like.js': `
    const old = require.extensions['.js'];
    require.extensions['.js'] = function (m, filename) {
      const _compile = m._compile;
      m._compile = function (code, fileName) { return _compile.call(this, code.replaceAll('PLUS', '+'), fileName); };
      return old(m, filename);
    };
    console.log(require('./sum.js').sum(2, 2));`,
  'compile-override.js': `
    const Module = require('module');
    const previous = Module.prototype._compile;
    let seen = 0;
    Module.prototype._compile = function (content, filename) { seen++; return previous.apply(this, arguments); };
    console.log(require('./plain.js').twice(4), seen, Module.prototype._compile === previous);`,
  'plain.js': `exports.twice = function twice(a) { const b = a * 2; return b; };`,
  'reload.js': `
    const first = require('./plain.js');
    delete require.cache[require.resolve('./plain.js')];
    const second = require('./plain.js');
    console.log(first === second, first.twice(1), second.twice(2), Object.keys(require.cache).length);`,
  'formats.js': `
    console.log(require('./data.json').a, require('fs') === require('node:fs'), require('path').sep.length);
    try { require('./broken.json'); } catch (error) { console.log(error.message.includes('broken.json')); }`,
  'data.json': '{ "a": 5 }',
  'broken.json': '{ "a" ',
  'throws-at-load.js': `
    function load(name) { try { require(name); } catch (error) { const message = error.message; return message; } }
    console.log(load('./fails.js'), load('./fails.js'));
    function after() { const x = 1; return x; }
    console.log(after());`,
  'fails.js': `const before = 1; (function inner() { const y = before; throw new Error('no ' + y); })();`,
  'cannot-be-parsed.js': `console.log(require('./odd.js'));`,
  'odd.js': `with ({ a: 1 }) { module.exports = a; } var f = function () { return 08; };`,
  'names.mjs': `import { sum, other } from './exports.cjs'; import all from './exports.cjs'; console.log(sum(1, 2), other, Object.keys(all));`,
  'exports.cjs': `exports.sum = (a, b) => { const c = a + b; return c; }; let n = 1; n += 1; Object.defineProperty(exports, 'other', { enumerable: true, value: n });`,
  'resolve.js': `
    const path = require('path');
    console.log(path.basename(require.resolve('./plain')), require.resolve.paths('x').length > 0);
    for (const name of ['./none', 'nothing-of-that-name', './plain.js/x']) {
      try { require(name); } catch (error) { console.log(error.code, error.message.split('\\n')[0].replace(/'.*'/, ''), error.requireStack.length); }
    }`,
  'no-extension': `#!/usr/bin/env node\nconst a = 1;\nlet b = a + 1;\nconsole.log(b, require.main === module);`,
};

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

const recording = (name: string): string => join(project.dir, 'recordings', `${name}.db`);

interface Call {
  function: string;
  file: string;
  line: number;
  outcome: string;
}

/** Calls of the program as the recording has them, `function file outcome`. */
async function callsIn(name: string): Promise<string[]> {
  const calls = (await project.ask('calls', recording(name))) as Call[];
  return calls.map((call) => `${call.function} ${call.file} ${call.outcome}`);
}

async function bothWays(program: string): Promise<[Outcome, Outcome]> {
  return Promise.all([project.plain([program]), project.record([program], recording(program))]);
}

describe.each([
  ['a text that a pirates hook has made', 'transpiled.js', ['sum sum.js returned', 'other other.calc returned']],
  ['a text that a ts-node hook has made', 'ts-node-like.js', ['sum sum.js returned']],
  ['a program that replaces _compile', 'compile-override.js', ['twice plain.js returned']],
  ['a module that is loaded again', 'reload.js', ['twice plain.js returned']],
  ['json, built-ins and broken json', 'formats.js', []],
  [
    'modules that throw while they load',
    'throws-at-load.js',
    ['inner fails.js threw', 'after throws-at-load.js returned'],
  ],
  ['a file in sloppy mode with old syntax', 'cannot-be-parsed.js', []],
  ['names that an ES module imports', 'names.mjs', ['sum exports.cjs returned']],
  ['what require cannot resolve', 'resolve.js', []],
  ['a script without extension', 'no-extension', []],
])('%s', (_, program, calls) => {
  test('runs as before and is recorded', async () => {
    const [plain, recorded] = await bothWays(program);
    expect(recorded).toEqual(plain);
    expect(recorded.exitCode).toBe(0);
    const found = await callsIn(program);
    for (const call of calls) expect(found).toContain(call);
  });
});

test('frames of modules that threw are closed', async () => {
  await project.record(['throws-at-load.js'], recording('closed'));
  const calls = (await project.ask('calls', recording('closed'))) as (Call & {
    parent: string | null;
    depth: number;
  })[];
  const after = calls.find((call) => call.function === 'after');
  const load = calls.filter((call) => call.function === 'load');
  expect(load.map((call) => call.outcome)).toEqual(['returned', 'returned']);
  expect(after?.depth).toBe(load[0]!.depth);
});

test('the preload does its work once, however often it is given', async () => {
  const preload = new URL('preload.cjs', PRELOAD);
  const NODE_OPTIONS = `--require ${preload.pathname} --import ${PRELOAD}`;
  const [plain, recorded] = await Promise.all([
    project.plain(['reload.js']),
    project.record(['--import', PRELOAD, 'reload.js'], recording('twice'), { NODE_OPTIONS }),
  ]);
  expect(recorded).toEqual(plain);
  const calls = await callsIn('twice');
  expect(calls.filter((call) => call === 'twice plain.js returned')).toHaveLength(2);
});

test('nothing appears on the global object but one symbol', async () => {
  const text = `console.log(JSON.stringify([Object.getOwnPropertyNames(globalThis).sort(), Object.keys(globalThis), Object.keys(require.extensions), Object.keys(process), process.listenerCount('exit'), process.execArgv, process.env.NODE_OPTIONS])); console.error(JSON.stringify(Object.getOwnPropertySymbols(globalThis).map(String)));`;
  const leaks = makeProject({ 'leaks.js': text });
  const plain = await leaks.plain(['leaks.js']);
  const recorded = await leaks.record(['leaks.js'], join(leaks.dir, 'leaks.db'));
  expect(recorded.stdout).toBe(plain.stdout);
  const symbols = JSON.parse(recorded.stderr) as string[];
  expect(symbols.filter((symbol) => !plain.stderr.includes(symbol))).toEqual(['Symbol(execution-cinema)']);
});

test('a file that cannot be instrumented is counted with the reason', async () => {
  await project.record(['cannot-be-parsed.js'], recording('skipped'));
  const text = await project.print(
    'sql',
    recording('skipped'),
    'SELECT file, skipped_reason FROM modules WHERE skipped_reason IS NOT NULL',
    '--json',
  );
  expect(JSON.parse(text)).toEqual([]);
  const broken = makeProject({
    'app.js': `try { require('./bad.js'); } catch (error) { console.log(error.name); }`,
    'bad.js': 'let a = ;',
  });
  const out = join(broken.dir, 'broken.db');
  const recorded = await broken.record(['app.js'], out);
  expect(recorded).toEqual(await broken.plain(['app.js']));
  const rows = await broken.ask(
    'sql',
    out,
    'SELECT file, skipped_reason AS reason FROM modules WHERE skipped_reason IS NOT NULL',
  );
  expect(rows).toEqual([{ file: 'bad.js', reason: expect.stringMatching(/^parse error: /) as string }]);
});

test('recordings and caches lie in a folder that git and npm leave out', () => {
  expect(readFileSync(join(project.dir, '.tracer/.gitignore'), 'utf8')).toBe('*\n');
});

test('a worker event of ours reaches nobody', async () => {
  const quiet = makeProject({
    'app.js': `process.on('worker', () => console.log('worker')); setTimeout(() => console.log('end'), 20);`,
  });
  const recorded = await run(process.execPath, ['--require', new URL('preload.cjs', PRELOAD).pathname, 'app.js'], {
    cwd: quiet.dir,
    env: { TRACER_QUIET: '1' },
  });
  expect(recorded).toMatchObject({ stdout: 'end\n', stderr: '', exitCode: 0 });
});
