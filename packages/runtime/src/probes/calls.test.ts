import { expect, test } from 'vitest';
import { createHarness, show } from '../testing/harness.ts';

test('a call with arguments, a write and a result', () => {
  const harness = createHarness();
  const { b, e2, w, r } = harness.load();
  const f = e2(b + 5, 1, 'two');
  w(b + 6, 3);
  expect(r(f, { total: 3 })).toEqual({ total: 3 });
  const [chunk] = harness.take();
  expect(chunk!.events.map(show)).toEqual([
    'SCOPE_OPEN @1',
    'ENTER @5 1 "two"',
    'WRITE @6 3',
    'LEAVE_VALUE @0 object:Object',
  ]);
});
