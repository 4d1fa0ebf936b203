import type { RecorderHooks } from './hooks.ts';
import type { RecorderOptions } from './messages.ts';
import { RecorderLoop } from './recorder-loop.ts';

/**
 * Entry of the recorder thread: `startRecorder(workerData)`. Returns at once; never throws. The outcome is posted on
 * the first port as a RecorderReport. The thread lives until the process has ended or recording has failed; whoever
 * started it unrefs it.
 */
export function startRecorder(options: RecorderOptions, hooks: RecorderHooks = {}): void {
  new RecorderLoop(options, hooks).start();
}
