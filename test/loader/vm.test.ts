import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/* Code that reaches V8 through `node:vm` under the name of a file of the project. */

const FIXTURE = fileURLToPath(new URL('../fixtures/vm', import.meta.url));

let project: Project;
beforeAll(() => {
  project = makeProject({
    'esm.mjs': `
      import vm, { createContext, runInContext, compileFunction } from 'node:vm';
      import { fileURLToPath } from 'node:url';
      const identifier = new URL('lib/one.mjs', import.meta.url).href;
      const context = createContext({ console });
      const one = new vm.SourceTextModule(
        'import { twice } from "two"; export const four = twice(2); console.log(new Error().stack.split("\\\\n")[1].trim());',
        { identifier, context, importModuleDynamically: async (name) => ({ name }) },
      );
      const two = new vm.SourceTextModule('export function twice(n) { return 2 * n; }', { context, identifier: identifier.replace('one', 'two') });
      await two.link(() => {});
      await one.link(() => two);
      await two.evaluate();
      await one.evaluate();
      console.log(one.namespace.four, one.identifier === identifier);
      const file = fileURLToPath(identifier).replace('one.mjs', 'script.js');
      const wrapped = '(async function (name) { const loaded = await import(name); return Object.keys(loaded); })';
      const load = runInContext(wrapped, context, { filename: file, importModuleDynamically: (name) => import(name) });
      console.log(await load('node:path').then((keys) => keys.includes('join')));
      console.log(compileFunction('return a * 2', ['a'], { filename: file })(21));
    `,
  });
  cpSync(FIXTURE, project.dir, { recursive: true });
});

interface Call {
  function: string;
  file: string;
  line: number;
}

async function callsIn(recording: string, file: string): Promise<Call[]> {
  return (await project.ask('calls', '-r', recording, '--file', file, '-n', '0')) as Call[];
}

test('scripts round a module and functions are recorded, in every kind of context, and change nothing', async () => {
  const recording = join(project.dir, 'main.db');
  const plain = await project.plain(['main.js']);
  expect(plain.exitCode).toBe(0);
  expect(await project.record(['main.js'], recording)).toEqual(plain);
  const calls = await callsIn(recording, 'module.js');
  // Eight loadings: five of jest's form, one each of the others.
  expect(calls.filter((call) => call.function === 'sum').map(({ line }) => line)).toEqual(Array(8).fill(1));
  expect(calls.filter((call) => call.function === 'fail').map(({ line }) => line)).toEqual(Array(8).fill(2));
  rmSync(recording);
});

test('what cannot be recorded is listed with the reason', async () => {
  const recording = join(project.dir, 'reasons.db');
  await project.record(['main.js'], recording);
  const { skippedReasons } = (await project.ask('info', recording)) as { skippedReasons: Record<string, number> };
  expect(skippedReasons).toMatchObject({ 'a script of vm without a function round it': expect.any(Number) as number });
  rmSync(recording);
});

test('modules of vm, and import() from its code', async () => {
  const recording = join(project.dir, 'esm.db');
  const args = ['--experimental-vm-modules', '--no-warnings', 'esm.mjs'];
  const plain = await project.plain(args);
  expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
  expect(plain.stdout).toMatch(/^at file:\S+one\.mjs:1:\d+\n4 true\ntrue\n42\n$/);
  expect(await project.record(args, recording)).toEqual(plain);
  expect(await callsIn(recording, 'lib/two.mjs')).toMatchObject([{ function: '(module)' }, { function: 'twice' }]);
  expect((await callsIn(recording, 'lib/script.js')).length).toBeGreaterThan(0);
});
