import { R } from '@execution-cinema/format';
import { standStill } from '@execution-cinema/runtime';
import type { ThreadRecording } from '../preload/thread-recording.ts';
import type { LoadedScripts } from '../positions/loaded-scripts.ts';
import { createSnapshotSource, SOURCE_PROPERTY } from './thread-source.ts';

/** What a thread offers beside the runtime, hidden on what the runtime's symbol holds. */
export interface SnapshotOffer {
  /** Asks for a snapshot and waits until the threads have been read. */
  snapshot(): void;
}

/** A snapshot that was asked for is waited for at most this long, once the recorder has come up, which may take so long. */
const WAIT_MS_MAX = 1_000;
const START_MS_MAX = 5_000;
const RECORDER_ENDED = 2;

/** Lets the recorder read this thread, and the program ask for that. */
export function offerSnapshots(holder: object, recording: ThreadRecording, scripts: LoadedScripts): void {
  const { runtime, thread, control, nowNs, post } = recording;
  const source = createSnapshotSource({ thread, runtime, scripts, nowNs });
  Object.defineProperty(holder, SOURCE_PROPERTY, { value: source });
  const { load, wait } = Atomics;
  const snapshot: SnapshotOffer['snapshot'] = () => {
    const taken = load(control, R.R_SNAPSHOTS);
    post({ type: 'snapshot' });
    wait(control, R.R_RECORDER, 0, START_MS_MAX);
    if (load(control, R.R_RECORDER) === RECORDER_ENDED) return;
    wait(control, R.R_STOP, 0, WAIT_MS_MAX);
    standStill();
    wait(control, R.R_SNAPSHOTS, taken, WAIT_MS_MAX);
  };
  Object.defineProperty(holder, 'snapshot', { value: snapshot });
}
