import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VariableExample } from '@execution-cinema/format';
import { readRecording } from '@execution-cinema/store';
import { isAlive } from '../control/address.ts';
import { ask } from '../control/ask.ts';
import { mergeExamples, recordedExamples } from './recorded-examples.ts';

export interface LookOptions {
  /** Command line of Node, the tracer's preload included. */
  args: readonly string[];
  timeoutMs: number;
  onProgress(elapsedMs: number): void;
}

export interface Look {
  variableExamples: Record<string, VariableExample>;
  /** How the program ended by itself; undefined when it was still running. */
  end: { exitCode: number | null; signal: NodeJS.Signals | null } | undefined;
  /** Why there is no snapshot of the running program. */
  failure: string | undefined;
}

const SNAPSHOT_TIMEOUT_MS = 15_000;
/** After SIGTERM a program has so long to end. */
const GRACE_MS = 1_000;
const PROGRESS_MS = 200;

/**
 * Runs a program, recorded into a temporary file, looks at its variables when the time is over or it ends, and ends it.
 * Rejects when it cannot be started.
 */
export async function runAndLook({ args, timeoutMs, onProgress }: LookOptions): Promise<Look> {
  const folder = mkdtempSync(join(tmpdir(), 'tracer-inspect-'));
  const file = join(folder, 'recording.db');
  try {
    const env = { ...process.env, TRACER_OUT: file, TRACER_QUIET: '1', TRACER_KEEP: '1GB' };
    const child = spawn(process.execPath, args, { stdio: 'inherit', env });
    const ended = endOf(child);
    const startMs = performance.now();
    const progress = setInterval(() => onProgress(performance.now() - startMs), PROGRESS_MS);
    const end = await Promise.race([ended, elapsed(timeoutMs)]).finally(() => clearInterval(progress));
    let live: Record<string, VariableExample> = {};
    let failure: string | undefined;
    if (end === undefined) {
      try {
        const request = { type: 'snapshot', reason: 'inspect' } as const;
        live = (await ask(child.pid!, request, { timeoutMs: SNAPSHOT_TIMEOUT_MS })).snapshot.variable_examples;
      } catch (error) {
        failure = error instanceof Error ? error.message : String(error);
      }
      await stop(child, ended);
    }
    const recorded = readExamples(file);
    return { variableExamples: mergeExamples(live, recorded), end, failure };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function endOf(child: ChildProcess): Promise<NonNullable<Look['end']>> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

function elapsed(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, undefined).unref();
  });
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const gone = await Promise.race([ended, elapsed(GRACE_MS)]);
  if (gone !== undefined) return;
  child.kill('SIGKILL');
  await ended;
}

/** Processes that the program has left behind are ended too. */
function readExamples(file: string): Record<string, VariableExample> {
  let recording;
  try {
    recording = readRecording(file);
  } catch {
    return {}; // Nothing was recorded.
  }
  try {
    for (const { pid, complete } of recording.processes()) {
      if (!complete && pid !== process.pid && isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
    return recordedExamples(recording);
  } finally {
    recording.close();
  }
}
