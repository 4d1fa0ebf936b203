import { R, type SnapshotProcess } from '@execution-cinema/format';
import type { RecorderAccess, ServedThread } from '@execution-cinema/store';
import { describeThread, type DescribeContext } from './describe-thread.ts';
import { Deadline } from './deadline.ts';
import { connectToMain, type MainChannel } from './inspector-channel.ts';
import { readThread, type RawThread, type ReadOptions } from './read-thread.ts';

export interface ProcessReader {
  /** Reads every thread of this process; what does not answer in time is given up. */
  read(): Promise<SnapshotProcess>;
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
/** The main thread has so long to answer; then, since it leads to them, all workers together. */
const MAIN_MS = 450;
const WORKERS_MS = 450;
/** On a machine with too much to do either may take so long. */
const WALL_MS_MAX = 2_000;
/** Looking things up in the recording ends after so long. */
const DESCRIBE_MS = 200;

export function createProcessReader(parts: ProcessReaderParts): ProcessReader {
  const { access, pid, argv, root, ownFolder } = parts;
  let channel: MainChannel | undefined;
  const options = (control: Int32Array, giveTurn: () => void, deadline: Deadline): ReadOptions => ({
    control,
    giveTurn,
    hold: (isHeld) => access.hold(isHeld ? HOLD_MS : 0),
    isOwn: (url) => url.startsWith(ownFolder) || url.startsWith(`file://${ownFolder}`),
    deadline,
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

  const readAll = async (threads: readonly ServedThread[]): Promise<Map<number, RawThread>> => {
    const raw = new Map<number, RawThread>();
    const opened = connectToMain();
    channel = opened;
    const known = new Map(threads.map(({ thread, control }) => [thread, control]));
    const control = known.get(0);
    if (control !== undefined) {
      const main = await within(MAIN_MS, (deadline) => readThread(opened, options(control, parts.turnMain, deadline)));
      raw.set(0, main);
      if (main.state === 'blocked') return raw;
    }
    if (known.size === 1 || channel === undefined) return raw;
    await within(WORKERS_MS, async (deadline) => {
      const found = await deadline.race(opened.workers((thread) => known.has(thread)));
      await Promise.all(
        [...(found ?? [])].map(async ([thread, worker]) => {
          raw.set(thread, await readThread(worker, options(known.get(thread)!, parts.turnWorkers, deadline)));
        }),
      );
    });
    return raw;
  };

  return {
    async read() {
      const threads = access.threads();
      let raw = new Map<number, RawThread>();
      let failure: string | undefined;
      try {
        raw = await readAll(threads);
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
      const context: DescribeContext = {
        recording: access.reader(),
        root,
        recordingNs: (timeNs) => access.recordingNs(timeNs),
        deadlineMs: performance.now() + DESCRIBE_MS,
      };
      const mainBlocked = raw.get(0)?.state === 'blocked';
      // Worker threads are reached through the main thread.
      const why = failure ?? (mainBlocked ? 'not readable while the main thread is in a native call' : 'native call');
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

async function within<Result>(ms: number, run: (deadline: Deadline) => Promise<Result>): Promise<Result> {
  const deadline = new Deadline(ms, WALL_MS_MAX);
  try {
    return await run(deadline);
  } finally {
    deadline.end();
  }
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
