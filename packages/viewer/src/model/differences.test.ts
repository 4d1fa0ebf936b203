import { describe, expect, test } from 'vitest';
import type { FrameView, LineValue, StateView, VariableView, WireValue } from '@execution-cinema/server/protocol';
import { pairedFrame, pairNames, pairScopes, sameContent } from './differences.ts';
import { FactsByLine, markDifferent, type LineFacts } from './line-facts.ts';

function variable(name: string, value: WireValue, more: Partial<VariableView> = {}): VariableView {
  return { name, kind: 'const', value, type: '', source: 'write', asOf: null, note: null, changed: false, ...more };
}

function frame(call: string, name: string, variables: VariableView[] = []): FrameView {
  return {
    call,
    function: name,
    functionId: 1,
    kind: 'function',
    place: { file: 'a.js', line: 1, column: 0 },
    start: null,
    this: null,
    scopes: [{ kind: 'function', instance: 0, line: 1, column: 0, variables, omitted: [] }],
    shortened: false,
  };
}

function stateOf(frames: FrameView[], framesOmitted = 0): StateView {
  return { frames, framesOmitted } as unknown as StateView;
}

describe('values of two runs', () => {
  test('are the same by what they hold, not by identity', () => {
    const cart = (id: number, total: number): WireValue => ({
      t: 'object',
      i: id,
      c: 'Cart',
      k: ['total'],
      v: [total],
    });
    expect(sameContent(cart(1, 5), cart(9, 5))).toBe(true);
    expect(sameContent(cart(1, 5), cart(1, 6))).toBe(false);
    expect(sameContent({ r: 3 }, { r: 4 })).toBe(true);
  });

  test('stand beside each other by name, in the order of the first', () => {
    const left = [variable('a', 1), variable('b', 2)];
    const right = [variable('c', 3), variable('b', 2)];
    expect(pairNames(left, right)).toEqual([
      { name: 'a', left: 1, right: undefined, differs: true },
      { name: 'b', left: 2, right: 2, differs: false },
      { name: 'c', left: undefined, right: 3, differs: true },
    ]);
  });

  test('leave out functions, and what one run did not record', () => {
    const own = frame('1:1', 'f', [variable('help', 1, { kind: 'function' }), variable('x', 1)]);
    const other = frame('1:9', 'f', [variable('x', { u: 1 }, { source: 'unknown' })]);
    expect(pairScopes(own, other)).toEqual([
      { kind: 'function', line: 1, rows: [{ name: 'x', left: 1, right: undefined, differs: true }] },
    ]);
  });
});

describe('the frame of the other run', () => {
  const view = stateOf([frame('1:3', 'inner'), frame('1:2', 'middle'), frame('1:1', 'main')]);

  test('is as far out, if that is the same function', () => {
    const other = stateOf([frame('1:7', 'extra'), frame('1:6', 'inner'), frame('1:5', 'middle'), frame('1:4', 'main')]);
    expect(pairedFrame(view, view.frames[1]!, other)?.call).toBe('1:5');
    expect(pairedFrame(view, view.frames[0]!, other)?.call).toBe('1:6');
  });

  test('else the function of that name, else the innermost', () => {
    const other = stateOf([frame('1:5', 'main')]);
    expect(pairedFrame(view, view.frames[2]!, other)?.call).toBe('1:5');
    expect(pairedFrame(view, view.frames[1]!, other)?.call).toBe('1:5');
    expect(pairedFrame(view, null, stateOf([]))).toBeNull();
  });
});

test('lines are marked on which both have a value of that name, and not the same', () => {
  const facts = (...values: [name: string, value: WireValue][]): LineFacts => ({
    hits: 1,
    heat: 0,
    neverRan: false,
    block: undefined,
    path: 'now',
    values: values.map(([name, value]) => ({ name, value, kind: 'variable' }) as LineValue),
  });
  const counted = new Map([[4, facts()]]);
  const own = new Map([
    [1, facts(['a', 1], ['same', 5])],
    [2, facts(['b', 1])],
    [3, facts(['only', 1])],
  ]);
  const others = new Map([
    [1, facts(['a', 2], ['same', 5])],
    [2, facts(['b', 1])],
    [3, facts()],
  ]);
  const marked = markDifferent(
    new FactsByLine(counted, own),
    new FactsByLine(counted, others),
    Int32Array.of(0, 1, 2, 0, 0),
  );
  const lines = [1, 2, 3, 4];
  expect(lines.filter((line) => marked.get(line)!.differing)).toEqual([1]);
  // Beside it stands one that is the same.
  expect([...marked.get(1)!.differing!].map(({ name }) => name)).toEqual(['a']);
  expect(lines.filter((line) => marked.get(line)!.edited)).toEqual([3, 4]);
});
