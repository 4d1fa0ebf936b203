import type { FrameView } from '@execution-cinema/server/protocol';
import { describe, expect, test } from 'vitest';
import { stackRows, type StackRow } from './stack-rows.ts';

/** `a b*3` as frames of functions, innermost first. */
function frames(text: string): FrameView[] {
  let call = 0;
  return text.split(' ').flatMap((part) => {
    const [name, times = '1'] = part.split('*');
    return Array.from(
      { length: Number(times) },
      () => ({ call: `1:${(call += 1)}`, function: name, functionId: name!.charCodeAt(0) }) as unknown as FrameView,
    );
  });
}

function told(rows: readonly StackRow[]): string {
  return rows
    .map((row) => (row.kind === 'frame' ? row.frame.function : `(${row.from}+${row.count} ${row.function})`))
    .join(' ');
}

describe('rows of a stack', () => {
  test('are its frames where they are few', () => {
    expect(told(stackRows(frames('a b c d e f g h i j k l')))).toBe('a b c d e f g h i j k l');
    expect(told(stackRows(frames('a*6 b')))).toBe('a a a a a a b');
    expect(stackRows([])).toEqual([]);
  });

  test('fold recursion between its inner calls and the outermost', () => {
    expect(told(stackRows(frames('a b*3000 c')))).toBe('a b b b (4+2996 b) b c');
  });

  test('show where a deep stack stands and how it began', () => {
    expect(told(stackRows(frames('a b c d e f g h i j k l m n o p')))).toBe('a b c d e f g h i (9+4 null) n o p');
  });

  test('count folded frames among those left out', () => {
    const rows = stackRows(frames('a b c d e f g h i j*100 k l m n o p'));
    expect(told(rows)).toBe('a b c d e f g h i (9+103 null) n o p');
  });
});
