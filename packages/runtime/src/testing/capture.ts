import { isCaptured, valueToJson, type Captured, type Value } from '@execution-cinema/format';
import { createHarness } from './harness.ts';

/** A runtime whose values are read back. */
export function setUp(options: Parameters<typeof createHarness>[0] = {}) {
  const harness = createHarness(options);
  const probes = harness.load();
  const { b, v } = probes;
  let read = 1; // SCOPE_OPEN
  const events = (): Value[][] => {
    const all = harness.take().flatMap((chunk) => chunk.events);
    const fresh = all.slice(read);
    read = all.length;
    return fresh.map((event) => event.values);
  };
  /** What is read back of these values, each the value of an event. */
  const capture = (...values: unknown[]): Value[] => {
    for (const value of values) v(b + 5, value);
    return events().map((list) => list[0]);
  };
  const json = (value: unknown): unknown => valueToJson(capture(value)[0]!);
  return { ...harness, ...probes, capture, json };
}

/** The captured node that a value is; throws for primitives. */
export const node = (value: Value): Captured => {
  if (!isCaptured(value)) throw new Error(`expected a captured value, got ${String(value)}`);
  return value;
};

/** [1, hole, 3]. */
export const withHole = (): unknown[] => {
  const list = [1, 2, 3];
  delete list[1];
  return list;
};

/** Fails the test when called. */
export const never = (): never => {
  throw new Error('code of the program ran');
};
