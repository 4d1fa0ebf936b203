import { expect, test } from 'vitest';
import { Sampling } from './sampling.ts';

function looked(events: number): { at: number[]; weights: number } {
  const sampling = new Sampling();
  const at: number[] = [];
  let weights = 0;
  for (let event = 0; event < events; event++) {
    if (!sampling.next()) continue;
    at.push(event);
    weights += sampling.weight;
  }
  return { at, weights };
}

test('few events are all looked at', () => {
  expect(looked(5_000)).toEqual({ at: Array.from({ length: 5_000 }, (_, i) => i), weights: 5_000 });
});

test('of many some twenty thousand are, all over them, and their weights add up to all', () => {
  const { at, weights } = looked(400_000);
  expect(at.length).toBeLessThan(20_500);
  expect(weights / 400_000).toBeCloseTo(1, 1);
  for (let part = 0; part < 8; part++) {
    const inPart = at.filter((event) => event >= part * 50_000 && event < (part + 1) * 50_000);
    expect(inPart.length).toBeGreaterThan(500);
  }
});
