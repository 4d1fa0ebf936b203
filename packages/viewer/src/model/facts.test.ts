import { describe, expect, test } from 'vitest';
import type { FrameView, HitsView, LineValues, SourceView, StateView } from '@execution-cinema/server/protocol';
import { counterpart, valueBefore } from './differences.ts';
import { fromJson } from './json-value.ts';
import { lineFacts, recordOf } from './line-facts.ts';
import { parseSnapshot, threadTitle } from './snapshot.ts';
import { previewText, whyCut } from './values.ts';

describe('facts of lines', () => {
  const source = { file: 'a.ts' } as SourceView;
  const hits = (coverage: number): HitsView => ({
    file: 'a.ts',
    lines: new Uint32Array([1, 2]),
    counts: new Float64Array([1, 500]),
    atLeast: new Uint32Array([2]),
    within: { lines: new Uint32Array([4, 7]), counts: new Float64Array([40, 3]) },
    never: coverage < 1 ? new Uint32Array() : new Uint32Array([5]),
    blocks: { lines: new Uint32Array([4]), counts: new Float64Array([7]), by: new Uint32Array([2]) },
    textPending: false,
    coverage,
    functions: [],
  });

  test('a line never ran only when everything was looked at', () => {
    expect(lineFacts(source, hits(1), null).get(5)).toMatchObject({ neverRan: true, hits: undefined });
    expect(lineFacts(source, hits(0.5), null).get(5)).toBeUndefined();
    expect(lineFacts(source, hits(1), null).get(3)).toBeUndefined();
  });

  test('what a budget stopped counting ran at least as often', () => {
    const facts = lineFacts(source, hits(1), null);
    expect([facts.get(1)!.atLeast, facts.get(2)!.atLeast]).toEqual([undefined, true]);
  });

  test('a line without events says what is known of its block, and no more', () => {
    expect(lineFacts(source, hits(1), null).get(4)).toMatchObject({ hits: undefined, block: { count: 7, by: 2 } });
    expect(recordOf(hits(1), 2)).toEqual({ kind: 'own', isPart: true });
    expect(recordOf(hits(1), 4)).toEqual({ kind: 'block', by: 2 });
    expect(recordOf(hits(1), 5)).toEqual({ kind: 'never' });
    const derived = { lines: new Uint32Array([4]), counts: new Float64Array([7]), by: new Uint32Array([0]) };
    expect(recordOf({ ...hits(1), blocks: derived }, 4)).toEqual({ kind: 'derived', count: 7 });
    expect(recordOf(hits(1), 6)).toEqual({ kind: 'unknown' });
    // As long as not everything is counted, the line itself is asked.
    expect(recordOf(hits(0.5), 6)).toEqual({ kind: 'own' });
    expect(recordOf({ ...hits(1), textPending: true }, 6)).toEqual({ kind: 'own' });
  });

  test('the function that stands on a line whole has a count of its own', () => {
    const facts = lineFacts(source, hits(1), null);
    expect(facts.get(4)).toMatchObject({ block: { count: 7 }, within: 40 });
    expect(facts.get(7)).toMatchObject({ hits: undefined, within: 3 });
  });

  test('heat grows with the count and is one for the hottest', () => {
    const facts = lineFacts(source, hits(1), null);
    expect(facts.get(2)!.heat).toBe(1);
    expect(facts.get(1)!.heat).toBeGreaterThan(0);
    expect(facts.get(1)!.heat).toBeLessThan(0.3);
  });

  test('the path of this iteration is stronger than that of others', () => {
    const values = {
      file: 'a.ts',
      lines: new Uint32Array([1, 2]),
      counts: new Uint32Array([1, 3]),
      later: new Uint32Array([5]),
      path: new Uint32Array([2]),
      values: [
        { line: 2, name: 'x', value: 1 },
        { line: 2, name: 'y', value: 2 },
      ],
    } as unknown as LineValues;
    const facts = lineFacts(source, null, values);
    expect([1, 2, 5].map((line) => facts.get(line)!.path)).toEqual(['before', 'now', 'later']);
    expect(facts.get(2)!.values.map(({ name }) => name)).toEqual(['x', 'y']);
    const elsewhere = lineFacts({ ...source, file: 'b.ts' }, hits(1), values);
    expect([1, 2, 5].map((line) => elsewhere.get(line))).toEqual([undefined, undefined, undefined]);
  });

  test('a line of which the same is said keeps its object from moment to moment', () => {
    const counted = hits(1);
    const valuesAt = (event: number): LineValues => ({
      call: '1:1',
      file: 'a.ts',
      function: 'f',
      lines: new Uint32Array([1, 2]),
      counts: new Uint32Array([1, 1]),
      later: new Uint32Array(),
      path: new Uint32Array([1, 2]),
      skipped: new Uint32Array(),
      loops: [],
      whole: true,
      values: [
        { line: 1, column: 0, name: 'x', kind: 'variable', value: 1, at: { thread: 1, event: 7, timeNs: 7 } },
        { line: 2, column: 0, name: 'y', kind: 'variable', value: 2, at: { thread: 1, event, timeNs: event } },
      ],
    });
    const first = lineFacts(source, counted, valuesAt(8));
    const second = lineFacts(source, counted, valuesAt(9), first);
    expect(second.get(1)).toBe(first.get(1));
    expect(second.get(2)).not.toBe(first.get(2));
    expect(second.get(2)!.values[0]!.at.event).toBe(9);
    // What nothing was said of at the moment is what the counts say.
    expect(second.get(5)).toBe(lineFacts(source, counted, null).get(5));
    // Counts do not take over what was said of another moment.
    expect(lineFacts(source, counted, null).get(2)!.path).toBe('none');
  });
});

describe('difference to a pinned moment', () => {
  const variable = (name: string, value: number) => ({ name, value }) as FrameView['scopes'][0]['variables'][0];
  const frame = (call: string, functionId: number, value: number) =>
    ({
      call,
      functionId,
      function: 'f',
      scopes: [{ kind: 'function', variables: [variable('x', value)] }],
    }) as FrameView;
  const pin = { frames: [frame('1:1', 7, 1), frame('1:2', 8, 2)] } as StateView;

  test('the same call is compared, else the same function', () => {
    expect(counterpart(frame('1:2', 8, 0), pin)!.call).toBe('1:2');
    expect(counterpart(frame('1:9', 7, 0), pin)!.call).toBe('1:1');
    expect(counterpart(frame('1:9', 9, 0), pin)).toBeUndefined();
  });

  test('only what differs has a value before', () => {
    expect(valueBefore(variable('x', 5), 'function', pin.frames[0])).toBe(1);
    expect(valueBefore(variable('x', 1), 'function', pin.frames[0])).toBeUndefined();
    expect(valueBefore(variable('y', 1), 'function', pin.frames[0])).toBeUndefined();
  });
});

test('the JSON form of values is read as the recorder wrote it', () => {
  const cases: [unknown, string][] = [
    [{ $type: 'undefined' }, 'undefined'],
    [{ $type: 'number', $value: 'NaN' }, 'NaN'],
    [{ $type: 'bigint', $value: '7' }, '7n'],
    [{ $type: 'function', $name: 'f', $id: 3 }, 'ƒ f'],
    [{ $class: 'Cart', total: 3, $$own: 1 }, 'Cart {total: 3, $own: 1}'],
    [{ $type: 'Map', $size: 1, $entries: [['a', { b: 1 }]] }, 'Map(1) {"a" ⇒ {b: 1}}'],
    [{ $type: 'Error', $class: 'RangeError', message: 'no' }, 'RangeError: no'],
    [{ $type: 'object', $class: 'Deep', $id: 4, $cut: 'depth' }, 'Deep {…}'],
    [[1, 2, { $cut: 'items', $length: 9 }], '(9) [1, 2, …]'],
    [{ $ref: 3 }, '↻ encloses this'],
  ];
  for (const [json, text] of cases) expect(previewText(fromJson(json)), JSON.stringify(json)).toBe(text);
  expect(whyCut(fromJson([1, { $cut: 'items', $length: 9 }]))).toContain('9 in all');
});

describe('snapshot files', () => {
  test('what is there is shown, what is missing hinders nothing', () => {
    const snapshot = parseSnapshot(
      JSON.stringify({
        version: 1,
        reason: 'signal',
        timeNs: 5,
        processes: [
          {
            pid: 7,
            argv: ['node', 'a.js'],
            threads: [
              {
                kind: 'main',
                unavailable: 'idle',
                frames: [{ function: '', file: 'a.js', line: 3, scopes: [{ type: 'local', variables: { x: 1 } }] }],
              },
            ],
          },
        ],
        variable_examples: { x: { example: 1, functions: ['f'] } },
      }),
    );
    const thread = snapshot.processes[0]!.threads[0]!;
    expect(thread).toMatchObject({ kind: 'main', unavailable: 'idle', suspended: [] });
    expect(thread.frames[0]).toMatchObject({ function: '(anonymous)', instrumented: false });
    expect(snapshot.examples).toEqual([{ name: 'x', example: 1, functions: ['f'] }]);
  });

  test('threads are named once', () => {
    const titles = [
      { kind: 'main', name: 'main' },
      { kind: 'worker', name: 'worker 2' },
      { kind: 'worker', name: 'prices' },
      { kind: 'worker' },
    ].map(threadTitle);
    expect(titles).toEqual(['main thread', 'worker 2', 'worker prices', 'worker']);
  });

  test('other files are refused in words', () => {
    expect(() => parseSnapshot('{')).toThrow('not JSON');
    expect(() => parseSnapshot('[]')).toThrow('not a snapshot');
  });
});
