import { otherRec } from '../../app/compare.ts';
import { defaultSize, sizes } from '../../app/panels.ts';
import { LIMITS, maxSize, type Layout } from '../../model/layout.ts';
import { Dock } from '../dock/dock.tsx';
import { SidePanel } from '../facts/side-panel.tsx';
import { lazy } from '../parts/lazy.tsx';
import { Splitter } from '../parts/splitter.tsx';
import { SourcePanel } from '../source/source-panel.tsx';
import { Stage } from '../stage/stage.tsx';
import { StatePanel } from '../state/state-panel.tsx';

export function Workspace() {
  return (
    <main class="workspace">
      <Stage />
      {line('stageHeight', 'rows', 'before', 'Height of the stage')}
      {otherRec.value !== null ? <SideBySide /> : <Work />}
    </main>
  );
}

const SideBySide = lazy(async () => (await import('../compare/side-by-side.tsx')).SideBySide);

function Work() {
  return (
    <div class="work">
      <div class="side-column" style={{ width: `${sizes.sideWidth.value}px` }}>
        <SidePanel />
      </div>
      {line('sideWidth', 'columns', 'before', 'Width of the facts')}
      <div class="centre-column">
        <SourcePanel />
        {line('dockHeight', 'rows', 'after', 'Height of the lower panel')}
        <div class="dock-box" style={{ height: `${sizes.dockHeight.value}px` }}>
          <Dock />
        </div>
      </div>
      {line('stateWidth', 'columns', 'after', 'Width of the state')}
      <div class="state-column" style={{ width: `${sizes.stateWidth.value}px` }}>
        <StatePanel />
      </div>
    </div>
  );
}

function line(name: keyof Layout, direction: 'columns' | 'rows', side: 'before' | 'after', label: string) {
  return (
    <Splitter
      size={sizes[name]}
      direction={direction}
      side={side}
      label={label}
      min={LIMITS[name].min}
      max={() => maxSize(name, { width: innerWidth, height: innerHeight })}
      reset={defaultSize(name)}
    />
  );
}
