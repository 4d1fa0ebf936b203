import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { giveBack, momentaryBytes, sharedCopy, sharedText } from './large-memory.ts';

const LARGE = 3 * 1024 * 1024;

describe('bytes for a moment', () => {
  test.each([0, 100, LARGE])('%i of them are there until they are given back', (length) => {
    const bytes = momentaryBytes(length);
    expect(bytes).toHaveLength(length);
    bytes.fill(7);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
    giveBack(bytes);
  });

  test('many that are large go back to the system at once', () => {
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 10; i++) {
      const bytes = momentaryBytes(4 * LARGE);
      bytes.fill(i);
      giveBack(bytes);
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(5 * 4 * LARGE);
  });
});

describe('what another thread is given', () => {
  test.each([
    ['', 'empty'],
    ['let a = "ä…😀";', 'short'],
    ['let ä = "…";\n'.repeat(200_000), 'long'],
  ])('a text arrives as it is', async (text) => {
    const worker = new Worker(
      "require('worker_threads').parentPort.on('message', ({ text }) => process.exit(text.length % 251))",
      {
        eval: true,
      },
    );
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    const bytes = sharedText(text);
    worker.postMessage({ text: bytes });
    expect(await ended).toBe(Buffer.byteLength(text) % 251);
    expect(Buffer.from(bytes).toString()).toBe(text);
  });

  test('bytes are copied', () => {
    const bytes = Buffer.from('abc');
    const copy = sharedCopy(bytes.subarray(1));
    bytes.fill(0);
    expect([...copy]).toEqual([98, 99]);
    expect(copy.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
