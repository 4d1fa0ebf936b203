import type { Signal } from '@preact/signals';
import type { Overview } from '@execution-cinema/server/protocol';
import { countText } from '../../model/units.ts';
import { Icon } from '../parts/icon.tsx';
import { lazy } from '../parts/lazy.tsx';
import type { CardProperties } from './trust-card.tsx';

const STATES: Readonly<Record<string, { text: string; tone: string; title: string }>> = {
  complete: { text: 'Complete', tone: 'green', title: 'Every process was drained to its end' },
  running: { text: 'Running', tone: 'accent', title: 'The program still runs' },
  'cut off': { text: 'Cut off', tone: 'amber', title: 'A process was killed: what it had not committed is missing' },
};

/** How far the recording can be trusted, in a few words; all of them on a click. */
export function TrustChips({ overview, open }: { overview: Overview; open: Signal<boolean> }) {
  const { events, functions } = overview;
  const lost = events.dropped + events.pruned;
  const state = STATES[overview.state] ?? { text: overview.state, tone: '', title: '' };
  const levels = levelText(overview);
  return (
    <div class="trust">
      <button
        type="button"
        class="trust-chips"
        aria-expanded={open.value}
        aria-haspopup="dialog"
        title="What was recorded, and what was not"
        onClick={() => (open.value = !open.value)}
      >
        <span class={`state-dot ${state.tone}`} />
        <span title={state.title}>{state.text}</span>
        <span class="sep" />
        <span>{countText(events.stored)} events</span>
        <span class={lost > 0 ? 'warn' : 'optional'}>{lost > 0 ? `${countText(lost)} missing` : 'none missing'}</span>
        {isDegraded(overview) && (
          <span class="warn" title="A budget has left out functions, or counted them instead of recording them">
            degraded by the budget
          </span>
        )}
        <span class="sep optional" />
        <span class="optional">{levels}</span>
        {functions.instrumented < functions.eligible && (
          <span class="optional faint">
            {functions.instrumented}/{functions.eligible} functions
          </span>
        )}
        <Icon name="down" size={12} />
      </button>
      {open.value && <TrustCard overview={overview} onClose={() => (open.value = false)} />}
    </div>
  );
}

/** What a budget has left out is missing as well, though no event was lost. */
function isDegraded({ notes }: Overview): boolean {
  return notes.some(({ kind }) => kind === 'budget');
}

const TrustCard = lazy<CardProperties>(async () => (await import('./trust-card.tsx')).TrustCard);

function levelText({ functions, processes }: Overview): string {
  const used = Object.entries(functions.byLevel).filter(([name, count]) => count > 0 && name !== 'off');
  if (used.length === 1) return used[0]![0];
  if (used.length > 1) return 'mixed levels';
  return processes[0]?.level ?? '';
}
