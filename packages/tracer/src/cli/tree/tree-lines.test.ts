import type { CallInfo, TreeNode } from '@execution-cinema/store';
import { expect, test } from 'vitest';
import { treeLines } from './tree-lines.ts';

let nextCall = 1;

function node(name: string, children: TreeNode[] = [], omitted = 0): TreeNode {
  const call: CallInfo = {
    id: nextCall,
    name: `1:${nextCall++}`,
    thread: 1,
    function: name,
    file: 'a.js',
    line: 1,
    callLine: null,
    parent: null,
    asyncParent: null,
    correlation: null,
    correlationName: null,
    depth: 0,
    startNs: 0,
    startEvent: 0,
    endNs: 1,
    endEvent: 1,
    outcome: 'returned',
    arguments: [],
    result: null,
    exception: null,
  };
  return { call, scheduled: false, children, omitted };
}

function shown(roots: TreeNode[], all = false, omitted = 0): string[] {
  return [...treeLines({ roots, omitted }, all)].map((line) => {
    const indent = ' '.repeat(line.depth);
    if (line.kind === 'call') return indent + line.node.call.function;
    return `${indent}${line.kind} ${line.kind === 'repeats' ? line.nodes.length : line.count}`;
  });
}

test('a run of equal calls is shortened, the exception in it is not', () => {
  const run = [...Array.from({ length: 6 }, () => node('f', [node('g')])), node('f'), node('h')];
  expect(shown([node('main', run)])).toEqual(['main', ' f', '  g', ' f', '  g', ' f', '  g', ' repeats 3', ' f', ' h']);
});

test('four are shown whole: a line saying "one more" would be no shorter', () => {
  expect(shown(Array.from({ length: 4 }, () => node('f')))).toEqual(['f', 'f', 'f', 'f']);
  expect(shown(Array.from({ length: 5 }, () => node('f')))).toEqual(['f', 'f', 'f', 'repeats 2']);
});

test('all of them on request', () => {
  expect(
    shown(
      Array.from({ length: 9 }, () => node('f')),
      true,
    ),
  ).toHaveLength(9);
});

test('what is left out has a line where something else is shown', () => {
  expect(shown([node('f', [node('g')], 7)], false, 3)).toEqual(['f', ' g', ' omitted 7', 'omitted 3']);
  expect(shown([node('f', [], 7)])).toEqual(['f']);
});
