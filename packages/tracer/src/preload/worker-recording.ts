import { randomBytes } from 'node:crypto';
import workerThreads from 'node:worker_threads';
import { createRuntime, openLinkMemory } from '@execution-cinema/runtime';
import type { RecorderMessage } from '@execution-cinema/store';
import { createIsolatedRedactor, learnEnvironment } from '../redaction/isolated-redactor.ts';
import { REAL_THREAD_ID as threadId, type WorkerBoot } from '../propagate/workers.ts';
import { allocateThreadMemory, DRAIN_MS_MAX, type ThreadRecording } from './thread-recording.ts';

/** As it is before the runtime follows the program's. */
const { BroadcastChannel } = workerThreads;

/** A worker waits for the recorder's thread at most this long before it begins. */
const LISTENER_MS_MAX = 5_000;

/** The part of the process's recording that this worker thread makes: a ring of its own, the process's recorder. */
export interface WorkerRecording extends ThreadRecording {
  /** The thread ends: everything is stored and its accounts can be closed. */
  end(): void;
}

/** Joins the recording of the process. Events can be written at once; the recorder takes the ring in meanwhile. */
export function joinRecording(boot: WorkerBoot, recorderBundle: URL): WorkerRecording {
  const { config, redactionKey, originHrtimeNs } = boot;
  const nowNs = (): number => Number(process.hrtime.bigint() - originHrtimeNs);
  awaitListener(boot.listening);
  const channel = new BroadcastChannel(boot.channel);
  // Typed as the web's channel; Node's has this too.
  (channel as unknown as { unref(): void }).unref();
  const post = (message: RecorderMessage): void => {
    try {
      channel.postMessage(message);
    } catch {
      // The recorder has ended and its losses have been told.
    }
  };
  const { ring, levels } = allocateThreadMemory(config);
  const shownId = openLinkMemory(boot.linkMemory).shownThreadId(threadId);
  post({
    type: 'thread-start',
    thread: threadId,
    kind: 'worker',
    name: '',
    workerId: shownId,
    parentThread: boot.parentThread,
    startNs: nowNs(),
    ring,
    levels,
  });
  const redactor = createIsolatedRedactor(
    { key: redactionKey, ...config.redact },
    new URL('redaction.cjs', recorderBundle),
  );
  learnEnvironment(redactor, process.env);
  const runtime = createRuntime({
    ring,
    levels,
    originHrtimeNs,
    clock: config.clock,
    backpressure: config.backpressure,
    propagate: config.propagate,
    values: config.values,
    redactor,
    thread: threadId,
    linkSeed: randomBytes(4).readUInt32LE(),
    linkMemory: boot.linkMemory,
    post,
  });
  return {
    runtime,
    thread: threadId,
    control: new Int32Array(ring),
    redactionKey,
    sharedMemory: boot.linkMemory,
    post,
    nowNs,
    scrub: (command) => redactor.scrubArguments(command.split(' ')).join(' '),
    channel: boot.channel,
    listening: boot.listening,
    openPort: () => null,
    drain: () => void runtime.drain(DRAIN_MS_MAX),
    end() {
      runtime.drain(DRAIN_MS_MAX);
      post({ type: 'thread-end', thread: threadId, timeNs: nowNs() });
    },
  };
}

/** A worker may come up before the recorder's thread does; what it says then would be lost. */
function awaitListener(listening: SharedArrayBuffer): void {
  Atomics.wait(new Int32Array(listening), 0, 0, LISTENER_MS_MAX);
}
