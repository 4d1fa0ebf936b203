import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { R } from '@execution-cinema/format';
import { startRecorder, type RecorderOptions } from '@execution-cinema/store';
import { OWN_FOLDER, type TracerConfig } from './config/index.ts';
import { sweepCache } from './loader/transform-cache.ts';
import { planSource } from './recorder/plan-source.ts';

/** The cache is looked through once the program is well under way; short programs leave that to longer ones. */
const SWEEP_AFTER_MS = 3_000;

// The thread is started before it is known what to record.
parentPort!.once('message', (options: RecorderOptions) => {
  const ring = new Int32Array(options.main.ring);
  // The program may be waiting when this thread fails, and hears of it in no other way.
  process.once('exit', () => {
    Atomics.store(ring, R.R_RECORDER, 2);
    for (const word of [R.R_RECORDER, R.R_PROGRESS, R.R_DRAINED]) Atomics.notify(ring, word);
  });
  const config = options.process.config as TracerConfig;
  startRecorder(options, { plan: planSource(config) });
  setTimeout(() => sweepCache(join(config.root, OWN_FOLDER, 'cache')), SWEEP_AFTER_MS).unref();
});
