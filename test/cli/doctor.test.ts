import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { Project, type CommandOptions } from './tracer-command.ts';

interface Finding {
  name: string;
  status: 'ok' | 'note' | 'problem';
  detail: string;
  remedy?: string;
}

let project: Project;

beforeEach(() => {
  project = new Project();
  project.write('app.js', 'console.log(1);');
});

async function examine(options: CommandOptions = {}): Promise<{ code: number | null; findings: Map<string, Finding> }> {
  const { code, stdout } = await project.tracerWith(options, 'doctor', '--json');
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  return { code, findings: new Map(findings.map((finding) => [finding.name, finding])) };
}

test('a healthy project has no problem, and every check a line', async () => {
  const { code, stdout, stderr } = await project.tracer('doctor');
  expect([code, stderr]).toEqual([0, '']);
  const names = stdout.split('\n').flatMap((line) => /^(?:ok|note|PROBLEM) +(\S.*?) {2}/.exec(line)?.[1] ?? []);
  expect(names).toEqual([
    'Node',
    'SQLite',
    'Package',
    'Root',
    'Plan',
    'Folder',
    'Disk',
    'NODE_OPTIONS',
    'Permissions',
    'Other tools',
    'Files',
  ]);
  const { findings } = await examine();
  expect(findings.get('Root')?.detail).toBe(project.folder);
  expect(findings.get('Files')?.detail).toMatch(/^1 file under /);
});

test('leaves nothing behind', async () => {
  await project.tracer('doctor');
  expect(await project.tracer('ls', '--json')).toMatchObject({ stdout: '[]\n' });
});

test.each<[string, string, CommandOptions, RegExp]>([
  ['an unknown level', 'Settings', { env: { TRACER_LEVEL: 'all' } }, /TRACER_LEVEL: expected one of/],
  ['a plan that is not there', 'Plan', { env: { TRACER_PLAN: 'gone.json' } }, /gone\.json cannot be read/],
])('%s', async (_name, finding, options, detail) => {
  const { code, findings } = await examine(options);
  expect(code).toBe(1);
  expect(findings.get(finding)).toMatchObject({ status: 'problem', detail: expect.stringMatching(detail) as string });
  expect(findings.get(finding)?.remedy).toBeTruthy();
});

test('a broken plan file is named with its place', async () => {
  project.write('tracer.config.json', '{ "level": "locals", }');
  const { code, findings } = await examine();
  expect(code).toBe(1);
  expect(findings.get('Plan')?.detail).toMatch(/tracer\.config\.json:1:20: JSON has no comma after the last member/);
});

test('a place that cannot be written', async () => {
  project.write('file', '');
  const { code, findings } = await examine({ env: { TRACER_OUT: 'file/below/x.db' } });
  expect(code).toBe(1);
  expect(findings.get('Folder')).toMatchObject({ status: 'problem' });
});

test('another package called tracer', async () => {
  project.write('node_modules/tracer/package.json', '{"name":"tracer","version":"1.3.0"}');
  const { code, findings } = await examine();
  expect(code).toBe(1);
  expect(findings.get('Package')).toMatchObject({
    status: 'problem',
    detail: 'node_modules/tracer is another package (tracer 1.3.0)',
    remedy: expect.stringContaining('npm install --save-dev tracer@npm:@execution-cinema/tracer') as string,
  });
});

test('no file to record', async () => {
  const empty = new Project();
  const { code, stdout } = await empty.tracer('doctor', '--json');
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  expect(code).toBe(1);
  expect(findings.find(({ name }) => name === 'Files')?.detail).toContain('is selected');
});

test('what else is at work: other loaders, APM, a misspelt variable, a tsconfig', async () => {
  project.write('package.json', '{"dependencies":{"dd-trace":"5"}}');
  project.write('src/a.ts', '');
  project.write('src/tsconfig.json', '{ "extends": "./gone.json" }');
  mkdirSync(join(project.folder, 'node_modules/tsx'), { recursive: true });
  project.write('node_modules/tsx/index.js', '');
  const { code, findings } = await examine({
    env: { NODE_OPTIONS: '--require tsx', TRACER_LEVLE: 'off' },
  });
  expect(code).toBe(0);
  expect(findings.get('Other tools')).toMatchObject({ status: 'note', detail: 'dd-trace' });
  expect(findings.get('NODE_OPTIONS')).toMatchObject({
    status: 'note',
    remedy: expect.stringContaining('tsx') as string,
  });
  expect(findings.get('Settings')?.detail).toContain('did you mean TRACER_LEVEL?');
  expect(findings.get('tsconfig')?.status).toBe('note');
});
