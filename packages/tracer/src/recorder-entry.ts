import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { R } from '@execution-cinema/format';
import { startRecorder } from '@execution-cinema/store';
import { budgetMemory } from './budget/budget-memory.ts';
import { OWN_FOLDER, type TracerConfig } from './config/index.ts';
import { sweepCache } from './loader/transform-cache.ts';
import type { RecorderStart } from './preload/recorder-worker.ts';
import { planSource } from './recorder/plan-source.ts';
import { startService } from './snapshot/service.ts';
import { ownSignal, type OwnedSignal, type SignalState } from './snapshot/signal.ts';

/** The cache is looked through once the program is well under way; short programs leave that to longer ones. */
const SWEEP_AFTER_MS = 3_000;

/** Folder of this file and its like. */
const BUNDLES = dirname(fileURLToPath(import.meta.url)) + sep;

const signal = hearSignal(workerData as SignalState | undefined);

// The thread is started before it is known what to record.
parentPort!.once('message', ({ options, turn, budgetFile }: RecorderStart) => {
  const ring = new Int32Array(options.main.ring);
  // The program may be waiting when this thread fails, and hears of it in no other way.
  process.once('exit', () => {
    Atomics.store(ring, R.R_RECORDER, 2);
    for (const word of [R.R_RECORDER, R.R_PROGRESS, R.R_DRAINED]) Atomics.notify(ring, word);
  });
  const config = options.process.config as TracerConfig;
  startRecorder(options, {
    plan: planSource(config),
    budgetMemory: budgetFile === undefined ? undefined : budgetMemory(budgetFile, options.budgetShare!),
    service: (access) => startService(access, { options, config, ownFolder: BUNDLES, turn, signal }),
  });
  setTimeout(() => sweepCache(join(config.root, OWN_FOLDER, 'cache')), SWEEP_AFTER_MS).unref();
});

/** A text says why the signal cannot be heard; undefined: there is none. */
function hearSignal(state: SignalState | undefined): OwnedSignal | string | undefined {
  try {
    return state === undefined ? undefined : ownSignal(state);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
