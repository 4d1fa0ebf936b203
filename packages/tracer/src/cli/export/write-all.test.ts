import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { writeAll } from './write-all.ts';

/** Takes copies of what it is given, a turn later, as a file does. */
function collector(): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(data: Buffer, _encoding, done) {
      setImmediate(() => {
        chunks.push(Buffer.from(data));
        done();
      });
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

test('texts and bytes of any length are written in their order', async () => {
  const groups = [
    ['a', 'ü', '', '💡', new Uint8Array([98, 99])],
    [],
    ['x'.repeat(400_000), 'ä'.repeat(3_000_000), Buffer.from('y'.repeat(2_000_000))],
    Array.from({ length: 20_000 }, (_, i) => `line ${i} with “quotes”\n`),
  ];
  const { stream, text } = collector();
  const expected = groups.flat().map((piece) => (typeof piece === 'string' ? piece : Buffer.from(piece).toString()));
  const bytes = await writeAll(groups, stream);
  expect(text() === expected.join('')).toBe(true);
  expect(bytes).toBe(Buffer.byteLength(expected.join('')));
});

test('an error of the stream is that of writing to it, and no other', async () => {
  const stream = new Writable({
    write: (_data, _encoding, done) => done(Object.assign(new Error('disk full'), { code: 'ENOSPC' })),
  });
  await expect(writeAll([['x'.repeat(2_000_000), 'more']], stream)).rejects.toThrow('disk full');
  await new Promise((resolve) => setImmediate(resolve));
});
