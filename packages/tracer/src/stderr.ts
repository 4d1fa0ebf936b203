import fs from 'node:fs';

/** As it is before output is watched: lines of ours are not the program's. */
const { writeSync } = fs;

/** Writes to standard error without touching `process.stderr`, which programs replace and which starts lazily. */
export function writeStderr(text: string): void {
  let rest = Buffer.from(text);
  for (let attempt = 0; rest.length > 0 && attempt < ATTEMPTS_MAX; attempt++) {
    try {
      rest = rest.subarray(writeSync(2, rest));
    } catch (error) {
      // A pipe that is full for now; anything else means that nobody reads.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** A millisecond each. */
const ATTEMPTS_MAX = 5_000;

/** One message of ours, set off from the program's own lines by its first word. */
export function say(message: string): void {
  writeStderr(`tracer: ${message}\n`);
}
