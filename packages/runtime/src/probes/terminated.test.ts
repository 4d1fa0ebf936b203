import { runInThisContext } from 'node:vm';
import { K, R } from '@execution-cinema/format';
import { afterEach, expect, test, vi } from 'vitest';
import { createContexts } from '../async/contexts.ts';
import { createEncoder } from '../capture/encoder.ts';
import { KIND_ARRAY } from '../capture/identity.ts';
import { createCore, DIRTY } from '../core.ts';
import { atomics } from '../primordials.ts';
import { createHarness, show } from '../testing/harness.ts';
import type { Attention } from './attention.ts';
import { createMutationProbes } from './mutations.ts';

/* Code that is terminated in the middle of a probe: what was not written must not count as if it were. */

const STRUCK = new Error('terminated');
const { prepareStackTrace } = Error;
afterEach(() => {
  vi.restoreAllMocks();
  Error.prepareStackTrace = prepareStackTrace;
  Reflect.deleteProperty(globalThis, 'probeOfTest');
});

const struck = (): never => {
  throw STRUCK;
};

const newCore = () => createCore(R.allocateRing(2, R.SLOT_WORDS_MIN), new Uint8Array(16).fill(1));

test('what comes after a stack that was never formatted to the end is recorded', () => {
  const formatter = { isSlow: true };
  Error.prepareStackTrace = (error) => {
    while (formatter.isSlow);
    return String(error);
  };
  const { load, take } = createHarness();
  const { b, e0, c, w, u } = load();
  const f = e0(b + 5);
  Object.assign(globalThis, { probeOfTest: () => w(b + 6, new Error('slow')) });
  let code: unknown;
  try {
    runInThisContext('probeOfTest()', { timeout: 20 });
  } catch (error) {
    formatter.isSlow = false;
    code = (error as NodeJS.ErrnoException).code;
    c(f, b + 7, code);
  }
  w(b + 8, 1);
  u(f);
  expect(code).toBe('ERR_SCRIPT_EXECUTION_TIMEOUT');
  const seen = take().flatMap(({ events }) => events.filter(({ kind }) => kind !== K.SCOPE_OPEN).map(show));
  expect(seen).toEqual(['ENTER @5', 'CATCH @7 "ERR_SCRIPT_EXECUTION_TIMEOUT"', 'WRITE @8 1', 'LEAVE_UNDEFINED @0']);
});

test('an async function that was kept from returning ends by the exception that did so', () => {
  const { load, take, tick } = createHarness();
  const { b, ea, ra, xa } = load();
  const frame = ea(b + 5, []);
  tick();
  vi.spyOn(atomics, 'store').mockImplementationOnce(struck);
  expect(() => ra(frame, 1)).toThrow(STRUCK);
  xa(frame, 0);
  expect(
    take()
      .flatMap(({ events }) => events.map(show))
      .slice(1),
  ).toEqual(['ENTER @5', 'LEAVE_THROW @0']);
});

test('the name of a class that a degraded site has seen is taken back with its event', () => {
  const core = newCore();
  const { putClassName } = createEncoder(core, { depth: 1, properties: 1, items: 1, string: 10 }, undefined);
  putClassName('Map', 100);
  expect(core.registers[DIRTY]).toBe(1);
});

test('a container whose mutation was not written keeps the size that is known of it', () => {
  const resize = vi.fn<(id: number, size: number) => void>();
  const { mu } = createMutationProbes(newCore(), {
    isOn: () => true,
    position: () => 100,
    commit: struck,
    encode: (_value, p) => p + 1,
    secretOf: () => null,
    secretOfKey: () => null,
    containers: {
      kindOf: () => KIND_ARRAY,
      sized: () => 7,
      resize,
      expire: () => undefined,
      putReference: (_id, p) => p + 1,
    },
  });
  mu(1, K.MUTATE_PUSH | (1 << 4), [1], 1);
  expect(resize).not.toHaveBeenCalled();
});

test('the name of a correlation that was not written is written with the next call', () => {
  const putLine = vi.fn<(text: string, p: number) => number>((_text, p) => p + 1).mockImplementationOnce(struck);
  const attention = {
    attend: () => 100,
    commit: () => undefined,
    settleLimit: () => undefined,
  } as unknown as Attention;
  const { withCorrelation, causeOf } = createContexts(newCore(), { attention, putLine });
  withCorrelation('order', () => {
    expect(causeOf).toThrow(STRUCK);
    causeOf();
    causeOf();
  });
  expect(putLine).toHaveBeenCalledTimes(2);
});
