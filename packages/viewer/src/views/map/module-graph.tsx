import { useMemo, useState } from 'preact/hooks';
import type { CodeMapView } from '@execution-cinema/server/protocol';
import { layModules, MODULE_HEIGHT } from '../../model/module-graph.ts';
import { plural } from '../../model/units.ts';

/** Files and what leads from one to the other: imports thin, calls thick. */
export function ModuleGraph({ map, onPick }: { map: CodeMapView; onPick: (file: string) => void }) {
  const [hover, setHover] = useState<number | null>(null);
  const picture = useMemo(() => layModules(map), [map]);
  const most = Math.max(1, ...picture.links.map(({ calls }) => calls));
  return (
    <div
      class="graph-scroll"
      tabIndex={0}
      role="region"
      aria-label={`Graph of ${plural(picture.nodes.length, 'file')}`}
    >
      <div style={{ width: `${picture.width}px`, height: `${picture.height}px`, position: 'relative' }}>
        <svg class="graph" width={picture.width} height={picture.height} aria-hidden="true">
          {picture.links.map(({ from, to, calls, path }) => (
            <path
              key={`${from} ${to}`}
              d={path}
              class={`module-link${hover !== null && hover !== from && hover !== to ? ' dimmed' : ''}${calls === 0 ? ' import-only' : ''}`}
              style={{ strokeWidth: `${calls === 0 ? 1 : 1.2 + 5 * (Math.log1p(calls) / Math.log1p(most))}px` }}
            />
          ))}
        </svg>
        {picture.nodes.map(({ index, file, x, y, width }) => {
          const entry = map.files[index]!;
          return (
            <button
              key={index}
              type="button"
              class={`module-node${entry.calls === 0 ? ' never' : ''}`}
              style={{ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${MODULE_HEIGHT}px` }}
              title={`${file}\n${plural(entry.lines, 'line')}, ${plural(entry.calls, 'call')}, complexity ${entry.complexity}`}
              onPointerEnter={() => setHover(index)}
              onPointerLeave={() => setHover(null)}
              onClick={() => onPick(file)}
            >
              {file.split('/').slice(-2).join('/')}
            </button>
          );
        })}
      </div>
    </div>
  );
}
