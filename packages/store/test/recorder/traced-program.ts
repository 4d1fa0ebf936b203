import { R } from '@execution-cinema/format';
import { startWorker } from './start-worker.ts';
import { FakeWriter } from './fake-writer.ts';

/*
 * A traced program for tests: node traced-program.mjs RECORDER FILE CALLS [PAUSE_EVERY]. Writes CALLS calls (0: until it
 * is killed) with a real clock and ends as the preload does. Prints one line when it is under way, and one at its end.
 */
const [recorderProgram, file, callsText, pauseEveryText] = process.argv.slice(2) as [string, string, string, string?];
const calls = Number(callsText) || Infinity;
const pauseEvery = Number(pauseEveryText ?? 0);

const writer = new FakeWriter(8, 65_536);
const recorder = startWorker(recorderProgram, file, writer);
const origin = recorder.options.originHrtimeNs;
while (Atomics.load(writer.words, R.R_RECORDER) === 0) Atomics.wait(writer.words, R.R_RECORDER, 0, 10);
let tick = -1;
for (let i = 0; i < calls; i++) {
  if (writer.words[R.R_TICK] !== tick) {
    tick = writer.words[R.R_TICK]!;
    writer.timeNs = Number(process.hrtime.bigint() - origin);
    writer.publish();
  }
  writer.call(1, i & 0xffff);
  if (i === 1_000) process.stdout.write('under way\n');
  if (pauseEvery > 0 && i % pauseEvery === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}
await recorder.exit(writer);
const { produced, dropped } = writer;
process.stdout.write(`${JSON.stringify({ produced, dropped, reports: recorder.reports })}\n`);
