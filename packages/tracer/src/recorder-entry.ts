import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { startRecorder, type RecorderOptions } from '@execution-cinema/store';
import { DEFAULT_FOLDER, type TracerConfig } from './config/index.ts';
import { sweepCache } from './loader/transform-cache.ts';
import { planSource } from './recorder/plan-source.ts';

/** The cache is looked through once the program is well under way; short programs leave that to longer ones. */
const SWEEP_AFTER_MS = 3_000;

const options = workerData as RecorderOptions;
const config = options.process.config as TracerConfig;
startRecorder(options, { plan: planSource(config) });
setTimeout(() => sweepCache(join(config.root, DEFAULT_FOLDER, 'cache')), SWEEP_AFTER_MS).unref();
