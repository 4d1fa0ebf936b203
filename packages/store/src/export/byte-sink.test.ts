import { expect, test } from 'vitest';
import { ByteSink } from './byte-sink.ts';

test('what was added comes out, in order, and belongs to whoever took it', () => {
  const sink = new ByteSink();
  const taken: Uint8Array[] = [];
  let expected = '';
  const bytes = new Uint8Array([0]);
  for (let i = 0; i < 30_000; i++) {
    const text = `${i} größer “als” 💡 `;
    sink.add(text);
    bytes[0] = 65 + (i % 26);
    sink.add(bytes);
    expected += text + String.fromCharCode(bytes[0]);
    if (i % 7_000 === 0) taken.push(...sink.take());
  }
  sink.add('z'.repeat(500_000));
  taken.push(...sink.take());
  expect(sink.take()).toEqual([]);
  expect(Buffer.concat(taken).toString('utf8') === expected + 'z'.repeat(500_000)).toBe(true);
});
