import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Project, type CommandResult } from './tracer-command.ts';

const NAME = '2026-03-01T10-00-00-000-4242.db';

let project: Project;

beforeAll(() => {
  project = new Project();
  project.record(NAME);
});

function sql(...args: string[]): Promise<CommandResult> {
  return project.tracer('sql', ...args);
}

test('prints an aligned table, numbers to the right, NULL as nothing', async () => {
  const { stdout } = await sql(
    "SELECT function, depth, parent_id FROM calls WHERE function LIKE 'p%' ORDER BY id LIMIT 2",
  );
  expect(stdout).toBe(
    'function  depth      parent_id\npay           1  1099511627777\npriceOf       3  1099511627780\n',
  );
});

test('--json is one array of row objects', async () => {
  const { stdout } = await sql('--json', "SELECT id, function, result FROM calls WHERE outcome = 'returned' LIMIT 2");
  expect(JSON.parse(stdout)).toEqual([
    { id: 1099511627777, function: '(module)', result: '{"$type":"undefined"}' },
    { id: 1099511627778, function: 'Cart.constructor', result: '{"$type":"undefined"}' },
  ]);
  expect((await sql('--json', 'SELECT 1 WHERE 0')).stdout).toBe('[]\n');
});

test('reads the query from stdin', async () => {
  const { stdout } = await project.tracerWith({ stdin: 'SELECT count(*) AS n\nFROM calls;\n' }, 'sql', '-', '--json');
  expect(JSON.parse(stdout)).toEqual([{ n: 12 }]);
});

test('takes the recording as a flag, or before the query', async () => {
  expect((await sql('-r', '2026', 'SELECT 1 AS one')).stdout).toContain('one');
  expect((await sql(`.tracer/${NAME}`, 'SELECT 1 AS one')).stdout).toContain('one');
});

test('--limit says that there is more', async () => {
  const { stdout, stderr } = await sql('SELECT id FROM calls', '-n', '3', '--json');
  expect(JSON.parse(stdout)).toHaveLength(3);
  expect(stderr).toContain('only the first 3 rows');
});

test.each([
  ['DELETE FROM calls', 'only one reading statement'],
  ['SELECT 1; SELECT 2', 'more than one statement'],
  ['SELECT * FROM nowhere', 'no such table: nowhere'],
  ["ATTACH 'x.db' AS x", 'only one reading statement'],
])('%s is refused with what is wrong', async (query, message) => {
  const { code, stdout, stderr } = await sql(query);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(message);
});

test('two queries, or none, are wrong use', async () => {
  expect(await sql()).toMatchObject({ code: 2 });
  expect(await sql('SELECT', '1', 'x')).toMatchObject({ code: 2 });
});

test('--timeout ends a query that takes too long', async () => {
  const endless = 'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c';
  for (const query of [endless, endless.replace(/n FROM c$/, 'count(*) FROM c')]) {
    const { code, stderr } = await sql(query, '--timeout', '50ms');
    expect(code).toBe(1);
    expect(stderr).toContain('took longer than it may');
  }
  expect(await sql('SELECT 7 AS seven', '--timeout', '20s')).toMatchObject({ code: 0, stdout: 'seven\n    7\n' });
});

test('index builds the sidecar ahead, again at no cost, and leaves the recording as it is', async () => {
  const recording = project.record('indexed.db');
  const before = readFileSync(recording);
  const first = JSON.parse((await project.tracer('index', '--sql', '--json', 'indexed')).stdout) as Record<
    string,
    unknown
  >;
  expect(first).toMatchObject({ file: `${recording}.index.db`, temporary: false, rows: true, events: 55 });
  expect(existsSync(join(`${recording}.index.db`))).toBe(true);
  expect((await project.tracer('index', '--sql', 'indexed')).stdout).toMatch(/up to date\n$/);
  expect(readFileSync(recording).equals(before)).toBe(true);
});
