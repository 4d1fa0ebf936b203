import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { ProcessInfo, RecorderMessage, RecorderOptions, RecorderReport } from '../../src/recorder/messages.ts';
import type { FakeWriter } from './fake-writer.ts';

/** This process, as the recorder hears of it. */
function processOptions(): ProcessInfo {
  return {
    pid: process.pid,
    parentPid: process.ppid,
    argv: ['node', 'app.js'],
    cwd: '/program',
    node: process.version,
    config: { level: 'locals' },
    startNs: 0,
  };
}

/** Options of a recorder for `writer`'s ring, recording into `file`. */
export function recorderOptions(file: string, writer: FakeWriter, port: MessagePort): RecorderOptions {
  return {
    file,
    root: '/program',
    toolVersion: '0.0.0',
    originHrtimeNs: process.hrtime.bigint(),
    startedAt: new Date().toISOString(),
    clock: 'adaptive',
    process: processOptions(),
    main: {
      thread: 0,
      kind: 'main',
      name: 'main',
      workerId: null,
      parentThread: null,
      startNs: 0,
      ring: writer.ring,
      levels: new SharedArrayBuffer(1 << 16),
    },
    ports: [port],
  };
}

export interface RunningRecorder {
  worker: Worker;
  options: RecorderOptions;
  reports: RecorderReport[];
  post(message: RecorderMessage): void;
  /** Waits for a report of this type; rejects after five seconds. */
  report<Type extends RecorderReport['type']>(type: Type): Promise<Extract<RecorderReport, { type: Type }>>;
  /** Says that the process ends, waits until the recording is closed, ends the thread. True when the drain was answered. */
  exit(writer: FakeWriter): Promise<boolean>;
}

/** Starts the recorder in a real thread. `program` is the bundle of `testing/recorder-program.ts`. */
export function startWorker(
  program: string,
  file: string,
  writer: FakeWriter,
  change: Partial<RecorderOptions> = {},
): RunningRecorder {
  const { port1, port2 } = new MessageChannel();
  const options = { ...recorderOptions(file, writer, port2), ...change };
  const worker = new Worker(program, { workerData: options, transferList: [port2] });
  const reports: RecorderReport[] = [];
  const listeners = new Set<() => void>();
  port1.on('message', (report: RecorderReport) => {
    reports.push(report);
    for (const listener of listeners) listener();
  });
  const running: RunningRecorder = {
    worker,
    options,
    reports,
    post: (message) => port1.postMessage(message),
    report: (type) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${type} among ${JSON.stringify(reports)}`)), 5_000);
        const look = (): void => {
          const found = reports.find((report) => report.type === type);
          if (found === undefined) return;
          clearTimeout(timer);
          listeners.delete(look);
          resolve(found as never);
        };
        listeners.add(look);
        look();
      }),
    async exit(ending) {
      const timeNs = Number(process.hrtime.bigint() - options.originHrtimeNs);
      port1.postMessage({ type: 'process-exit', timeNs, exitCode: 0, signal: null } satisfies RecorderMessage);
      const drained = ending.drain();
      await running.report('closed').catch(() => {});
      await worker.terminate();
      port1.close();
      return drained;
    },
  };
  return running;
}
