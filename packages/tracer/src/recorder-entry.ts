import { workerData } from 'node:worker_threads';
import { startRecorder, type RecorderOptions } from '@execution-cinema/store';

/** The recorder thread. */
startRecorder(workerData as RecorderOptions);
