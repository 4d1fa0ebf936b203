import { runInThisContext } from 'node:vm';
import { K } from '@execution-cinema/format';
import { expect, test } from 'vitest';
import { createHarness } from '../testing/harness.ts';

/** Runs `code` until it is terminated from outside: neither catch nor finally blocks run, wherever it is. */
function runUntilTerminated(code: string, timeout: number): void {
  expect(() => runInThisContext(code, { timeout })).toThrow(/timed out/);
}

test('code that is terminated in the middle of a probe leaves a stream that can be read', () => {
  const harness = createHarness({ slots: 64 });
  const probes = harness.load();
  const { b, e1, c, u, s } = probes;
  (globalThis as Record<string, unknown>)['probesUnderTest'] = probes;
  let depth = 0;
  let next = 0;
  const caught: unknown[] = [];
  const gaps: number[] = [];
  const read = (): void => {
    for (const { header, events } of harness.take()) {
      if (header.firstEvent >= next && header.firstEvent !== next + header.dropped) gaps.push(header.chunk);
      if (header.firstEvent >= next && header.dropped > 0) depth = header.frames.length + header.framesOmitted;
      for (const { kind, payload, values, event } of events) {
        if (event < next) continue;
        if (kind >= K.ENTER_0 && kind <= K.ENTER_MANY) depth++;
        else if (kind >= K.LEAVE_VALUE && kind <= K.LEAVE_PENDING) depth--;
        else if (kind === K.UNWIND) depth -= payload;
        else if (kind === K.CATCH) caught.push(values[0]);
      }
      next = header.firstEvent + events.length;
    }
  };
  const outer = e1(b + 5, 'outer');
  for (let round = 0; round < 25; round++) {
    runUntilTerminated(
      `(() => {
        const { b, e2, r, x, w, s } = globalThis.probesUnderTest;
        const inner = (n) => {
          const f = e2(b + 6, n, { n, text: 'text ' + n, list: [n, 'item ' + (n % 50)] });
          try { w(b + 7, 'value ' + n); return r(f, n < 40 ? inner(n + 1) : { n }); } finally { if (s.d > f) x(f, 0); }
        };
        for (let i = 0; ; i++) inner(i % 40);
      })()`,
      1 + (round % 5),
    );
    c(outer, b + 8, round);
    expect(s.d).toBe(1);
    read();
  }
  u(outer);
  delete (globalThis as Record<string, unknown>)['probesUnderTest'];
  read();
  expect(gaps).toEqual([]);
  expect(depth).toBe(0);
  expect(caught.at(-1)).toBe(24);
});
