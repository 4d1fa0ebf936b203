import { describe, expect, test } from 'vitest';
import type { AsyncGraph, CallView, CodeMapView, TreeNodeView } from '@execution-cinema/server/protocol';
import { layAsync, LANE_HEIGHT } from './async-layout.ts';
import { layModules } from './module-graph.ts';
import { sequenceText } from './sequence.ts';
import { addNodes, appendChildren, indentOf, treeRows } from './tree-rows.ts';

const at = (timeNs: number) => ({ thread: 1, event: timeNs, timeNs });

describe('asynchronous graph', () => {
  const node = (id: number, lane: number, timeNs: number, name = 'f') => ({
    id,
    call: `1:${id}`,
    function: name,
    file: 'a.ts',
    line: 1,
    thread: lane,
    lane,
    start: at(timeNs),
    end: at(timeNs + 1),
    threw: false,
    resumed: false,
  });
  const graph: AsyncGraph = {
    nodes: [node(1, 0, 0), node(2, 1, 5, 'a very long name of a function'), node(3, 0, 9), node(4, 0, 1_000_000)],
    links: [
      { from: 1, to: 2, kind: 'message' },
      { from: 2, to: 3, kind: 'message' },
      { from: 3, to: 4, kind: 'await' },
    ],
    lanes: [
      { lane: 0, label: 'main', thread: 0 },
      { lane: 1, label: 'worker', thread: 1 },
    ],
    omitted: 0,
  };

  test('causes stand left of what they caused, turns of a lane do not overlap', () => {
    const picture = layAsync(graph);
    const byId = new Map(picture.nodes.map((placed) => [placed.node.id, placed]));
    for (const { from, to } of graph.links) expect(byId.get(from)!.x).toBeLessThan(byId.get(to)!.x);
    const lane = picture.nodes.filter(({ node: { lane: own } }) => own === 0);
    for (const [i, next] of lane.slice(1).entries()) {
      expect(lane[i]!.x + lane[i]!.width).toBeLessThanOrEqual(next.x);
    }
    expect(byId.get(2)!.y - byId.get(1)!.y).toBe(LANE_HEIGHT);
    expect(picture.width).toBeGreaterThan(byId.get(4)!.x + byId.get(4)!.width);
  });

  test('a pause of a second takes no more room than one of a microsecond', () => {
    const picture = layAsync(graph);
    expect(picture.width).toBeLessThan(1_200);
    expect(layAsync({ nodes: [], links: [], lanes: [], omitted: 0 }).nodes).toEqual([]);
  });
});

describe('graph of files', () => {
  const file = (name: string) => ({
    file: name,
    lines: 10,
    functions: [],
    calls: 1,
    selfNs: 0,
    complexity: 0,
    recorded: true,
    error: null,
  });
  const map = (links: [number, number][]): CodeMapView => ({
    files: ['main.ts', 'a.ts', 'b.ts', 'c.ts'].map(file),
    links: links.map(([from, to]) => ({ from, to, imports: 1, calls: 3 })),
    coverage: 1,
  });

  test('importers stand left of what they import', () => {
    const { nodes, links } = layModules(
      map([
        [0, 1],
        [0, 2],
        [1, 3],
        [2, 3],
      ]),
    );
    const x = (index: number) => nodes.find((node) => node.index === index)!.x;
    expect(x(0)).toBeLessThan(x(1));
    expect(x(1)).toBe(x(2));
    expect(x(2)).toBeLessThan(x(3));
    expect(links).toHaveLength(4);
  });

  test('circles end', () => {
    const { nodes } = layModules(
      map([
        [0, 1],
        [1, 2],
        [2, 1],
        [3, 3],
      ]),
    );
    expect(nodes).toHaveLength(4);
    const overlap = nodes.some((a) => nodes.some((b) => a !== b && a.x === b.x && Math.abs(a.y - b.y) < 30));
    expect(overlap).toBe(false);
  });
});

describe('call tree', () => {
  const call = (name: string): CallView => ({ call: name }) as CallView;
  const node = (name: string, children: TreeNodeView[] = [], omitted = 0): TreeNodeView => ({
    call: call(name),
    scheduled: false,
    children,
    omitted,
  });
  const names = (rows: ReturnType<typeof treeRows>) =>
    rows.map((row) => (row.kind === 'call' ? `${row.depth} ${row.call.call}` : `${row.depth} +${row.omitted}`));

  test('only open branches have rows; what is missing is said in place', () => {
    const roots = [node('1:1', [node('1:2', [], 7), node('1:3')], 4), node('1:9')];
    const branches = addNodes(new Map(), roots);
    expect(names(treeRows(roots, 2, branches, new Set()))).toEqual(['0 1:1', '0 1:9', '0 +2']);
    expect(names(treeRows(roots, 0, branches, new Set(['1:1', '1:2'])))).toEqual([
      '0 1:1',
      '1 1:2',
      '1 1:3',
      '1 +4',
      '0 1:9',
    ]);
  });

  test('a further page is appended', () => {
    const roots = [node('1:1', [node('1:2')], 2)];
    const first = addNodes(new Map(), roots);
    const more = appendChildren(first, '1:1', [node('1:5', [node('1:6')]), node('1:7')], 0);
    expect(names(treeRows(roots, 0, more, new Set(['1:1', '1:5'])))).toEqual([
      '0 1:1',
      '1 1:2',
      '1 1:5',
      '2 1:6',
      '1 1:7',
    ]);
    expect(first.get('1:1')!.children).toHaveLength(1);
  });
});

test('a sequence copied as Mermaid has one line per message and no open label', () => {
  const text = sequenceText({
    participants: [
      { id: 0, label: 'a.ts', detail: '' },
      { id: 1, label: 'b;c#.ts', detail: '' },
    ],
    messages: [
      { from: 0, to: 1, kind: 'call', label: 'f(1;\n2)', value: null, at: at(0), call: '1:1', answers: -1 },
      { from: 1, to: 0, kind: 'return', label: 'f', value: 42, at: at(1), call: '1:1', answers: 0 },
    ],
    omitted: 0,
  });
  expect(text.split('\n')).toEqual([
    'sequenceDiagram',
    '  participant p0 as a.ts',
    '  participant p1 as b,c♯.ts',
    '  p0->>p1: f(1, 2)',
    '  p1-->>p0: f 42',
    '',
  ]);
});

test('deep rows of a tree are indented by less, and leave room for names', () => {
  expect([0, 1, 8, 9].map(indentOf)).toEqual([0, 16, 128, 133]);
  for (let depth = 1; depth <= 30; depth++) expect(indentOf(depth)).toBeGreaterThan(indentOf(depth - 1));
  expect(indentOf(1_000)).toBeLessThan(300);
});
