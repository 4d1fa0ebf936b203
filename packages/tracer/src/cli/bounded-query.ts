import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { storeError } from '@execution-cinema/store';

/*
 * A statement that returns no row for long, such as a count, cannot be stopped from inside: the thread is within SQLite.
 * So a query with a time limit runs in a process of its own, by the same command line, and is ended from outside.
 */

/** Set for the process of the query. */
const BOUNDED = 'TRACER_SQL_BOUNDED';

/** For `onPrepared` in the process of the query: from here on the time counts. */
export function queryBegins(): void {
  if (isBounded()) process.send?.('begun');
}

/** This is the process of the query. */
export function isBounded(): boolean {
  return process.env[BOUNDED] === '1';
}

/** Runs this command line once more; input and output are ours. Returns its exit code. */
export async function runBounded(timeLimitMs: number): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env: { ...process.env, [BOUNDED]: '1' },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  child.once('message', () => {
    timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, timeLimitMs);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  if (isLate) throw storeError('SQL_TIMEOUT', `${timeLimitMs} ms`);
  return code ?? 1;
}
