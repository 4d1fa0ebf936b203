import { spawn } from 'node:child_process';
import { constants } from 'node:os';

export interface ProgramEnd {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/** Signals that someone sends to us and means for the program. */
const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];

/** A terminal sends these to every process in front of it, so the program has had them already. */
const FROM_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT']);

/**
 * Runs a program in our place: same streams, same working directory. Resolves when it has ended; rejects with the
 * error of `spawn` when it did not start.
 */
export function runProgram(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<ProgramEnd> {
  return new Promise((resolve, reject) => {
    const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    // Listeners come before the program: a signal in between must not end us and leave it behind.
    const waiting: NodeJS.Signals[] = [];
    let send = (signal: NodeJS.Signals): unknown => waiting.push(signal);
    const listeners = FORWARDED.map((signal) => {
      const listener = (): void => {
        if (!(onTerminal && FROM_TERMINAL.has(signal))) send(signal);
      };
      process.on(signal, listener);
      return () => process.off(signal, listener);
    });
    const child = spawn(command, args, { stdio: 'inherit', env, shell: process.platform === 'win32' });
    child.on('spawn', () => {
      send = (signal) => child.kill(signal);
      waiting.forEach(send);
    });
    const settle = (): void => listeners.forEach((remove) => remove());
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('exit', (exitCode, signal) => {
      settle();
      resolve({ exitCode, signal });
    });
  });
}

/** Ends this process as the program ended: the same signal, or its exit code as the returned number. */
export async function repeatEnd({ exitCode, signal }: ProgramEnd): Promise<number> {
  if (signal === null) return exitCode ?? 1;
  process.kill(process.pid, signal);
  // Some signals do not end a process by default; a shell would say 128 + n for them.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  return 128 + constants.signals[signal];
}
