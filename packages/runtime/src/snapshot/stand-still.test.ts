import { Session } from 'node:inspector';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { R } from '@execution-cinema/format';
import { createHarness } from '../testing/harness.ts';

let session: Session;
/** Functions in which the thread stopped; it goes on at once. */
let stops: string[];
beforeEach(() => {
  stops = [];
  session = new Session();
  session.connect();
  session.on('Debugger.paused', ({ params }) => {
    stops.push(params.callFrames[0]?.functionName ?? '');
    session.post('Debugger.resume');
  });
  session.post('Debugger.enable');
});
afterEach(() => session.disconnect());

test('a thread that is asked to stands still at its next event, whichever it is', () => {
  const { control, tick, load } = createHarness();
  const { b, e0, u, w } = load();
  const ask = (): void => {
    control[R.R_STOP] = 1;
    tick();
  };
  const frame = e0(b);
  expect(stops).toEqual([]);
  ask();
  w(b + 1, 1);
  expect(stops).toEqual(['standStill']);
  w(b + 1, 2);
  expect(stops).toEqual(['standStill']);
  ask();
  u(frame);
  ask();
  e0(b);
  expect(stops).toEqual(['standStill', 'standStill', 'standStill']);
  control[R.R_STOP] = 0;
  tick();
  w(b + 1, 3);
  expect(stops).toHaveLength(3);
});
