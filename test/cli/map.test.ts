import { beforeEach, expect, test } from 'vitest';
import { Project } from './tracer-command.ts';

let project: Project;

beforeEach(() => {
  project = new Project();
  project.write(
    'src/cart.ts',
    'export function total(a: number) { return a > 1 ? (a > 2 ? 1 : 2) : 3; }\nclass Cart { add() {} }\n',
  );
  project.write('src/bad.js', 'let a = ;');
  project.write('.gitignore', 'gen\n');
  project.write('src/gen/out.js', 'function hidden() {}');
});

test('the table has the most complex function first and names what cannot be parsed', async () => {
  project.write('.git/HEAD', '');
  const { code, stdout, stderr } = await project.tracer('map', '.');
  expect(code).toBe(0);
  expect(stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['COGNITIVE', 'CYCLOMATIC', 'LINES', 'PLACE', 'FUNCTION'],
    ['3', '3', '1', 'src/cart.ts:1', 'total'],
    ['0', '1', '1', 'src/cart.ts:2', 'Cart.add'],
    [''],
  ]);
  expect(stderr).toContain('2 functions and 1 class in 2 files');
  expect(stderr).toMatch(/unparsable src\/bad\.js:1: Unexpected token/);
});

test('--json has one object per file, filtered, with sources if asked for', async () => {
  const json = async (...flags: string[]) =>
    JSON.parse((await project.tracer('map', '.', '--json', ...flags)).stdout) as object[];
  expect(await json()).toMatchObject([
    { version: 1, file: 'src/bad.js', error: { kind: 'unparsable', line: 1 } },
    { version: 1, file: 'src/cart.ts', functions: [{ name: 'total' }], classes: [{ name: 'Cart' }], error: null },
  ]);
  expect(await json('--filter-file', 'cart', '--filter-name', 'add', '--include-source')).toMatchObject([
    { functions: [], classes: [{ methods: [{ name: 'Cart.add', source: 'add() {}' }] }] },
  ]);
});

test.each([
  [[], 2, 'DIR is missing'],
  [['gone'], 1, 'gone does not exist'],
  [['package.json'], 1, 'package.json is no folder'],
])('map %j ends with exit code %i', async (args, expected, message) => {
  const { code, stdout, stderr } = await project.tracer('map', ...args);
  expect([code, stdout]).toEqual([expected, '']);
  expect(stderr).toContain(message);
});
