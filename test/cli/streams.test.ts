import { stripVTControlCharacters } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { command, Project, TRACER } from './tracer-command.ts';

let project: Project;

beforeAll(() => {
  project = new Project();
  project.record('a.db');
});

/** Runs a line of shell in the project, `tracer` standing for the command. */
function shell(line: string): ReturnType<typeof command> {
  const script = `set -o pipefail; tracer() { '${process.execPath}' '${TRACER}' "$@"; }; ${line}`;
  return command('bash', ['-c', script], { cwd: project.folder });
}

test.each([
  ['tracer dump --words | head -1', 1],
  ['tracer dump --json | head -1', 1],
  ['tracer tree -n 0 | head -2', 2],
  [
    'tracer sql "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 200000) SELECT n FROM c" | head -3',
    3,
  ],
])('a reader that goes away ends it silently: %s', async (line, lines) => {
  const { code, stdout, stderr } = await shell(line);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout.split('\n')).toHaveLength(lines + 1);
});

test('nothing but the result goes to stdout, nothing but messages to stderr', async () => {
  const { stdout } = await shell('tracer calls -n 1 --json 2>/dev/null');
  expect(JSON.parse(stdout)).toHaveLength(1);
  expect((await shell('tracer calls -n 1 >/dev/null')).stderr).toContain('only the first 1');
});

test('on a terminal: colours, the name of the recording on stderr, lines that fit', async () => {
  // script(1) gives the command a terminal; both of its streams come back on one.
  const line = `stty cols 60; '${process.execPath}' '${TRACER}' tree`;
  const { stdout } = await command('script', ['-qec', `bash -c "${line}"`, '/dev/null'], { cwd: project.folder });
  const rows = stdout.split('\r\n');
  expect(stdout).toContain('\x1b[1mCart.total\x1b[22m');
  expect(rows[0]).toContain('.tracer/a.db');
  const plain = rows.map((row) => stripVTControlCharacters(row));
  expect(Math.max(...plain.map((row) => row.length))).toBeLessThanOrEqual(60);
});

test('the command line is not recorded, whatever NODE_OPTIONS says', async () => {
  const { stdout } = await project.tracer('run', '--quiet', '--', 'sh', '-c', 'printf %s "$NODE_OPTIONS"');
  const { stderr } = await project.tracerWith({ env: { NODE_OPTIONS: stdout } }, 'ls');
  expect(stderr).toBe('');
  const listed = JSON.parse((await project.tracer('ls', '--json')).stdout) as { name: string }[];
  expect(listed.map(({ name }) => name)).toEqual(['a.db']);
});
