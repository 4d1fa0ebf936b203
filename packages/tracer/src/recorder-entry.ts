import { startRecorder, type RecorderOptions } from '@execution-cinema/store';
import { workerData } from 'node:worker_threads';

startRecorder(workerData as RecorderOptions);
