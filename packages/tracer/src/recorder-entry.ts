import { startRecorder, type RecorderOptions } from '@execution-cinema/store';
import { workerData } from 'node:worker_threads';
import type { TracerConfig } from './config/index.ts';
import { planSource } from './recorder/plan-source.ts';

const options = workerData as RecorderOptions;
startRecorder(options, { plan: planSource(options.process.config as TracerConfig) });
