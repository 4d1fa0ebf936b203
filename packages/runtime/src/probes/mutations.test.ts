import { describe, expect, test } from 'vitest';
import { K } from '@execution-cinema/format';
import { createHarness, show } from '../testing/harness.ts';

const push = (count: number): number => K.MUTATE_PUSH | (count << 4);

function setUp() {
  const harness = createHarness();
  const probes = harness.load();
  const seen = (): string[] =>
    harness
      .take()
      .flatMap((chunk) => chunk.events.map(show))
      .slice(1);
  return { ...harness, ...probes, seen };
}

/** The operation of a MUTATION and the number of its values, as `show` prints them. */
const op = (operation: number, values = 0): string => `#${operation | (values << 8)}`;

describe('mutations', () => {
  test('of known containers tell what was added, of others their content', () => {
    const { b, w, mu, seen } = setUp();
    const list = ['a'];
    mu(b + 5, push(1), list, list.push('b'));
    mu(b + 5, push(2), list, list.push('c', 'd'));
    mu(b + 5, K.MUTATE_POP, list, list.pop());
    mu(b + 5, K.MUTATE_UNSHIFT | (1 << 4), list, list.unshift('0'));
    mu(b + 5, K.MUTATE_SHIFT, list, list.shift());
    mu(b + 5, K.MUTATE_CONTENT, list, list.reverse());
    w(b + 6, list);
    expect(seen()).toEqual([
      'MUTATION @5<2 array:Array',
      `MUTATION @5 ${op(K.MUTATE_PUSH, 2)}<4 array:Array "c" "d"`,
      `MUTATION @5 ${op(K.MUTATE_POP)}<3 array:Array`,
      `MUTATION @5 ${op(K.MUTATE_UNSHIFT, 1)}<4 array:Array "0"`,
      `MUTATION @5 ${op(K.MUTATE_SHIFT)}<3 array:Array`,
      'MUTATION @5<3 array:Array',
      'WRITE @6 array:Array',
    ]);
  });

  test('of Maps and Sets tell the key, and nothing when nothing changed', () => {
    const { b, w, mk, seen } = setUp();
    const map = new Map<string, number>();
    const set = new Set<string>();
    w(b, map);
    w(b, set);
    mk(b + 5, K.MUTATE_SET, map, map.set('k', 1), 'k');
    mk(b + 5, K.MUTATE_SET, map, map.set('k', 2), 'k');
    mk(b + 5, K.MUTATE_DELETE, map, map.delete('x'), 'x');
    mk(b + 5, K.MUTATE_DELETE, map, map.delete('k'), 'k');
    mk(b + 6, K.MUTATE_ADD, set, set.add('m'), 'm');
    mk(b + 6, K.MUTATE_ADD, set, set.add('m'), 'm');
    expect(seen().slice(2)).toEqual([
      `MUTATION @5 ${op(K.MUTATE_SET, 2)}<1 map:Map "k" 1`,
      `MUTATION @5 ${op(K.MUTATE_SET, 2)}<1 map:Map "k" 2`,
      `MUTATION @5 ${op(K.MUTATE_DELETE, 1)} map:Map "k"`,
      `MUTATION @6 ${op(K.MUTATE_ADD, 1)}<1 set:Set "m"`,
    ]);
  });

  test('are taken as content where code that is not recorded was at work', () => {
    const { b, w, mu, seen, cut } = setUp();
    const list = [1];
    w(b, list);
    list.push(2);
    mu(b + 5, push(1), list, list.push(3));
    mu(b + 5, push(1), list, list.push(4));
    cut();
    mu(b + 5, push(1), list, list.push(5));
    expect(seen().slice(1)).toEqual([
      'MUTATION @5<3 array:Array',
      `MUTATION @5 ${op(K.MUTATE_PUSH, 1)}<4 array:Array 4`,
      'MUTATION @5<5 array:Array',
    ]);
  });

  test('are about built-in containers only', () => {
    const { b, mu, mk, seen } = setUp();
    const traps: string[] = [];
    const proxy = new Proxy([1], {
      get: (target, key, self) => (traps.push(String(key)), Reflect.get(target, key, self)),
    });
    const own = { push: (): number => 7, get length() { traps.push('length'); return 1; } }; // prettier-ignore
    mu(b, push(1), proxy, 2);
    expect(mu(b, push(1), own, 7)).toBe(7);
    mk(b, K.MUTATE_SET, new URLSearchParams(), undefined, 'k');
    mk(b, K.MUTATE_SET, undefined, undefined, 'k');
    mk(b, K.MUTATE_ADD, new WeakSet(), undefined, {});
    expect(seen()).toEqual([]);
    expect(traps).toEqual([]);
  });
});
