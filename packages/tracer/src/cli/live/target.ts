import { readRecording, processState } from '@execution-cinema/store';
import { isAlive, ownerOf } from '../../control/address.ts';
import { ask, AskError } from '../../control/ask.ts';
import type { Replies, Request } from '../../control/protocol.ts';
import { findRoot } from '../../config/index.ts';
import { CommandError } from '../command.ts';
import { findRecording, shownPath } from '../recordings.ts';

/** Recorded processes that are running, and what they were named by. */
export interface LiveTarget {
  name: string;
  /** The first began the recording. */
  pids: number[];
}

/** A process that has just been started cannot be asked at once. */
const START_MS_MAX = 1_500;
const RETRY_MS = 50;

/** The process of a number, or those of a recording; without either those of the newest. Throws CommandError. */
export function findLive(text: string | undefined): LiveTarget {
  if (text !== undefined && /^\d+$/.test(text)) return { name: `process ${text}`, pids: [Number(text)] };
  const file = findRecording(text, findRoot(process.cwd()));
  const recording = readRecording(file);
  try {
    const meta = recording.meta();
    const all = recording.processes();
    const running = all.filter(
      ({ pid, complete, startNs }) =>
        processState({ pid, complete: complete ? 1 : 0, start_ns: startNs }, meta) === 'running',
    );
    if (running.length > 0) return { name: shownPath(file), pids: running.map(({ pid }) => pid) };
    const which = all.length === 1 ? 'its process has ended' : `its ${all.length} processes have ended`;
    throw new CommandError(`${shownPath(file)} is not running any more: ${which}\nName a process by its number.`);
  } finally {
    recording.close();
  }
}

/** Asks a process; what can go wrong becomes a CommandError that says what to do. */
export async function askLive<Type extends Request['type']>(
  pid: number,
  request: Extract<Request, { type: Type }>,
  timeoutMs: number,
): Promise<Replies[Type]> {
  const uid = ownerOf(pid);
  const until = performance.now() + START_MS_MAX;
  for (;;) {
    try {
      return await ask<Type>(pid, request, { timeoutMs, uid });
    } catch (error) {
      if (!(error instanceof AskError)) throw error;
      const isMissing = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
      if (!isMissing || !isAlive(pid) || performance.now() > until) throw explain(error, pid, uid);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function explain(error: AskError, pid: number, uid: number | undefined): CommandError {
  if (!isAlive(pid)) return new CommandError(`there is no process ${pid} (any more)`);
  switch (error.code) {
    case 'ENOENT':
    case 'ECONNREFUSED': {
      const isForeign = uid !== undefined && process.getuid !== undefined && uid !== process.getuid();
      if (isForeign) return foreign(pid);
      return new CommandError(
        `process ${pid} is not being recorded\nStart it with: node --import tracer app.js   (or: tracer run app.js)`,
      );
    }
    case 'EACCES':
    case 'EPERM':
      return foreign(pid);
    default:
      return new CommandError(`process ${pid}: ${error.message}`);
  }
}

function foreign(pid: number): CommandError {
  return new CommandError(`process ${pid} belongs to another user: only that user may ask it`);
}
