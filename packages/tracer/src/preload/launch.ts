import { realpathSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { RUNTIME_KEY } from '@execution-cinema/format';
import { createSignalState, snapshotSignal, takeSignal } from '../snapshot/signal.ts';
import { launchRecorder } from './recorder-worker.ts';

/*
 * Runs before the other modules of the preload, which import it first: whether this process has anything to record is
 * known at once, and the recorder's thread comes up while the rest is loaded.
 */

/** The bundle of the recorder's thread. */
export const RECORDER_BUNDLE = new URL('recorder.cjs', import.meta.url);

/** This thread has no preload yet, and is not our own command line. */
export const isFirst: boolean = !(Symbol.for(RUNTIME_KEY) in globalThis) && !isOwnCommand();

if (isFirst && isMainThread && process.env['TRACER_LEVEL'] !== 'off') {
  const name = snapshotSignal(process.env);
  const signal = name === undefined ? undefined : createSignalState(name);
  if (signal !== undefined) takeSignal(signal);
  launchRecorder(RECORDER_BUNDLE, signal);
}

/** The command line reads recordings: it makes none of itself, whatever NODE_OPTIONS it was started with. */
function isOwnCommand(): boolean {
  const script = process.argv[1] ?? '';
  if (!/[\\/]tracer(?:\.mjs)?$/.test(script)) return false;
  try {
    return pathToFileURL(realpathSync(script)).href === new URL('../bin/tracer.mjs', import.meta.url).href;
  } catch {
    return false;
  }
}

/** Path of the bundle that this module is part of. */
export const OWN_FILE: string = fileURLToPath(import.meta.url);
