import { workerData } from 'node:worker_threads';
import { startRecorder } from '../recorder/start-recorder.ts';
import type { RecorderOptions } from '../recorder/messages.ts';

/** The recorder thread of tests. */
startRecorder(workerData as RecorderOptions);
