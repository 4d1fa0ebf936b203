import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import workerThreads, { type MessagePort } from 'node:worker_threads';
import { R } from '@execution-cinema/format';
import { allocateLinkMemory, createRuntime, type Runtime } from '@execution-cinema/runtime';
import type {
  DegradedTotals,
  RecorderMessage,
  RecorderOptions,
  RecorderReport,
  TreeTotals,
} from '@execution-cinema/store';
import { BUILD_ID } from '../build-id.ts';
import type { TracerConfig } from '../config/index.ts';
import type { Tree } from '../propagate/tree.ts';
import { createIsolatedRedactor, learnEnvironment } from '../redaction/isolated-redactor.ts';
import { createMarkTaker } from '../control/marks.ts';
import { startRecorderWorker, turnPort } from './recorder-worker.ts';
import { allocateThreadMemory, DRAIN_MS_MAX, type ThreadRecording } from './thread-recording.ts';

/** As they are before the runtime follows the program's. */
const { MessageChannel, receiveMessageOnPort } = workerThreads;

/** The end waits for a recorder that has stopped early, while it writes down what was lost, at most this long. */
const ACCOUNTS_MS_MAX = 200;

/** What is known about the recording when the program has ended. */
export interface RecordingResult {
  readonly events: number;
  readonly dropped: number;
  /** Why it failed, with what to do about it; undefined when it did not. */
  readonly failure: string | undefined;
  /** What all threads, and processes, of the run have recorded together; absent where that could not be asked. */
  readonly tree?: TreeTotals;
  /** What a budget has taken from it. */
  readonly degraded?: DegradedTotals;
  /** What the user must know beside, one sentence each. */
  readonly notes: readonly string[];
}

/** The recording of this process: ring, runtime of the main thread, recorder thread. */
export interface Recording extends ThreadRecording {
  readonly originHrtimeNs: bigint;
  openPort(): MessagePort;
  /** The last act: closes the recording and says how it went. */
  end(exitCode: number): RecordingResult;
}

/** Starts recording. Returns as soon as events can be written; the database opens meanwhile in the recorder's thread. */
export function startRecording(
  config: TracerConfig,
  recorderBundle: URL,
  { tree, budgetFile }: { tree: Tree | undefined; budgetFile: string | undefined },
): Recording {
  const originHrtimeNs = process.hrtime.bigint();
  const nowNs = (): number => Number(process.hrtime.bigint() - originHrtimeNs);
  const redactionKey = tree?.redactionKey ?? randomBytes(8).toString('hex');
  const channel = `execution-cinema ${process.pid} ${randomBytes(4).toString('hex')}`;
  const redactor = createIsolatedRedactor(
    { key: redactionKey, ...config.redact },
    new URL('redaction.cjs', recorderBundle),
  );
  learnEnvironment(redactor, process.env);
  const { ring, levels } = allocateThreadMemory(config);
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  const post = (message: RecorderMessage): void => {
    try {
      port1.postMessage(message);
    } catch {
      // The recorder has ended and its losses have been told.
    }
  };
  const linkSeed = randomBytes(4).readUInt32LE();
  const linkMemory = allocateLinkMemory(linkSeed);
  const listening = new SharedArrayBuffer(4);
  const options: RecorderOptions = {
    file: config.out,
    root: config.root,
    toolVersion: BUILD_ID,
    originHrtimeNs,
    startedAt: new Date().toISOString(),
    clock: config.clock,
    process: {
      pid: process.pid,
      parentPid: tree?.parentPid ?? null,
      argv: redactor.scrubArguments(process.argv),
      cwd: process.cwd(),
      node: process.version,
      config: { ...config, temporaryFolder: tmpdir() },
      startNs: 0,
    },
    main: {
      thread: 0,
      kind: 'main',
      name: 'main',
      workerId: null,
      parentThread: null,
      startNs: 0,
      ring,
      levels,
    },
    ports: [port2],
    channel,
    listening,
    flushMs: config.flushMs,
    ...(config.keepBytes === null ? {} : { keepBytes: config.keepBytes }),
    ...(config.keepTotalBytes === null ? {} : { keepTotalBytes: config.keepTotalBytes }),
    plan: { file: config.planFile, json: JSON.stringify(config.plan) },
    ...(config.budgetPercent === null ? {} : { budgetShare: config.budgetPercent / 100 }),
  };
  const recorderThread = startRecorderWorker(recorderBundle, options, budgetFile);
  const marks = createMarkTaker(turnPort!, new Int32Array(ring));
  const runtime = createRuntime({
    ring,
    levels,
    originHrtimeNs,
    clock: config.clock,
    backpressure: config.backpressure,
    propagate: config.propagate,
    values: config.values,
    redactor,
    linkSeed,
    linkMemory,
    post,
    onTick: marks.look,
  });
  marks.begin(runtime, nowNs);
  runtime.linkMemory.hideThread(recorderThread);
  return {
    runtime,
    thread: 0,
    control: new Int32Array(ring),
    originHrtimeNs,
    channel,
    listening,
    redactionKey,
    sharedMemory: linkMemory,
    post,
    nowNs,
    scrub: (command) => redactor.scrubArguments(command.split(' ')).join(' '),
    openPort() {
      const { port1: far, port2: near } = new MessageChannel();
      port1.postMessage({ type: 'port', port: near } satisfies RecorderMessage, [near]);
      return far;
    },
    drain: () => void runtime.drain(DRAIN_MS_MAX),
    end(exitCode) {
      post({ type: 'process-exit', timeNs: nowNs(), exitCode, signal: null });
      const drained = runtime.drain(DRAIN_MS_MAX);
      const reports = reportsOn(port1);
      const reported = (type: RecorderReport['type']): boolean => reports.some((report) => report.type === type);
      if (reported('ready') && reported('failed') && !reported('closed')) awaitAccounts(ring);
      return resultOf(reports, drained, runtime);
    },
  };
}

/** The recorder answers the drain request once the accounts are written. */
function awaitAccounts(ring: SharedArrayBuffer): void {
  const words = new Int32Array(ring);
  const drained = Atomics.load(words, R.R_DRAINED);
  if (drained !== Atomics.load(words, R.R_DRAIN)) Atomics.wait(words, R.R_DRAINED, drained, ACCOUNTS_MS_MAX);
}

function reportsOn(port: MessagePort): RecorderReport[] {
  const reports: RecorderReport[] = [];
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    reports.push(next.message as RecorderReport);
  }
  return reports;
}

function resultOf(reports: readonly RecorderReport[], drained: boolean, runtime: Runtime): RecordingResult {
  const notes = reports.flatMap((report) => (report.type === 'note' ? [report.text] : []));
  const failed = reports.find((report) => report.type === 'failed');
  const closed = reports.find((report) => report.type === 'closed');
  const { produced, dropped } = runtime.counts();
  if (failed) {
    const { message, remedy } = failed.error;
    return {
      events: failed.storedEvents,
      dropped: produced - failed.storedEvents,
      failure: `${message}. ${remedy}`,
      notes,
    };
  }
  if (closed) {
    const { storedEvents: events, droppedEvents, tree, degraded } = closed;
    return {
      events,
      dropped: droppedEvents,
      failure: undefined,
      notes,
      ...(tree && { tree }),
      ...(degraded && { degraded }),
    };
  }
  const failure = drained ? undefined : 'the recorder did not answer; the end of the recording may be missing';
  return { events: produced - dropped, dropped, failure, notes };
}
