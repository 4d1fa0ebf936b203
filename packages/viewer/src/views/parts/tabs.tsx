import { countText } from '../../model/units.ts';
import { Icon, type IconName } from './icon.tsx';

export interface Tab<Id extends string> {
  id: Id;
  label: string;
  icon?: IconName;
  /** How many it lists; null: not known, and there may be some. */
  count?: number | null;
  /** How many of them are new. */
  fresh?: number;
  tone?: 'red';
}

interface Properties<Id extends string> {
  tabs: readonly Tab<Id>[];
  selected: Id;
  onSelect: (id: Id) => void;
  label: string;
  /** Id of the element that shows what is selected. */
  controls: string;
}

/** Arrows belong to the tabs of whoever came here by the keyboard; after a click they go on stepping. */
function leaveFocus(event: MouseEvent): void {
  event.preventDefault();
  const focused = document.activeElement;
  if (focused instanceof HTMLElement) focused.blur();
}

export function Tabs<Id extends string>({ tabs, selected, onSelect, label, controls }: Properties<Id>) {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const index = tabs.findIndex(({ id }) => id === selected);
    const next = tabs[(index + step + tabs.length) % tabs.length]!;
    onSelect(next.id);
    const list = event.currentTarget as HTMLElement;
    queueMicrotask(() => list.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown} onMouseDown={leaveFocus}>
      {tabs.map(({ id, label: text, icon, count, fresh = 0, tone }) => (
        <button
          key={id}
          type="button"
          role="tab"
          class="tab"
          aria-selected={id === selected}
          aria-controls={controls}
          tabIndex={id === selected ? 0 : -1}
          title={titleOf(text, count, fresh)}
          onClick={() => onSelect(id)}
        >
          {icon !== undefined && <Icon name={icon} size={14} />}
          <span class="tab-text">{text}</span>
          {count !== undefined && (
            <span
              class={`tab-count${fresh > 0 ? ' fresh' : (count ?? 0) > 0 && tone ? ` ${tone}` : ''}`}
              aria-hidden="true"
            >
              {fresh > 0 ? `+${countText(fresh)}` : count === null ? '' : countText(count)}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}

function titleOf(text: string, count: number | null | undefined, fresh: number): string {
  if (count === undefined || count === null) return text;
  return `${text}: ${count.toLocaleString('en')}${fresh > 0 ? `, ${fresh.toLocaleString('en')} of them new` : ''}`;
}
