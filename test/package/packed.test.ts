import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { command } from '../cli/tracer-command.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/** The package as npm ships it, unpacked into a project that knows nothing of this repository. */
const PACKAGE = fileURLToPath(new URL('../../packages/tracer/', import.meta.url));

const project = scratchFolder();
let installed: string;

beforeAll(() => {
  installed = join(project, 'node_modules/tracer');
  mkdirSync(installed, { recursive: true });
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], { cwd: PACKAGE });
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!;
  execFileSync('tar', ['-xzf', join(project, tarball), '-C', installed, '--strip-components=1']);
  // What an installation would put there.
  for (const dependency of ['better-sqlite3', 'typescript', '@swc/wasm-typescript']) {
    const place = join(installed, 'node_modules', dependency);
    mkdirSync(join(place, '..'), { recursive: true });
    symlinkSync(realpathSync(join(PACKAGE, 'node_modules', dependency)), place);
  }
  mkdirSync(join(project, 'node_modules/@types'));
  symlinkSync(realpathSync(join(PACKAGE, '../../node_modules/@types/node')), join(project, 'node_modules/@types/node'));
});

function write(name: string, text: string): string {
  const file = join(project, name);
  writeFileSync(file, text);
  return file;
}

test('its declarations compile in ES modules and CommonJS', async () => {
  write('package.json', '{"name":"user","type":"module"}');
  write(
    'esm.ts',
    `import 'tracer';
import { mark, withCorrelation } from 'tracer/api';
import { listRecordings, openRecording, type State } from 'tracer/read';
mark('begin', { at: 1 });
const answer: number = withCorrelation('request', () => 42);
const recording = openRecording(listRecordings()[0]!.file);
const state: State = recording.stateAt('end');
export const depth: number = state.frames.length + answer;
// @ts-expect-error a frame has no such property
state.frames[0]?.nothing;
`,
  );
  write(
    'cjs.cts',
    `import api = require('tracer/api');\napi.mark('begin');\n// @ts-expect-error not a name\napi.mark(1);\n`,
  );
  write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: { module: 'nodenext', target: 'es2023', strict: true, noEmit: true, types: ['node'] },
      files: ['esm.ts', 'cjs.cts'],
    }),
  );
  const tsc = join(PACKAGE, 'node_modules/typescript/bin/tsc');
  const { code, stdout } = await command(process.execPath, [tsc, '-p', project], { cwd: project });
  expect(stdout).toBe('');
  expect(code).toBe(0);
});

test('records and reads in a project of its own', async () => {
  write('package.json', '{"name":"user"}');
  write('app.js', 'function twice(n) { return n * 2; }\nconsole.log(twice(21));\n');
  const run = await command(process.execPath, ['--import', 'tracer', 'app.js'], { cwd: project });
  expect({ code: run.code, stdout: run.stdout }).toEqual({ code: 0, stdout: '42\n' });
  const bin = join(installed, 'bin/tracer.mjs');
  const calls = await command(process.execPath, [bin, 'calls', '-f', 'twice'], { cwd: project });
  expect(calls.stdout).toContain('twice(n: 21) → 42');
});
