import { useMemo, useState } from 'preact/hooks';
import type { CodeMapView, MapFunction } from '@execution-cinema/server/protocol';
import { shortNames } from '../../model/file-names.ts';
import { nameOf } from '../../model/function-name.ts';
import { treemap, type Rect } from '../../model/treemap.ts';
import { countText, durationText, plural } from '../../model/units.ts';
import { useSize } from '../parts/canvas.ts';

export const MAP_COLORS = {
  calls: {
    label: 'calls',
    of: (entry: MapFunction) => Math.log1p(entry.calls),
    text: (entry: MapFunction) => callsText(entry.calls),
  },
  self: {
    label: 'own time',
    of: (entry: MapFunction) => entry.selfNs,
    text: (entry: MapFunction) => durationText(entry.selfNs),
  },
  total: {
    label: 'time with callees',
    of: (entry: MapFunction) => entry.totalNs,
    text: (entry: MapFunction) => durationText(entry.totalNs),
  },
  cognitive: {
    label: 'complexity',
    of: (entry: MapFunction) => entry.cognitive,
    text: (entry: MapFunction) => `complexity ${entry.cognitive}`,
  },
} as const;
export type MapColor = keyof typeof MAP_COLORS;

function callsText(calls: number): string {
  return `${countText(calls)} ${calls === 1 ? 'call' : 'calls'}`;
}

interface Cell {
  entry: MapFunction;
  rect: Rect;
}

const HEAD = 18;
/** A name of which less is seen says nothing. */
const FILE_WIDTH = 58;
const TEXT_WIDTH = 46;
const TEXT_HEIGHT = 16;

interface Properties {
  map: CodeMapView;
  color: MapColor;
  onPick: (entry: MapFunction) => void;
}

/** Files as boxes, functions in them; area is lines. */
export function TreeMap({ map, color, onPick }: Properties) {
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const [hover, setHover] = useState<MapFunction | null>(null);
  const { files, cells } = useMemo(() => layCells(map, width, height), [map, width, height]);
  const names = useMemo(() => shortNames(map.files.map(({ file }) => file)), [map]);
  const { of, text } = MAP_COLORS[color];
  const most = Math.max(1e-9, ...cells.map(({ entry }) => of(entry)));
  return (
    <div ref={box} class="tree-map" role="region" aria-label="Map of functions">
      {files.map(({ file, rect }) => (
        <div key={file} class="map-file" style={style(rect)} title={file}>
          {rect.width > FILE_WIDTH && <span>{names.get(file)}</span>}
        </div>
      ))}
      {cells.map(({ entry, rect }, i) => {
        const share = of(entry) / most;
        return (
          <button
            key={i}
            type="button"
            tabIndex={-1}
            class={`map-cell${entry.calls === 0 ? ' never' : ''}${entry.threw > 0 ? ' threw' : ''}`}
            style={{ ...style(rect), '--share': String(Math.round(share * 100) / 100) }}
            aria-label={`${nameOf(entry)}, ${text(entry)}`}
            onPointerEnter={() => setHover(entry)}
            onPointerLeave={() => setHover(null)}
            onClick={() => onPick(entry)}
          >
            {rect.width > TEXT_WIDTH && rect.height > TEXT_HEIGHT && <span>{nameOf(entry)}</span>}
          </button>
        );
      })}
      {hover && (
        <div class="map-note">
          <strong>{nameOf(hover)}</strong>{' '}
          <span class="faint">
            {hover.file}:{hover.line}
          </span>{' '}
          · {callsText(hover.calls)} · {durationText(hover.selfNs)} own time · complexity {hover.cognitive}
          {hover.threw > 0 && ` · threw ${plural(hover.threw, 'time')}`}
          {hover.functionId === null && ' · not recorded'}
        </div>
      )}
    </div>
  );
}

function style({ x, y, width, height }: Rect) {
  return {
    left: `${x}px`,
    top: `${y}px`,
    width: `${Math.max(0, width - 2)}px`,
    height: `${Math.max(0, height - 2)}px`,
  };
}

const linesOf = ({ line, endLine }: MapFunction): number => Math.max(1, endLine - line + 1);

function layCells(
  map: CodeMapView,
  width: number,
  height: number,
): { files: { file: string; rect: Rect }[]; cells: Cell[] } {
  const sorted = map.files
    .map((file) => ({ file: file.file, functions: [...file.functions].sort((a, b) => linesOf(b) - linesOf(a)) }))
    .filter(({ functions }) => functions.length > 0)
    .map((file) => ({ ...file, weight: file.functions.reduce((sum, entry) => sum + linesOf(entry), 0) }))
    .sort((a, b) => b.weight - a.weight);
  const rects = treemap(
    sorted.map(({ weight }) => weight),
    { x: 8, y: 4, width: Math.max(0, width - 16), height: Math.max(0, height - 8) },
  );
  const cells: Cell[] = [];
  const files = sorted.map(({ file, functions }, i) => {
    const rect = rects[i]!;
    const inner = {
      x: rect.x + 3,
      y: rect.y + HEAD,
      width: Math.max(0, rect.width - 8),
      height: Math.max(0, rect.height - HEAD - 4),
    };
    const own = treemap(functions.map(linesOf), inner);
    for (const [k, entry] of functions.entries()) cells.push({ entry, rect: own[k]! });
    return { file, rect };
  });
  return { files, cells };
}
