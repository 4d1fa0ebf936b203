import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha256 } from './text-hash.ts';

const PIECE = 64 * 1024;

test.each([
  ['nothing', ''],
  ['a short text', 'let a = 1;'],
  ['exactly one piece', 'a'.repeat(PIECE)],
  ['several pieces', 'let ä = "…";\n'.repeat(20_000)],
  ['a pair across the border of two pieces', `${'a'.repeat(PIECE - 1)}😀${'b'.repeat(PIECE)}`],
  ['a pair at the border', `${'a'.repeat(PIECE)}😀b`],
  ['half a pair at the end', `${'a'.repeat(PIECE - 1)}\ud83d`],
  ['half pairs all along', '\ud83d'.repeat(PIECE + 5)],
])('%s is hashed as a whole', (_, text) => {
  expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
});
