import { K } from '@execution-cinema/format';
import { createRedactor } from '@execution-cinema/format/redaction';
import { describe, expect, test } from 'vitest';
import { OFF } from './core.ts';
import { createHarness, show } from './testing/harness.ts';

const redactor = () => createRedactor({ key: '0123456789abcdef' });

describe('registering a module', () => {
  test('hands out ids, sets levels, opens the scope and tells the recorder', () => {
    const { runtime, levels, messages, take } = createHarness();
    // codes: 48 + rank + 4 when on + 8 when redacted by name
    const first = runtime.m('a', '5615=');
    const second = runtime.m('b', '55');
    expect([first.b, second.b]).toEqual([0, 5]);
    expect([first.i, second.i]).toEqual([1, 2]);
    expect([...levels.subarray(0, 7)]).toEqual([1, 1, 0, 1, 0x81, 1, 1]);
    expect(messages).toMatchObject([
      { type: 'load', thread: 0, key: 'a', base: 0, count: 5, scopeInstance: 1 },
      { type: 'load', thread: 0, key: 'b', base: 5, count: 2, scopeInstance: 2 },
    ]);
    expect(take()[0]!.events.map(show)).toEqual(['SCOPE_OPEN @1', 'SCOPE_OPEN @6']);
  });

  test('gives the whole probe table', () => {
    const { load } = createHarness();
    const names =
      'b i s e0 e1 e2 e3 e4 en r u q x c c0 z t th w k wp kp j n nc l p pc pp ppc d mk mu v lg ea ra ua qa xa ca ca0 za a y g h';
    expect(Object.keys(load()).sort()).toEqual(names.split(' ').sort());
  });

  test('again gives it new ids', () => {
    const { runtime } = createHarness();
    expect(runtime.m('a', '555').b).toBe(0);
    expect(runtime.m('a', '555').b).toBe(3);
  });

  test('past the end of the table records nothing, and says so once', () => {
    const { runtime, levels, messages, take } = createHarness();
    runtime.m('big', '5'.repeat(levels.length - 2));
    const { b, e0, w } = runtime.m('more', '555');
    runtime.m('even more', '555');
    expect(e0(b + 1)).toBe(OFF);
    expect(w(b + 2, 1)).toBe(1);
    const notes = messages.filter((message) => message.type === 'note');
    expect(notes).toHaveLength(1);
    expect(notes[0]!.text).toMatch(/more than 65536 sites in thread 0: more \(3 sites\)/);
    expect(take()[0]!.events).toHaveLength(1);
    expect(runtime.m('small', '55').b).toBe(levels.length - 2);
  });
});

describe('a module body that throws', () => {
  test('is closed by the next microtask', async () => {
    const { runtime, take } = createHarness();
    const { b, e0, s } = runtime.m('a', '555');
    e0(b);
    expect(s.d).toBe(1);
    await Promise.resolve();
    expect(s.d).toBe(0);
    expect(take()[0]!.events.at(-1)!.kind).toBe(K.LEAVE_THROW);
  });

  test('after an await is closed by the next microtask', async () => {
    const { runtime, take } = createHarness();
    const { b, ea, a, g, s } = runtime.m('a', '555');
    const f = ea(b, []);
    g(f, b + 2, await (a(f, b + 2, null) as Promise<null>));
    expect(s.d).toBe(1);
    await Promise.resolve();
    expect(s.d).toBe(0);
    expect(take()[0]!.events.at(-1)!.kind).toBe(K.LEAVE_THROW);
  });

  test('nothing else that sleeps is taken for a body', async () => {
    const { runtime, take } = createHarness();
    const { b, e0, u, ea, a, g, ua } = runtime.m('a', '555');
    u(e0(b));
    await Promise.resolve();
    const f = ea(b, []);
    g(f, b + 2, await (a(f, b + 2, null) as Promise<null>));
    await Promise.resolve();
    ua(f);
    expect(take()[0]!.events.map((event) => event.kind)).not.toContain(K.LEAVE_THROW);
  });

  test('that does not throw is left alone', async () => {
    const { runtime, take } = createHarness();
    const outer = runtime.m('outer', '555');
    const f = outer.e0(outer.b);
    const inner = runtime.m('inner', '555');
    inner.u(inner.e0(inner.b));
    outer.u(f);
    await Promise.resolve();
    expect(take()[0]!.events.map((event) => event.kind)).not.toContain(K.LEAVE_THROW);
  });

  test('can be closed by the loader', () => {
    const { runtime, take } = createHarness();
    const { b, e0, s } = runtime.m('a', '555');
    const before = s.d;
    e0(b);
    e0(b);
    runtime.endThrown(before);
    runtime.endThrown(before);
    expect(s.d).toBe(0);
    expect(take()[0]!.events.slice(3).map(show)).toEqual(['UNWIND @1', 'LEAVE_THROW @0']);
  });
});

describe('redaction by name', () => {
  test('of variables and parameters, by what their names say', () => {
    const { runtime, take } = createHarness({ redactor: redactor() });
    // sites 2: variable `password`; 3: variable `token`; 4: function with a parameter `apiKey` in the middle; 5: no name
    const { b, w, e3, u } = runtime.m('a', '55===5'.replace('5', '5').padEnd(6, '='), {
      2: 'password',
      3: 'token',
      4: { 1: 'apiKey' },
    });
    w(b + 2, 'hunter2hunter2');
    w(b + 3, 'punctuation');
    w(b + 3, 'f3Kq9ZxLw7Rt2VbN8mYc4');
    u(e3(b + 4, 'first', 'k-1234567890', 'third'));
    const shown = take()[0]!.events.slice(1).map(show);
    expect(shown).toEqual([
      expect.stringMatching(/^WRITE @2 redacted:<redacted password [0-9a-f]{4}>$/),
      'WRITE @3 "punctuation"',
      expect.stringMatching(/^WRITE @3 redacted:<redacted token [0-9a-f]{4}>$/),
      expect.stringMatching(/^ENTER @4 "first" redacted:<redacted api-key [0-9a-f]{4}> "third"$/),
      'LEAVE_UNDEFINED @0',
    ]);
  });

  test('a redacted site without a name keeps every string', () => {
    const { runtime, take } = createHarness({ redactor: redactor() });
    const { b, w } = runtime.m('a', '55=');
    w(b + 2, 'anything at all');
    expect(show(take()[0]!.events[1]!)).toMatch(/redacted:<redacted secret/);
  });
});
