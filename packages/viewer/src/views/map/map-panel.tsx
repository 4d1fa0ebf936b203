import { useEffect, useState } from 'preact/hooks';
import type { CodeMapView, MapFunction } from '@execution-cinema/server/protocol';
import { showFunctionId } from '../../app/functions.ts';
import { askLong } from '../../app/session.ts';
import { openFile } from '../../app/source.ts';
import { percentText } from '../../model/units.ts';
import { ErrorMessage, Message, Waiting } from '../parts/message.tsx';
import { ModuleGraph } from './module-graph.tsx';
import { MAP_COLORS, TreeMap, type MapColor } from './tree-map.tsx';

/** The code of the program as a picture: what is large, what is hard, what ran, what took time. */
export function MapPanel() {
  const [kind, setKind] = useState<'code' | 'modules'>('code');
  const [color, setColor] = useState<MapColor>('calls');
  const [map, setMap] = useState<CodeMapView | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    askLong('map', {}).then(setMap).catch(setError);
  }, []);
  const open = (entry: MapFunction) => {
    if (entry.functionId !== null) showFunctionId(entry.functionId);
    else openFile(entry.file, entry.line);
  };
  return (
    <div class="column">
      <div class="dock-tools">
        <div class="choice" role="group" aria-label="Kind of map">
          <button type="button" aria-pressed={kind === 'code'} onClick={() => setKind('code')}>
            Functions
          </button>
          <button type="button" aria-pressed={kind === 'modules'} onClick={() => setKind('modules')}>
            Files
          </button>
        </div>
        {kind === 'code' && (
          <label class="inline-label">
            colour by
            <select class="select" value={color} onChange={(event) => setColor(event.currentTarget.value as MapColor)}>
              {Object.entries(MAP_COLORS).map(([id, { label }]) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        )}
        {kind === 'code' && (
          <span class="faint map-legend">
            area: lines
            <span class="map-swatch most" /> most
            <span class="map-swatch least" /> least
            <span class="map-swatch never" /> never ran
            <span class="map-swatch threw" /> threw
          </span>
        )}
        {kind === 'modules' && (
          <span class="faint">importers on the left · thickness: calls from one file into the other</span>
        )}
        {map && map.coverage < 1 && <span class="chip">calls of {percentText(map.coverage)} of the recording</span>}
      </div>
      {error !== null && <ErrorMessage error={error} />}
      {map === null && error === null && <Waiting />}
      {map && map.files.length === 0 && <Message icon="map" title="No source was found to map" />}
      {map &&
        map.files.length > 0 &&
        (kind === 'code' ? (
          <TreeMap map={map} color={color} onPick={open} />
        ) : (
          <ModuleGraph map={map} onPick={(file) => openFile(file)} />
        ))}
    </div>
  );
}
