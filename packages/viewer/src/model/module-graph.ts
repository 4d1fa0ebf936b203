import type { CodeMapView } from '@execution-cinema/server/protocol';

interface GraphNode {
  index: number;
  file: string;
  x: number;
  y: number;
  width: number;
}

interface GraphLink {
  from: number;
  to: number;
  calls: number;
  imports: number;
  path: string;
}

export interface ModulePicture {
  nodes: GraphNode[];
  links: GraphLink[];
  width: number;
  height: number;
}

export const MODULE_HEIGHT = 30;
const COLUMN_GAP = 90;
const ROW_GAP = 12;
const MARGIN = 16;
const LETTER = 6.9;
const SWEEPS = 6;

/**
 * Files in columns, importers left of what they import; inside a column near their neighbours. Circles are cut at the link
 * that closes them.
 */
export function layModules({ files, links }: CodeMapView): ModulePicture {
  const used = new Set(links.flatMap(({ from, to }) => [from, to]));
  const nodes = files.map((_, index) => index).filter((index) => used.has(index) || files[index]!.calls > 0);
  const layer = layersOf(nodes, links);
  const columns: number[][] = [];
  for (const index of nodes) (columns[layer.get(index)!] ??= []).push(index);
  sortColumns(columns, links);
  const placed = new Map<number, GraphNode>();
  const tallest = Math.max(1, ...columns.map((column) => column.length)) * (MODULE_HEIGHT + ROW_GAP) - ROW_GAP;
  let x = MARGIN;
  for (const column of columns) {
    const widths = column.map((index) =>
      Math.max(64, files[index]!.file.split('/').slice(-2).join('/').length * LETTER + 22),
    );
    const height = column.length * (MODULE_HEIGHT + ROW_GAP) - ROW_GAP;
    let y = MARGIN + (tallest - height) / 2;
    for (const [i, index] of column.entries()) {
      placed.set(index, { index, file: files[index]!.file, x, y, width: widths[i]! });
      y += MODULE_HEIGHT + ROW_GAP;
    }
    x += Math.max(0, ...widths) + COLUMN_GAP;
  }
  return {
    nodes: [...placed.values()],
    links: links.flatMap((link) => {
      const [a, b] = [placed.get(link.from), placed.get(link.to)];
      return a && b && a !== b ? [{ ...link, path: curve(a, b) }] : [];
    }),
    width: x - COLUMN_GAP + MARGIN,
    height: tallest + 2 * MARGIN,
  };
}

function layersOf(nodes: readonly number[], links: CodeMapView['links']): Map<number, number> {
  const out = new Map<number, number[]>();
  const isImported = new Set<number>();
  for (const { from, to, imports } of links) {
    if (imports === 0 || from === to) continue;
    out.set(from, [...(out.get(from) ?? []), to]);
    isImported.add(to);
  }
  const layer = new Map<number, number>();
  const path = new Set<number>();
  const visit = (index: number, depth: number): void => {
    if (path.has(index) || (layer.get(index) ?? -1) >= depth) return;
    layer.set(index, depth);
    path.add(index);
    for (const next of out.get(index) ?? []) visit(next, depth + 1);
    path.delete(index);
  };
  for (const index of nodes) if (!isImported.has(index)) visit(index, 0);
  for (const index of nodes) if (!layer.has(index)) visit(index, 0);
  // Columns without a file would be gaps.
  const usedLayers = [...new Set(nodes.map((index) => layer.get(index)!))].sort((a, b) => a - b);
  return new Map(nodes.map((index) => [index, usedLayers.indexOf(layer.get(index)!)]));
}

/** Moves every file towards the middle of its neighbours, a few times over. */
function sortColumns(columns: number[][], links: CodeMapView['links']): void {
  const neighbours = new Map<number, number[]>();
  for (const { from, to } of links) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const position = new Map(
      columns.flatMap((column) => column.map((index, i) => [index, i / Math.max(1, column.length - 1)] as const)),
    );
    for (const column of columns) {
      const wish = (index: number): number => {
        const near = neighbours.get(index) ?? [];
        return near.length === 0
          ? (position.get(index) ?? 0)
          : near.reduce((sum, other) => sum + (position.get(other) ?? 0), 0) / near.length;
      };
      const wishes = new Map(column.map((index) => [index, wish(index)]));
      column.sort((a, b) => wishes.get(a)! - wishes.get(b)!);
    }
  }
}

function curve(a: GraphNode, b: GraphNode): string {
  const forward = b.x > a.x;
  const [x1, x2] = forward ? [a.x + a.width, b.x] : [a.x, b.x + b.width];
  const [y1, y2] = [a.y + MODULE_HEIGHT / 2, b.y + MODULE_HEIGHT / 2];
  const bend = Math.max(36, Math.abs(x2 - x1) / 2) * (forward ? 1 : -1);
  return `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
}
