import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  Json,
  Snapshot,
  SnapshotFrame,
  SnapshotProcess,
  SnapshotThread,
} from '../../packages/format/src/index.ts';
import { PRELOAD, withoutTracer } from './programs.ts';

/** A recorded program that is still running. */
export interface LiveProgram {
  readonly pid: number;
  readonly recording: string;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until the program has printed the text. */
  printed(text: string): Promise<void>;
  /** Sends the signal and waits for the snapshot that it takes. */
  snapshot(signal?: NodeJS.Signals): Promise<Snapshot>;
  /** Waits for snapshot number `n` of the recording. */
  snapshotFile(n: number): Promise<Snapshot>;
  snapshotCount(): number;
  ended(): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>;
  /** Ends it if it runs, and the processes that it has started (`pids`). */
  kill(): void;
}

const WAIT_MS_MAX = 30_000;
const POLL_MS = 20;

/** Starts `node --import tracer args...` and leaves it running. */
export function startRecorded(
  dir: string,
  args: readonly string[],
  options: { recording?: string; env?: NodeJS.ProcessEnv; nodeArgs?: readonly string[] } = {},
): LiveProgram {
  const recording = join(dir, options.recording ?? 'live.db');
  const env = { ...withoutTracer(process.env), TRACER_QUIET: '1', TRACER_OUT: recording, ...options.env };
  const nodeArgs = [...(options.nodeArgs ?? []), '--import', PRELOAD];
  const child = spawn(process.execPath, [...nodeArgs, ...args], { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const folder = `${recording}.snapshots`;
  const end = endOf(child);
  const snapshotCount = (): number =>
    existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+\.json$/.test(name)).length : 0;
  const snapshotFile = async (n: number): Promise<Snapshot> => {
    const file = join(folder, `${n}.json`);
    await until(() => existsSync(file), `${file}\n${stderr}`);
    return JSON.parse(readFileSync(file, 'utf8')) as Snapshot;
  };
  return {
    pid: child.pid!,
    recording,
    stdout: () => stdout,
    stderr: () => stderr,
    printed: (text) => until(() => stdout.includes(text), `${text} in ${JSON.stringify(stdout)}\n${stderr}`),
    async snapshot(signal = 'SIGUSR1') {
      // A program that hangs before its recorder has come up hears of no signal.
      await until(() => existsSync(recording), recording);
      const before = snapshotCount();
      process.kill(child.pid!, signal);
      return snapshotFile(before + 1);
    },
    snapshotFile,
    snapshotCount,
    ended: () => end,
    kill: () => void child.kill('SIGKILL'),
  };
}

function endOf(child: ChildProcess): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

export async function until(holds: () => boolean, what: string): Promise<void> {
  const end = Date.now() + WAIT_MS_MAX;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await delay(POLL_MS);
  }
}

/** The thread of that name in the only process, or in the one with the pid. */
export function threadOf(snapshot: Snapshot, name = 'main', pid?: number): SnapshotThread {
  const process = processOf(snapshot, pid);
  const thread = process.threads.find((candidate) => candidate.name === name);
  if (thread === undefined) throw new Error(`no thread ${name} in ${JSON.stringify(process, undefined, 1)}`);
  return thread;
}

export function processOf(snapshot: Snapshot, pid?: number): SnapshotProcess {
  const process = snapshot.processes.find((candidate) => pid === undefined || candidate.pid === pid);
  if (process === undefined) throw new Error(`no process ${pid} in ${JSON.stringify(snapshot, undefined, 1)}`);
  return process;
}

/** The frame of a function; throws with what there is instead. */
export function frameOf({ frames, ...thread }: SnapshotThread, name: string): SnapshotFrame {
  const frame = frames.find((candidate) => candidate.function === name);
  if (frame === undefined) {
    const names = frames.map((candidate) => candidate.function);
    throw new Error(`no frame ${name} among ${JSON.stringify(names)} of ${JSON.stringify(thread)}`);
  }
  return frame;
}

/** All variables of a frame, inner ones before outer ones of the same name. */
export function variablesOf(frame: SnapshotFrame): Record<string, Json> {
  return Object.assign({}, ...frame.scopes.map(({ variables }) => variables).reverse()) as Record<string, Json>;
}
