import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { scratchFolder } from './scratch-folder.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const DIST = join(ROOT, 'packages/tracer/dist');
export const PRELOAD = pathToFileURL(join(DIST, 'preload.mjs')).href;
export const CLI = join(DIST, 'cli.mjs');
const RUN_TIMEOUT_MS = 110_000;

export interface Outcome {
  stdout: string;
  stderr: string;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** Runs a command to its end and collects its output. It is killed (SIGKILL) when it takes too long. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; uid?: number },
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
      env: { ...withoutTracer(process.env), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const timer = setTimeout(() => child.kill('SIGKILL'), RUN_TIMEOUT_MS);
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer);
      resolve({ stdout, stderr, exitCode, signal });
    });
  });
}

/** The tests' own environment must not reach the programs: vitest sets NODE_ENV, a developer may have TRACER_*. */
export function withoutTracer(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(TRACER_|VITEST|NODE_ENV$|NODE_OPTIONS$|TEST$)/.test(name)),
  );
}

export interface Project {
  dir: string;
  /** Runs `node args...` as it is. */
  plain(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome>;
  /** Runs `node --import tracer args...`, quietly, into `recording`. */
  record(args: readonly string[], recording: string, env?: NodeJS.ProcessEnv): Promise<Outcome>;
  /** Runs a command of the command line with --json and returns what it printed. */
  ask(...args: string[]): Promise<unknown>;
  /** Runs a command of the command line and returns its output as text. */
  print(...args: string[]): Promise<string>;
}

/**
 * Makes a project in a new folder, in the system's temporary one unless said otherwise, which goes when the test file has
 * ended. Packages of `test/package.json` can be imported from it.
 */
export function makeProject(files: Readonly<Record<string, string>>, parent?: string): Project {
  const dir = scratchFolder(parent);
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  if (!existsSync(join(dir, 'node_modules'))) symlinkSync(join(ROOT, 'test/node_modules'), join(dir, 'node_modules'));
  return projectIn(dir);
}

/** A folder of this repository as a project. */
export function openProject(path: string): Project {
  return projectIn(join(ROOT, path));
}

function projectIn(dir: string): Project {
  const print = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, exitCode } = await run(process.execPath, [CLI, ...args], { cwd: dir });
    if (exitCode !== 0) throw new Error(`tracer ${args.join(' ')} failed: ${stderr}`);
    return stdout;
  };
  return {
    dir,
    plain: (args, env = {}) => run(process.execPath, args, { cwd: dir, env }),
    record: (args, recording, env = {}) =>
      run(process.execPath, ['--import', PRELOAD, ...args], {
        cwd: dir,
        env: { TRACER_QUIET: '1', TRACER_OUT: recording, ...env },
      }),
    ask: async (...args) => JSON.parse(await print(...args, '--json')) as unknown,
    print,
  };
}

/** A file of a package that `test/package.json` lists. */
export function packageFile(path: string): string {
  return join(ROOT, 'test/node_modules', path);
}
