import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { readBytes, readText } from './file-contents.ts';
import { giveBack } from './large-memory.ts';

const folder = scratchFolder();
afterEach(() => vi.restoreAllMocks());

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  fs.writeFileSync(file, content);
  return file;
}

const LARGE = 2_000_000;

describe('a text', () => {
  test.each([
    ['empty', Buffer.from('')],
    ['short', Buffer.from('let a = "ä…😀";')],
    ['long', Buffer.alloc(LARGE, 'let a = 1;\n')],
    ['long, with all kinds of characters', Buffer.from('ä…😀'.repeat(LARGE / 9))],
    ['long, with a byte order mark', Buffer.concat([Buffer.from('\ufeff'), Buffer.alloc(LARGE, 'a')])],
    ['long, and no UTF-8', Buffer.alloc(LARGE, Buffer.from([0x61, 0xc3, 0xff, 0x80]))],
  ])('that is %s is what Node reads', (name, bytes) => {
    const file = write(name, bytes);
    expect(readText(file) === fs.readFileSync(file, 'utf8')).toBe(true);
  });

  test('is what the program puts in the place of it', () => {
    const file = write('replaced', Buffer.alloc(LARGE, 'a'));
    vi.spyOn(fs, 'readFileSync').mockReturnValue('from elsewhere');
    expect(readText(file)).toBe('from elsewhere');
  });

  test.each(['', 'none.js'])('that cannot be read (%j) fails as in Node', (name) => {
    const errorOf = (read: () => unknown): unknown => {
      try {
        return read();
      } catch (error) {
        const { code, syscall, message, path } = error as NodeJS.ErrnoException;
        return { code, syscall, message, path };
      }
    };
    const file = join(folder, name);
    expect(errorOf(() => readText(file))).toEqual(errorOf(() => fs.readFileSync(file, 'utf8')));
    expect(errorOf(() => readText(file))).toHaveProperty('code');
  });
});

test('bytes are read of a file that has enough of them', () => {
  const file = write('bytes', 'abc');
  const bytes = readBytes(file)!;
  expect(bytes.toString()).toBe('abc');
  giveBack(bytes);
  expect(readBytes(file, 4)).toBeUndefined();
  expect(readBytes(join(folder, 'none'))).toBeUndefined();
});
