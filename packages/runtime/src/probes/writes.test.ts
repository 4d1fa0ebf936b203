import { EventScanner, K } from '@execution-cinema/format';
import { describe, expect, test } from 'vitest';
import { createHarness, show } from '../testing/harness.ts';

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

describe('writes', () => {
  test('return what the expression has to be', () => {
    const { b, w, k, wp, kp, p, pc, pp, ppc, d, v, th, j, lg } = setUp();
    const o: Record<string, unknown> = { n: 2 };
    expect(w(b, 'x')).toBe('x');
    expect(k(b, 1, 'x')).toBe('x');
    expect(wp(b, 1, 2)).toBe(1);
    expect(kp(b, 1, 1, 2)).toBe(1);
    expect(p(b, o, 5)).toBe(5);
    expect(pc(b, o, 5, 'n')).toBe(5);
    expect(pp(b, o, 2, 1)).toBe(2);
    expect(ppc(b, o, 2, 1, 'n')).toBe(2);
    expect(d(b, o, true, 'n')).toBe(true);
    expect(v(b, o)).toBe(o);
    expect(th(b, o)).toBe(o);
    expect((j as (...values: unknown[]) => unknown)(o, 1, 2)).toBe(o);
    expect(lg(b, () => 1)).toBeUndefined();
  });

  test('are written with their operands in order', () => {
    const { b, w, k, p, pc, pp, ppc, d, v, th, wp, kp, seen } = setUp();
    const o = { n: 3 };
    w(b + 5, 1);
    w(b + 5, 'one');
    k(b + 6, 9, 1);
    wp(b + 5, 1, 2);
    kp(b + 6, 9, 1, 2);
    p(b + 7, o, 4);
    pc(b + 8, o, 4, 'n');
    pp(b + 7, o, 4, 1);
    pp(b + 7, o, 4n, -1);
    ppc(b + 8, o, 4, -1, 'n');
    d(b + 9, o, true, 'n');
    v(b + 10, 6);
    th(b + 11, o);
    expect(seen()).toEqual([
      'WRITE @5 1',
      'WRITE @5 "one"',
      'WRITE_SCOPED @6 #9 1',
      'WRITE @5 2',
      'WRITE_SCOPED @6 #9 2',
      'PROPERTY @7 object:Object 4',
      'PROPERTY_COMPUTED @8 object:Object "n" 4',
      'PROPERTY @7 object:Object 5',
      'PROPERTY @7 object:Object 3n',
      'PROPERTY_COMPUTED @8 object:Object "n" 3',
      'PROPERTY_DELETE @9 object:Object "n"',
      'EXPRESSION @10 6',
      'THIS @11 object:Object',
    ]);
  });

  test('of `delete a?.b` where there is no `a` writes nothing', () => {
    const { b, d, seen } = setUp();
    expect(d(b + 9, undefined, true, 'n')).toBe(true);
    expect(d(b + 9, null, true, 'n')).toBe(true);
    d(b + 9, { m: 1 }, true, 'n');
    expect(seen()).toEqual(['PROPERTY_DELETE @9 object:Object "n"']);
  });

  test('of sites that are off write nothing', () => {
    const { b, levels, w, k, p, pc, d, v, th, lg, seen } = setUp();
    levels.fill(0);
    w(b, 1);
    w(b, {});
    k(b, 1, 1);
    p(b, {}, 1);
    pc(b, {}, 1, 'n');
    d(b, {}, true, 'n');
    v(b, 1);
    th(b, {});
    lg(b, () => {
      throw new Error('must not run');
    });
    expect(seen()).toEqual([]);
  });

  test('injected lines show the text, or the error of their expression', () => {
    const { b, lg, seen } = setUp();
    lg(b + 5, () => `rate ${1.5}`);
    lg(b + 5, () => {
      throw new RangeError('no rate');
    });
    lg(b + 5, () => Symbol('s'));
    expect(seen()).toEqual([
      'LOG_INJECTED @5 "rate 1.5"',
      'LOG_INJECTED @5 "<RangeError: no rate>"',
      'LOG_INJECTED @5 "<TypeError: Cannot convert a Symbol value to a string>"',
    ]);
  });
});

describe('scopes', () => {
  test('get instances in the order in which they open', () => {
    const { b, i, n, nc, l, e0, k, u, seen } = setUp();
    expect(i).toBe(1);
    const f = e0(b + 5);
    const first = n(b + 6, i);
    const next = nc(b + 6, i, first);
    l(f, next);
    k(b + 7, next, 1);
    u(f);
    expect([first, next]).toEqual([2, 3]);
    expect(seen()).toEqual([
      'ENTER @5',
      'SCOPE_OPEN @6 #1',
      'SCOPE_COPY @6 #1<2',
      'SCOPE_LINK @0 #3',
      'WRITE_SCOPED @7 #3 1',
      'LEAVE_UNDEFINED @0',
    ]);
  });

  test('a link is one word while the number of the scope fits', () => {
    const { b, l, e0, u, take } = setUp();
    for (const instance of [0xffffff, 0x1000000, 0xfffffff]) {
      const f = e0(b + 5);
      l(f, instance);
      u(f);
    }
    const [chunk] = take();
    const scanner = new EventScanner(chunk!.words, chunk!.header);
    const links: unknown[] = [];
    while (scanner.next())
      if (scanner.kind === K.SCOPE_LINK) links.push({ payload: scanner.payload, words: scanner.position - scanner.at });
    expect(links).toEqual([1, 2, 2].map((words) => ({ payload: 0, words })));
    const numbers = chunk!.events.filter(({ kind }) => kind === K.SCOPE_LINK).map(({ number }) => number);
    expect(numbers).toEqual([0xffffff, 0x1000000, 0xfffffff]);
  });

  test('a linked scope is part of the open frame in the next chunk', () => {
    const { b, i, n, l, e0, w, take, tick } = setUp();
    const f = e0(b + 5);
    const scope = n(b + 6, i);
    l(f, scope);
    while (take().length < 2) {
      tick();
      for (let count = 0; count < 3000; count++) w(b + 7, count);
    }
    w(b + 7, 1);
    expect(take().at(-1)!.header.frames).toEqual([{ site: b + 5, call: 1, scope }]);
  });

  test('of a site that is off have no instance', () => {
    const { b, i, levels, n, nc, l, e0, seen } = setUp();
    const f = e0(b + 5);
    levels[b + 6] = 0;
    expect(n(b + 6, i)).toBe(0);
    expect(nc(b + 6, i, 1)).toBe(0);
    l(f, 0);
    expect(seen()).toEqual(['ENTER @5']);
  });
});
