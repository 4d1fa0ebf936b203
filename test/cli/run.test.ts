import { beforeAll, describe, expect, test } from 'vitest';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Project, TRACER, environment, type CommandResult } from './tracer-command.ts';

let project: Project;

beforeAll(() => {
  project = new Project();
  project.write('app.js', 'process.stdout.write(JSON.stringify(process.argv.slice(2))); process.exitCode = 3;');
  project.write('my tools/app.ts', 'const n: number = 4; process.stdout.write(`typed ${n}`);');
  project.write('folder/index.js', 'process.stdout.write("index");');
  project.write('tool', 'process.stdout.write("script without extension");');
});

/** Everything quiet: what a program prints is all that there is. */
function run(...args: string[]): Promise<CommandResult> {
  return project.tracer('run', '--quiet', ...args);
}

describe('what is started', () => {
  test('a script with its arguments, whose exit code is ours', async () => {
    expect(await run('app.js', '--json', '--help', '-x')).toEqual({
      code: 3,
      signal: null,
      stdout: '["--json","--help","-x"]',
      stderr: '',
    });
  });

  test('-- ends the flags', async () => {
    expect((await run('--level', 'off', '--', 'app.js', 'a')).stdout).toBe('["a"]');
  });

  test.each([
    ['TypeScript in a folder with a space', 'my tools/app.ts', 'typed 4'],
    ['a folder', './folder', 'index'],
    ['a file without extension that cannot be executed', './tool', 'script without extension'],
  ])('%s', async (_name, path, stdout) => {
    expect(await run(path)).toEqual({ code: 0, signal: null, stdout, stderr: '' });
  });

  test('any command, with the tracer in NODE_OPTIONS behind what stood there', async () => {
    const script = 'printf %s "$NODE_OPTIONS"; exit 5';
    const { code, stdout } = await project.tracerWith(
      { env: { NODE_OPTIONS: '--no-warnings' } },
      'run',
      '--',
      'sh',
      '-c',
      script,
    );
    expect(code).toBe(5);
    expect(stdout).toMatch(/^--no-warnings --require \S+preload\.cjs --import file:\S+preload\.mjs$/);
  });

  test('flags become the environment of the whole tree, the recording an absolute path', async () => {
    const { stdout } = await run('--level', 'boundaries', '-o', 'x/bug.db', '--', 'sh', '-c', 'env');
    const variables = stdout.split('\n').filter((line) => line.startsWith('TRACER_'));
    expect(variables.sort()).toEqual([
      'TRACER_LEVEL=boundaries',
      `TRACER_OUT=${join(project.folder, 'x/bug.db')}`,
      'TRACER_QUIET=1',
    ]);
  });
});

describe('exit codes', () => {
  test.each([
    [125, 'no program', ['run'], /no program given/],
    [125, 'an unknown flag', ['run', '--levle', 'off', 'app.js'], /unknown flag --levle; did you mean --level\?/],
    [
      125,
      'a wrong value',
      ['run', '--level', 'local', 'app.js'],
      /--level: expected one of .* did you mean "locals"\?/,
    ],
    [125, 'a broken plan', ['run', '--plan', 'plan.json', 'app.js'], /plan\.json.*cannot be read/],
    [127, 'no such command', ['run', '--', 'no-such-command'], /no-such-command: command not found/],
  ])('%i for %s, and the program does not start', async (code, _name, args, message) => {
    const result = await project.tracer(...args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(message);
  });

  test('126 for a file that is no program', async () => {
    project.write('tool.sh', 'echo never');
    const { code, stderr } = await run('./tool.sh');
    expect(code).toBe(126);
    expect(stderr).toBe('tracer run: ./tool.sh: not executable (permission denied)\n');
  });

  test('a signal that ends the program ends us as well', async () => {
    expect(await run('--', 'sh', '-c', 'kill -TERM $$')).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(await run('--', 'sh', '-c', 'kill -KILL $$')).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  test('--json says on stderr how it ended and where the recording is', async () => {
    const { stderr, stdout } = await run('--json', '-o', 'bug.db', '--', 'sh', '-c', 'echo out; exit 2');
    expect(stdout).toBe('out\n');
    expect(JSON.parse(stderr)).toEqual({ recording: join(project.folder, 'bug.db'), exitCode: 2, signal: null });
  });
});

describe('signals', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s reaches the program, which decides what it means',
    async (signal) => {
      const script = `trap 'echo got it; exit 9' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`;
      const child = spawn(process.execPath, [TRACER, 'run', '--quiet', '--', 'sh', '-c', script], {
        cwd: project.folder,
        env: environment(),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let stdout = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (stdout === '') child.kill(signal);
        stdout += text;
      });
      const [code] = await once(child, 'close');
      expect([code, stdout]).toEqual([9, 'ready\ngot it\n']);
    },
  );
});
