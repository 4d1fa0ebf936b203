import { workerData } from 'node:worker_threads';
import { startRecorder } from '../../src/recorder/start-recorder.ts';
import type { RecorderOptions } from '../../src/recorder/messages.ts';

/** The recorder thread of tests. */
startRecorder(workerData as RecorderOptions);
