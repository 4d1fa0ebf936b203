import type { AsyncGraph, AsyncNode } from '@execution-cinema/server/protocol';
import { nameOf } from './function-name.ts';

interface PlacedNode {
  node: AsyncNode;
  x: number;
  y: number;
  width: number;
}

export interface AsyncPicture {
  nodes: PlacedNode[];
  links: { path: string; kind: string; x: number; y: number; key: string }[];
  lanes: { label: string; y: number; thread: number }[];
  width: number;
  height: number;
}

export const LANE_HEIGHT = 44;
export const NODE_HEIGHT = 26;
export const LABEL_WIDTH = 168;
const NODE_MIN = 44;
const NODE_MAX = 220;
const GAP = 18;
const LETTER = 6.6;
/** Letters of the arrow in front of what goes on. */
const RESUMED_LETTERS = 2;

/**
 * Turns of the event loop in lanes. Columns follow the order of time, not its length: what waits a second stands as near as
 * what waits a microsecond, and both can be read.
 */
export function layAsync(graph: AsyncGraph): AsyncPicture {
  const lanes = [...graph.lanes].sort((a, b) => a.thread - b.thread || a.lane - b.lane);
  const row = new Map(lanes.map(({ lane }, index) => [lane, index]));
  const sorted = [...graph.nodes].sort((a, b) => a.start.timeNs - b.start.timeNs || a.id - b.id);
  const endOfLane = new Map<number, number>();
  const placed = new Map<number, PlacedNode>();
  const sources = new Map<number, number[]>();
  for (const { from, to } of graph.links) sources.set(to, [...(sources.get(to) ?? []), from]);
  let x = LABEL_WIDTH;
  let lastStart = LABEL_WIDTH;
  for (const node of sorted) {
    const width = widthOf(node);
    // Never left of what began before, right of what it follows in its lane and of what caused it.
    x = Math.max(lastStart + 10, endOfLane.get(node.lane) ?? 0);
    for (const source of sources.get(node.id) ?? []) {
      const cause = placed.get(source);
      if (cause)
        x = Math.max(
          x,
          cause.node.lane === node.lane ? cause.x + cause.width + GAP : cause.x + Math.min(cause.width, 40) + GAP,
        );
    }
    placed.set(node.id, {
      node,
      x,
      y: (row.get(node.lane) ?? 0) * LANE_HEIGHT + (LANE_HEIGHT - NODE_HEIGHT) / 2,
      width,
    });
    endOfLane.set(node.lane, x + width + GAP);
    lastStart = x;
  }
  const nodes = [...placed.values()];
  return {
    nodes,
    links: graph.links.flatMap(({ from, to, kind }, index) => {
      const [a, b] = [placed.get(from), placed.get(to)];
      return a && b ? [{ ...curve(a, b), kind, key: `${index}` }] : [];
    }),
    lanes: lanes.map(({ label, thread }, index) => ({ label, thread, y: index * LANE_HEIGHT })),
    width: Math.max(LABEL_WIDTH + 200, ...nodes.map(({ x: left, width }) => left + width + GAP)),
    height: Math.max(LANE_HEIGHT, lanes.length * LANE_HEIGHT),
  };
}

function curve(a: PlacedNode, b: PlacedNode): { path: string; x: number; y: number } {
  const [x1, y1] = [
    a.y === b.y ? a.x + a.width : a.x + Math.min(a.width / 2, 24),
    a.y === b.y ? a.y + NODE_HEIGHT / 2 : b.y > a.y ? a.y + NODE_HEIGHT : a.y,
  ];
  const [x2, y2] = [b.x, b.y + NODE_HEIGHT / 2];
  const bend = a.y === b.y ? (x2 - x1) / 2 : 0;
  const path =
    a.y === b.y
      ? `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`
      : `M${x1},${y1} C${x1},${y2} ${x1},${y2} ${x2},${y2}`;
  return { path, x: (x1 + x2) / 2, y: y2 - 4 };
}

function widthOf(node: AsyncNode): number {
  const letters = nameOf({ ...node, name: node.function }).length + (node.resumed ? RESUMED_LETTERS : 0);
  return Math.max(NODE_MIN, Math.min(NODE_MAX, letters * LETTER + 22));
}
