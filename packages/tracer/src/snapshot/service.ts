import type { RecorderAccess, RecorderService, RecorderOptions } from '@execution-cinema/store';
import type { MessagePort } from 'node:worker_threads';
import { createControl } from '../control/control.ts';
import { askForMark } from '../control/marks.ts';
import { serveControl } from '../control/serve.ts';
import type { TracerConfig } from '../config/index.ts';
import { createProcessReader } from './process-snapshot.ts';
import { createBelongsToProgram, type OwnedSignal } from './signal.ts';
import { takeSnapshot, type TakenSnapshot } from './tree-snapshot.ts';

/** A process that lives this long can be asked from outside; shorter ones do not pay for the socket. */
const SERVE_AFTER_MS = 50;
/** A signal that comes so soon after another process asked us was meant for the whole group of processes. */
const GROUP_SIGNAL_MS = 300;

export interface ServiceParts {
  options: RecorderOptions;
  config: TracerConfig;
  /** Folder of our own bundles. */
  ownFolder: string;
  /** A port on which the main thread listens: a message makes its event loop turn, a text asks for a mark. */
  turn: MessagePort;
  /** The signal that takes snapshots; a text says why it cannot be heard. */
  signal: OwnedSignal | string | undefined;
}

/** Snapshots and control, in the recorder's thread. */
export function startService(access: RecorderAccess, parts: ServiceParts): RecorderService {
  const { options, config, ownFolder, turn, signal } = parts;
  const { pid, argv } = options.process;
  const reader = createProcessReader({
    access,
    pid,
    argv,
    root: options.root,
    ownFolder,
    turnMain: () => turn.postMessage(0),
    turnWorkers: () => access.turnWorkers(),
  });
  let collectedMs = -Infinity;
  /** One reading at a time: the others wait. */
  let last: Promise<unknown> = Promise.resolve();
  let busyCount = 0;
  const inTurn = <Result>(run: () => Promise<Result>): Promise<Result> => {
    busyCount++;
    const result = last.then(run).finally(() => busyCount--);
    last = result.catch(() => undefined);
    return result;
  };

  const snapshot = (reason: string): Promise<TakenSnapshot> =>
    inTurn(() => takeSnapshot(access, reader, { pid, reason }));
  /** Signals that come while a snapshot is being taken ask for one more, not for many. */
  let waiting = 0;
  const snapshotSoon = (reason: string): void => {
    if (waiting >= 2) return;
    waiting++;
    snapshot(reason)
      .catch((error: unknown) => access.note('snapshot', `a snapshot failed: ${String(error)}`))
      .finally(() => waiting--);
  };

  const control = createControl(access, {
    pid,
    snapshot,
    collect: () => {
      collectedMs = performance.now();
      return inTurn(() => reader.read());
    },
    mark: (name) => askForMark(turn, access.threads()[0]!.control, name),
  });

  const stops: (() => void)[] = [];
  if (typeof signal === 'string') access.note('snapshot', `no snapshots by signal: ${signal}`);
  else if (signal !== undefined && config.signal !== 'off') {
    const belongsToProgram = createBelongsToProgram(access.threads()[0]!.control);
    stops.push(() => signal.close());
    signal.listen(() => {
      if (belongsToProgram() || performance.now() - collectedMs < GROUP_SIGNAL_MS) return;
      snapshotSoon('signal');
    });
  }
  const serving = setTimeout(() => {
    attempt(access, 'tracer snapshot and tracer control cannot reach this process', () =>
      stops.push(serveControl(pid, control)),
    );
  }, SERVE_AFTER_MS);
  serving.unref();

  return {
    snapshotAsked: () => snapshotSoon('api'),
    isBusy: () => busyCount > 0,
    stop() {
      clearTimeout(serving);
      reader.stop();
      for (const stop of stops) stop();
    },
  };
}

/** What cannot be had is noted in the recording. */
function attempt(access: RecorderAccess, consequence: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    access.note('snapshot', `${consequence}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
