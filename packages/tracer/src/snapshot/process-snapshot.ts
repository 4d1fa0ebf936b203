import { R, type SnapshotProcess } from '@execution-cinema/format';
import type { RecorderAccess, ServedThread } from '@execution-cinema/store';
import { describeThread, type DescribeContext } from './describe-thread.ts';
import { connectToMain, type MainChannel } from './inspector-channel.ts';
import { readThread, withDeadline, type RawThread, type ReadOptions } from './read-thread.ts';

export interface ProcessReader {
  /** Reads every thread of this process. `threadsDoneMs`: by then what does not answer is given up. */
  read(deadline: { threadsMs: number; allMs: number }): Promise<SnapshotProcess>;
  /** Lets go of the inspector at once. */
  stop(): void;
}

export interface ProcessReaderParts {
  access: RecorderAccess;
  pid: number;
  argv: string[];
  root: string;
  /** Folder of our own bundles. */
  ownFolder: string;
  /** Makes the main thread's event loop turn once. */
  turnMain(): void;
  /** The same for all workers. */
  turnWorkers(): void;
}

/** So long the recorder does nothing else: threads stand still while they are read. */
const HOLD_MS = 100;
/** The main thread leads to the workers, so it gets a part of the time only. */
const MAIN_SHARE = 0.6;

export function createProcessReader(parts: ProcessReaderParts): ProcessReader {
  const { access, pid, argv, root, ownFolder } = parts;
  let channel: MainChannel | undefined;
  const options = (giveTurn: () => void, deadlineMs: number): ReadOptions => ({
    giveTurn,
    isOwn: (url) => url.startsWith(ownFolder) || url.startsWith(`file://${ownFolder}`),
    deadlineMs,
  });

  const close = (): void => {
    const open = channel;
    channel = undefined;
    try {
      open?.close();
    } catch {
      // It has been closed by the end of the thread.
    }
  };

  const readAll = async (threads: readonly ServedThread[], deadlineMs: number): Promise<Map<number, RawThread>> => {
    const raw = new Map<number, RawThread>();
    const startMs = performance.now();
    channel = connectToMain();
    const { workers } = channel;
    const main = threads.find(({ thread }) => thread === 0);
    const hasWorkers = threads.some(({ thread }) => thread !== 0);
    if (main !== undefined) {
      const share = hasWorkers ? startMs + (deadlineMs - startMs) * MAIN_SHARE : deadlineMs;
      raw.set(0, await readThread(channel, options(parts.turnMain, share)));
    }
    if (!hasWorkers) return raw;
    const known = new Set(threads.map(({ thread }) => thread));
    const found = await withDeadline(
      workers((thread) => known.has(thread)),
      deadlineMs,
    );
    await Promise.all(
      [...(found ?? [])].map(async ([thread, worker]) => {
        raw.set(thread, await readThread(worker, options(parts.turnWorkers, deadlineMs)));
      }),
    );
    return raw;
  };

  return {
    async read({ threadsMs, allMs }) {
      const threads = access.threads();
      let raw = new Map<number, RawThread>();
      let failure: string | undefined;
      access.hold(HOLD_MS);
      try {
        raw = await readAll(threads, threadsMs);
      } catch (error) {
        failure = error instanceof Error ? error.message : String(error);
      } finally {
        close();
        access.hold(0);
        for (const { control } of threads) {
          Atomics.add(control, R.R_SNAPSHOTS, 1);
          Atomics.notify(control, R.R_SNAPSHOTS);
        }
      }
      // Afterwards what the frames refer to is in the database.
      access.flush();
      const context: DescribeContext = { recording: access.reader(), root, deadlineMs: allMs };
      const mainBlocked = raw.get(0)?.state === 'blocked';
      const why = failure ?? (mainBlocked ? 'native call in the main thread' : 'native call');
      return {
        id: access.processId,
        pid,
        argv,
        threads: access.threads().flatMap((thread) => {
          if (!threads.some((known) => known.thread === thread.thread)) return [];
          return [describeThread(raw.get(thread.thread) ?? blocked(why), thread, context)];
        }),
      };
    },
    stop: close,
  };
}

function blocked(unavailable: string): RawThread {
  return {
    state: 'blocked',
    unavailable,
    pausedMs: 0,
    frames: [],
    framesOmitted: 0,
    answer: undefined,
    others: [],
  };
}
