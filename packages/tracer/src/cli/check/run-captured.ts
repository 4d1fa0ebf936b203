import { spawn } from 'node:child_process';
import type { RunResult } from './compare-runs.ts';

/** More of a stream is not kept; the program goes on. */
const OUTPUT_CHARS_MAX = 64 * 1024 * 1024;

/** After the program's end its output may still be held open by what it left behind, at most so long. */
const LEFTOVERS_MS = 5_000;

export interface CaptureOptions {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
}

/**
 * Runs a command without input and keeps what it prints. It gets a process group of its own, which is killed when the
 * time is up or we are told to end. Rejects with the error of `spawn` when it did not start.
 */
export function runCaptured({ command, args, env, timeoutMs }: CaptureOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const onWindows = process.platform === 'win32';
    const startMs = performance.now();
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: !onWindows,
      shell: onWindows,
    });
    const killAll = (): void => {
      if (child.pid === undefined) return;
      try {
        if (onWindows) child.kill('SIGKILL');
        else process.kill(-child.pid, 'SIGKILL');
      } catch {
        // All of them have ended.
      }
    };
    const interrupted = (): void => {
      killAll();
      process.exit(130);
    };
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killAll();
    }, timeoutMs);
    const streams = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        if (streams[name].length < OUTPUT_CHARS_MAX) streams[name] += text;
      });
    }
    let leftovers: NodeJS.Timeout | undefined;
    const settle = (): void => {
      clearTimeout(timer);
      clearTimeout(leftovers);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    let durationMs = 0;
    child.on('exit', () => {
      durationMs = performance.now() - startMs;
      // What it left running holds the streams open and belongs to nobody.
      leftovers = setTimeout(killAll, LEFTOVERS_MS);
    });
    child.on('close', (exitCode, signal) => {
      settle();
      resolve({ exitCode, signal, ...streams, timedOut, durationMs });
    });
  });
}
