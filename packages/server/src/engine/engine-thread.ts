import { Worker } from 'node:worker_threads';
import { errorInfo, ServerError } from '../errors.ts';
import type { ErrorInfo, Method, Progress } from '../protocol.ts';
import type { EngineData, ThreadData, EngineMessage, JobMessage, WarmUpMessage } from './messages.ts';

type Frame = string | Uint8Array<ArrayBuffer>;

/** One question on its way. Exactly one of `answered` and `failed` is called, unless it was cancelled. */
export interface Work {
  id: number;
  method: Method;
  params: unknown;
  otherFile?: string;
  /** For a thread that may not take its time: it cannot answer. */
  postponed?: () => void;
  answered: (frame: Frame) => void;
  failed: (error: ErrorInfo) => void;
  progress: (progress: Progress) => void;
}

/** After so long a cancelled job that does not reach a checkpoint is ended with its thread. */
const CANCEL_GRACE_MS = 2_000;
const MEMORY_MB_MAX = 1_536;

/** A worker thread that answers one question at a time. It starts with the first, and again when it has died. */
export class EngineThread {
  private readonly file: URL;
  private readonly data: EngineData;
  private readonly isBehind: boolean;
  private readonly onIdle: () => void;
  private worker: Worker | undefined;
  private current: { job: number; work: Work; flag: Int32Array } | undefined;
  private killer: NodeJS.Timeout | undefined;
  private jobs = 0;

  /** `isBehind`: whoever answers the cursor has the processor first. */
  constructor(file: URL, data: EngineData, isBehind: boolean, onIdle: () => void) {
    this.file = file;
    this.data = data;
    this.isBehind = isBehind;
    this.onIdle = onIdle;
  }

  get busy(): boolean {
    return this.current !== undefined;
  }

  run(work: Work): void {
    const flag = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const job = ++this.jobs;
    this.current = { job, work, flag: new Int32Array(flag) };
    const { id, method, params, otherFile } = work;
    const patient = work.postponed === undefined;
    const message: JobMessage = {
      job,
      id,
      method,
      params,
      flag,
      patient,
      ...(otherFile !== undefined && { otherFile }),
    };
    this.worker ??= this.start();
    this.worker.postMessage(message);
  }

  /** Lets the thread answer what nobody asks, in the pauses between questions. */
  warmUp(): void {
    const message: WarmUpMessage = { warmUp: true };
    this.worker?.postMessage(message);
  }

  /** Stops the work if it is this thread's; it hears nothing more. */
  cancel(work: Work): boolean {
    if (this.current?.work !== work) return false;
    Atomics.store(this.current.flag, 0, 1);
    this.killer ??= setTimeout(() => void this.stop(), CANCEL_GRACE_MS);
    return true;
  }

  private start(): Worker {
    const worker = new Worker(this.file, {
      workerData: { ...this.data, isBehind: this.isBehind } satisfies ThreadData,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MAX },
    });
    worker.on('message', (message: EngineMessage) => this.heard(message));
    worker.on('error', (error) => this.died(worker, error));
    worker.on('exit', () => this.died(worker, new ServerError('INTERNAL', 'its engine ended')));
    worker.unref();
    return worker;
  }

  private heard(message: EngineMessage): void {
    const { current } = this;
    if (message.job !== current?.job) return;
    if ('progress' in message) {
      if (!this.killer) current.work.progress(message.progress);
      return;
    }
    this.finish();
    const isCancelled = Atomics.load(current.flag, 0) !== 0;
    if (!isCancelled) {
      if ('frame' in message) current.work.answered(message.frame);
      else if ('needsIndex' in message) current.work.postponed?.();
      else current.work.failed(message.error);
    }
    this.onIdle();
  }

  private finish(): void {
    this.current = undefined;
    clearTimeout(this.killer);
    this.killer = undefined;
  }

  private died(worker: Worker, error: unknown): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    const { current } = this;
    this.finish();
    if (current && Atomics.load(current.flag, 0) === 0) current.work.failed(errorInfo(error));
    this.onIdle();
  }

  /** Ends the thread; what it works on is lost. */
  async stop(): Promise<void> {
    await this.worker?.terminate();
  }
}
