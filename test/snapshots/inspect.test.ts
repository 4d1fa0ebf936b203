import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { CLI, makeProject, run, type Outcome, type Project } from '../support/programs.ts';

/* tracer inspect: the one file that it writes. */

interface Inspected {
  codemap: { file: string; functions: { name: string; source?: string }[]; classes: { name: string }[] }[];
  variable_examples: Record<string, { example: unknown; functions: string[] }>;
}

let project: Project;
beforeAll(() => {
  project = makeProject({
    'app/main.mjs': `
import { Worker, isMainThread } from 'node:worker_threads';
import { price } from './shop/price.mjs';
/** Waits for ever. */
async function serve(port) { const address = { port, host: 'localhost' }; await new Promise((resolve) => setInterval(() => {}, 1000)); return address; }
function inWorker(kind) { const secret = { password: 'swordfish' }; return [kind, secret]; }
if (isMainThread) { new Worker(new URL(import.meta.url)); price(3, 7); serve(Number(process.argv[2] ?? 80)); console.log('up', process.argv[2]); }
else { inWorker('worker'); setInterval(() => {}, 1000); }
`,
    'app/shop/price.mjs': `export class Shop { open() {} }\nexport function price(count, each) { const total = count * each; return total; }\n`,
    'app/ignored/skipped.mjs': 'export const no = 1;\n',
    'app/.gitignore': 'ignored\n',
    'app/short.cjs': `function sum(list) { let total = 0; for (const item of list) total += item; return total; }\nconsole.log(sum([1, 2]));\nprocess.exitCode = 3;\n`,
  });
});

const inspect = (...args: string[]): Promise<Outcome> =>
  run(process.execPath, [CLI, 'inspect', ...args], { cwd: project.dir });

function written(name: string): Inspected {
  return JSON.parse(readFileSync(join(project.dir, name), 'utf8')) as Inspected;
}

test('a program that goes on is looked at after the timeout, with its workers, and ended', async () => {
  const outcome = await inspect('app/main.mjs', 'out.json', '--timeout', '4', '--', '8080');
  expect(outcome).toMatchObject({ exitCode: 0, stdout: 'up 8080\n' });
  const { codemap, variable_examples: examples, ...rest } = written('out.json');
  expect(rest).toEqual({});
  expect(codemap.map(({ file }) => file)).toEqual(['main.mjs', 'shop/price.mjs', 'short.cjs']);
  expect(codemap[0]!.functions.map(({ name }) => name)).toContain('serve');
  expect(codemap[0]!.functions[0]!.source).toBeUndefined();
  expect(codemap[1]!.classes.map(({ name }) => name)).toEqual(['Shop']);
  expect(examples['address']).toEqual({ example: { port: 8080, host: 'localhost' }, functions: ['serve'] });
  expect(examples['total']).toEqual({ example: 21, functions: ['price'] });
  expect(examples['kind']).toEqual({ example: 'worker', functions: ['inWorker'] });
  expect(JSON.stringify(examples)).not.toContain('swordfish');
});

test('a program that ends sooner is not waited for', async () => {
  const outcome = await inspect(
    'app/short.cjs',
    'short.json',
    '--timeout',
    '500',
    '--include-source',
    '--filter-file',
    'short',
  );
  expect(outcome).toMatchObject({ exitCode: 0, stdout: '3\n' });
  expect(outcome.stderr).toContain('ended with exit code 3');
  const { codemap, variable_examples: examples } = written('short.json');
  expect(codemap.map(({ file }) => file)).toEqual(['short.cjs']);
  expect(codemap[0]!.functions[0]!.source).toMatch(/^function sum/);
  expect(examples['list']).toEqual({ example: [1, 2], functions: ['sum'] });
});

test('--filter-name leaves other functions out', async () => {
  await inspect('app/short.cjs', 'named.json', '--filter-name', 'pri');
  expect(written('named.json').codemap.map(({ file }) => file)).toEqual(['shop/price.mjs']);
});

test('wrong use', async () => {
  expect(await inspect('app/short.cjs')).toMatchObject({ exitCode: 2 });
  expect(await inspect('app/short.cjs', 'x.json', '--timeout', 'soon')).toMatchObject({ exitCode: 2 });
  expect(await inspect('nowhere.js', 'x.json')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('no such file'),
  });
  expect(await inspect('app/short.cjs', 'no/folder/x.json')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('cannot be written'),
  });
});
