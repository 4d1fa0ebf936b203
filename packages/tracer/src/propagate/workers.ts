import workerThreads, { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';
import type { TracerConfig } from '../config/index.ts';

/*
 * Worker threads inherit the environment data of the thread that starts them, whatever `env`, `execArgv` and
 * `workerData` the program chose: it tells them which recording they belong to.
 */

/** Key of the environment data. */
const BOOT_KEY = 'execution-cinema';

/** Plain data, cloned into every worker. */
export interface WorkerBoot {
  readonly config: TracerConfig;
  readonly redactionKey: string;
  readonly originHrtimeNs: bigint;
  /** Name of the BroadcastChannel on which the recorder thread of the process listens. */
  readonly channel: string;
  /** The thread that starts the worker: 0 the main thread, else its threadId. */
  readonly parentThread: number;
}

/**
 * True in the thread that Node runs loader hooks in, which runs preloads too (`--require` from NODE_OPTIONS) and must
 * stay as it is. Node below 22.14 does not tell; there the stack does (lib/internal/modules/esm/worker.js).
 */
export function isHooksThread(): boolean {
  const { isInternalThread } = workerThreads as { isInternalThread?: boolean };
  if (isInternalThread !== undefined) return isInternalThread;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  const { stack = '' } = new Error('who has loaded us?');
  Error.stackTraceLimit = stackTraceLimit;
  return stack.includes('node:internal/modules/esm/worker');
}

/** Makes workers of this thread belong to the recording. */
export function publishToWorkers({
  config,
  redactionKey,
  originHrtimeNs,
  channel,
}: Omit<WorkerBoot, 'parentThread'>): void {
  const boot: WorkerBoot = { config, redactionKey, originHrtimeNs, channel, parentThread: threadId };
  setEnvironmentData(BOOT_KEY, boot as never);
}

/** What the thread that started this worker has published; undefined when it is not recorded. */
export function workerBoot(): WorkerBoot | undefined {
  return getEnvironmentData(BOOT_KEY) as unknown as WorkerBoot | undefined;
}
