import { describe, expect, test } from 'vitest';
import { valueToText, type JsonLimits } from './value-json.ts';
import { ValueTexts } from './value-texts.ts';
import { captured, type Captured, type Value } from './value.ts';

const LIMITS: readonly JsonLimits[] = [
  { depth: 4, objects: 500 },
  { depth: 3, objects: 5 },
  { depth: 2, objects: 20 },
  { depth: 1, objects: 1 },
  { depth: 0, objects: 0 },
];

function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

const KINDS = ['object', 'array', 'map', 'set', 'error', 'binary'] as const;

/** Objects that refer to each other at random, themselves included. */
function randomObjects(random: (below: number) => number): Captured[] {
  const nodes = Array.from({ length: 9 }, (_, i) => captured(KINDS[random(KINDS.length)]!, i + 1, `Class${i % 3}`));
  for (const node of nodes) for (let i = random(4); i > 0; i--) add(node, nodes, random);
  return nodes;
}

function anyValue(nodes: readonly Captured[], random: (below: number) => number): Value {
  const leaves = [undefined, 7, 'text', captured('symbol', 0, 'tag'), captured('function', 99, 'f')];
  return random(3) === 0 ? leaves[random(leaves.length)] : nodes[random(nodes.length)];
}

function add(node: Captured, nodes: readonly Captured[], random: (below: number) => number): void {
  node.keys.push(node.type === 'map' && random(2) === 0 ? anyValue(nodes, random) : `key${node.items.length}`);
  node.items.push(anyValue(nodes, random));
  node.length++;
}

describe('kept texts', () => {
  test.each(Array.from({ length: 60 }, (_, i) => i + 1))('are those of the values as they are, objects %i', (seed) => {
    const random = randomNumbers(seed);
    const nodes = randomObjects(random);
    const texts = new ValueTexts();
    for (let step = 0; step < 300; step++) {
      const node = nodes[random(nodes.length)]!;
      if (random(3) === 0) {
        texts.forget(node);
        const way = node.items.length === 0 ? 0 : random(3);
        if (way === 0) add(node, nodes, random);
        else if (way === 1) node.items[random(node.items.length)] = anyValue(nodes, random);
        else {
          node.keys.pop();
          node.items.pop();
          node.length--;
        }
      }
      if (random(200) === 0) texts.clear();
      const value = random(4) === 0 ? anyValue(nodes, random) : node;
      const limits = LIMITS[random(LIMITS.length)]!;
      expect(texts.text(value, limits)).toBe(valueToText(value, limits));
    }
  });

  test('are not written again while nothing in them changes', () => {
    const inner = captured('object', 1, 'Inner');
    inner.items.push(1);
    let reads = 0;
    Object.defineProperty(inner, 'keys', {
      get: () => {
        reads++;
        return ['one'];
      },
    });
    const outer = captured('array', 2, 'Array');
    outer.items.push(inner);
    const texts = new ValueTexts();
    expect(texts.text(outer)).toBe('[{"$class":"Inner","one":1}]');
    expect(texts.text(outer)).toBe('[{"$class":"Inner","one":1}]');
    texts.forget(outer);
    outer.items.push(2);
    expect(texts.text(outer)).toBe('[{"$class":"Inner","one":1},2]');
    expect(reads).toBe(1);
    texts.forget(inner);
    inner.items[0] = 3;
    expect(texts.text(outer)).toBe('[{"$class":"Inner","one":3},2]');
    expect(reads).toBe(2);
  });

  test('of a long chain of objects go without running out of stack', () => {
    const chain = Array.from({ length: 30_000 }, (_, i) => captured('object', i + 1, 'Link'));
    chain.forEach((node, i) => {
      node.keys.push('next');
      node.items.push(chain[i + 1] ?? null);
    });
    const texts = new ValueTexts();
    for (const node of chain) texts.text(node);
    const last = chain.at(-1)!;
    texts.forget(last);
    last.items[0] = 5;
    const before = chain.at(-2)!;
    expect(texts.text(before)).toBe(valueToText(before));
  });
});
