import { describe, expect, test } from 'vitest';
import { createHostMatcher } from './named-hosts.ts';
import { formatTraceparent, newParentId, newTraceId, parseTraceparent, putHex } from './trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

describe('traceparent', () => {
  test('is read as the specification tells', () => {
    expect(parseTraceparent(`00-${TRACE}-${PARENT}-01`)).toEqual({ traceId: TRACE, parentId: PARENT, flags: 1 });
    expect(parseTraceparent(`cc-${TRACE}-${PARENT}-03-what the future brings`)).toMatchObject({ flags: 3 });
    for (const wrong of [
      '',
      `ff-${TRACE}-${PARENT}-01`,
      `00-${TRACE}-${PARENT}-01-more`,
      `cc-${TRACE}-${PARENT}-01.more`,
      `00-${TRACE}-${PARENT}-0`,
      `00-${TRACE.toUpperCase()}-${PARENT}-01`,
      `00-${'0'.repeat(32)}-${PARENT}-01`,
      `00-${TRACE}-${'0'.repeat(16)}-01`,
      `00-${TRACE}.${PARENT}-01`,
      `00-${TRACE}-${PARENT}-0x`,
    ]) {
      expect([wrong, parseTraceparent(wrong)]).toEqual([wrong, undefined]);
    }
  });

  test('is written as it is read', () => {
    const text = formatTraceparent({ traceId: newTraceId(), parentId: newParentId(), flags: 1 });
    expect(text).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(formatTraceparent(parseTraceparent(text)!)).toBe(text);
    expect(newTraceId()).not.toBe(newTraceId());
    const words = new Int32Array(3);
    expect(putHex(words, 0, PARENT)).toBe(2);
    expect([...words].map((word) => (word >>> 0).toString(16))).toEqual([PARENT.slice(0, 8), PARENT.slice(8), '0']);
  });
});

describe('hosts', () => {
  test.each([
    ['example.com', ['example.com:80', 'EXAMPLE.com:443'], ['a.example.com:80', 'example.com.evil:80']],
    ['Example.com:8080', ['example.com:8080'], ['example.com:80']],
    ['*.example.com', ['a.example.com:80', 'a.b.example.com:1'], ['example.com:80', 'aexample.com:80']],
    ['*', ['anything:1', '::1:80'], []],
    ['*:3000', ['anything:3000'], ['anything:3001']],
    ['[::1]:3000', ['::1:3000', '[::1]:3000'], ['::1:3001']],
    ['::1', ['::1:3000'], ['::2:3000']],
  ])('%s', (pattern, named, others) => {
    const isNamed = createHostMatcher(['unrelated.test', pattern]);
    const ask = (host: string): boolean => isNamed(host.slice(0, host.lastIndexOf(':')), /\d+$/.exec(host)![0]);
    expect(named.filter((host) => !ask(host))).toEqual([]);
    expect(others.filter(ask)).toEqual([]);
    expect(createHostMatcher([])('a', '80')).toBe(false);
  });
});
