import { countText } from '../../model/units.ts';
import { Icon, type IconName } from './icon.tsx';

export interface Tab<Id extends string> {
  id: Id;
  label: string;
  icon?: IconName;
  count?: number;
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
      {tabs.map(({ id, label: text, icon, count, tone }) => (
        <button
          key={id}
          type="button"
          role="tab"
          class="tab"
          aria-selected={id === selected}
          aria-controls={controls}
          tabIndex={id === selected ? 0 : -1}
          title={text}
          onClick={() => onSelect(id)}
        >
          {icon !== undefined && <Icon name={icon} size={14} />}
          <span class="tab-text">{text}</span>
          {count !== undefined && count > 0 && (
            <span class={`tab-count ${tone ?? ''}`} aria-hidden="true">
              {countText(count)}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}
