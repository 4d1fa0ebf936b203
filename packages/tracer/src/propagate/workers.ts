import nodeModule from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import workerThreads, { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads';
import { standsFor, type Runtime } from '@execution-cinema/runtime';
import type { LeftOut } from '../budget/left-out.ts';
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
  readonly leftOut: LeftOut;
  readonly redactionKey: string;
  readonly originHrtimeNs: bigint;
  /** Name of the BroadcastChannel on which the recorder thread of the process listens. */
  readonly channel: string;
  /** One word: 1 once it does. */
  readonly listening: SharedArrayBuffer;
  /** Of the runtime: what threads tell each other about messages. */
  readonly linkMemory: SharedArrayBuffer;
  /** Workers of this process load the preload without being told. */
  readonly isInherited: boolean;
  /** The thread that starts the worker: 0 the main thread, else its threadId. */
  readonly parentThread: number;
  /** The worker's number, see `WorkerLinks`; 0: unknown. */
  readonly start: number;
  /** Path of the worker's main script; null where it has none. */
  readonly script: string | null;
  /** What `process.execArgv` would be without the tracer; null: as it is. */
  readonly execArgv: readonly string[] | null;
}

/** Node's own id of the calling thread: the program may be shown another one. */
export const REAL_THREAD_ID: number = threadId;

const { isArray } = Array;
const { construct, apply } = Reflect;
const threadIdOf = Object.getOwnPropertyDescriptor(workerThreads.Worker.prototype, 'threadId')!.get!;

/** Node's own id of a worker. */
export function realThreadId(worker: object): number {
  return apply(threadIdOf, worker, []) as number;
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

/** What the thread that started this worker has published; undefined when it is not recorded. */
export function workerBoot(): WorkerBoot | undefined {
  return getEnvironmentData(BOOT_KEY) as unknown as WorkerBoot | undefined;
}

export interface WorkerParts {
  readonly runtime: Runtime;
  /** Path of the bundle that `--require` loads. */
  readonly preload: string;
  /** Workers of this thread load the preload without being told, since it was loaded by `--require`. */
  readonly isInherited: boolean;
}

/** What a worker inherits however it is started. */
type SharedBoot = Omit<WorkerBoot, 'parentThread' | 'start' | 'script' | 'execArgv'>;

/** Makes workers of this thread belong to the recording, and numbers threads as if the tracer had none. */
export function propagateToWorkers(shared: SharedBoot, parts: WorkerParts): void {
  const { runtime } = parts;
  const publish = (start: number, script: string | null, execArgv: readonly string[] | null): void => {
    const boot: WorkerBoot = { ...shared, parentThread: REAL_THREAD_ID, start, script, execArgv };
    setEnvironmentData(BOOT_KEY, boot as never);
  };
  publish(0, null, null);
  const { Worker } = workerThreads;
  const watched = new Proxy(Worker, {
    construct(target, args: unknown[], newTarget: NewableFunction) {
      const start = runtime.workerLinks.starts(args[1]);
      const execArgv = ownExecArgv(args[1], parts);
      publish(start, scriptOf(args), execArgv?.map(String) ?? null);
      try {
        const worker = construct(
          target,
          execArgv === undefined ? args : withPreload(args, execArgv, parts),
          newTarget,
        ) as object;
        runtime.workerLinks.started(worker, start);
        return worker;
      } finally {
        publish(0, null, null);
      }
    },
  });
  standsFor(watched, Worker);
  Object.defineProperty(Worker.prototype, 'constructor', {
    value: watched,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  Object.assign(workerThreads, { Worker: watched });
  showThreadIds(runtime);
  nodeModule.syncBuiltinESMExports();
}

function scriptOf([script, options]: readonly unknown[]): string | null {
  if (script instanceof URL) return script.protocol === 'file:' ? fileURLToPath(script) : null;
  const isText = (options as { eval?: unknown } | null | undefined)?.eval;
  return typeof script === 'string' && !isText ? resolve(script) : null;
}

/**
 * The `execArgv` that the program means, where the worker would not load the preload by itself: flags, environment and
 * source text of its own (`execArgv`, `env`, `eval`) each make it forget some of the ways to say so. Undefined elsewhere.
 */
function ownExecArgv(options: unknown, { isInherited }: WorkerParts): readonly unknown[] | undefined {
  if (typeof options !== 'object' || options === null) return undefined;
  const { execArgv, env, eval: isText } = options as Record<string, unknown>;
  if (isArray(execArgv)) return execArgv as unknown[];
  if (execArgv !== undefined) return undefined;
  const hasOwnEnv = typeof env === 'object' && env !== null && env !== process.env;
  return hasOwnEnv || (isText && !isInherited) ? process.execArgv : undefined;
}

function withPreload(args: readonly unknown[], execArgv: readonly unknown[], { preload }: WorkerParts): unknown[] {
  const isInvented = execArgv === process.execArgv;
  const flags = isInvented ? process.execArgv.filter(isFlagOfWorkers) : execArgv;
  const value = ['--require', preload, ...flags];
  return [args[0], Object.create(args[1] as object, { execArgv: { value, enumerable: true } }), ...args.slice(2)];
}

/** Flags of V8 and of whole processes are refused in `execArgv`; threads have them all the same. */
function isFlagOfWorkers(flag: string, index: number, flags: readonly string[]): boolean {
  if (!flag.startsWith('-')) return index > 0 && isFlagOfWorkers(flags[index - 1]!, index - 1, flags);
  const name = flag.split('=', 1)[0]!;
  return (
    FLAGS_OF_WORKERS.has(name) || (name.startsWith('--experimental-') && name !== '--experimental-default-config-file')
  );
}

const FLAGS_OF_WORKERS = new Set([
  '--import',
  '--require',
  '-r',
  '--conditions',
  '-C',
  '--loader',
  '--input-type',
  '--enable-source-maps',
  '--no-warnings',
  '--no-deprecation',
  '--trace-warnings',
  '--trace-deprecation',
  '--throw-deprecation',
  '--pending-deprecation',
  '--preserve-symlinks',
  '--unhandled-rejections',
]);

/** In a worker: takes the preload's own flag out of what its program sees. */
export function hideOwnFlag(boot: WorkerBoot | undefined, preload: string): void {
  const { execArgv } = process;
  if (execArgv[0] === '--require' && execArgv[1] === preload) execArgv.splice(0, 2);
  if (boot?.execArgv) execArgv.splice(0, execArgv.length, ...boot.execArgv);
}

type PostToThread = (threadId: number, ...rest: unknown[]) => unknown;

/** Ids as the program would see them without the threads of the tracer. */
function showThreadIds(runtime: Runtime): void {
  const { shownThreadId, realThreadId: realIdOf } = runtime.linkMemory;
  // Node 22.5 and later; it tells the sender in the event `workerMessage`.
  const { postMessageToThread } = workerThreads as { postMessageToThread?: PostToThread };
  if (postMessageToThread !== undefined) {
    const posts = new Proxy(postMessageToThread, {
      apply: (target, self: unknown, [id, ...rest]: [number, ...unknown[]]) =>
        apply(target, self, [typeof id === 'number' && id > 0 ? realIdOf(id) : id, ...rest]),
    });
    Object.assign(workerThreads, { postMessageToThread: posts });
  }
  Object.assign(workerThreads, { threadId: shownThreadId(REAL_THREAD_ID) });
  const present = Object.getOwnPropertyDescriptor(workerThreads.Worker.prototype, 'threadId')!;
  Object.defineProperty(workerThreads.Worker.prototype, 'threadId', {
    ...present,
    get: new Proxy(threadIdOf, {
      apply: (_target, worker: object) => {
        const id = realThreadId(worker);
        return id < 0 ? id : shownThreadId(id);
      },
    }),
  });
}
