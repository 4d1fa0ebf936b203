import type { Signal } from '@preact/signals';

interface Properties {
  /** Pixels of the panel that it resizes. */
  size: Signal<number>;
  direction: 'columns' | 'rows';
  /** The panel lies before (left, above) or behind the splitter. */
  side: 'before' | 'after';
  label: string;
  min: number;
  max: () => number;
  reset: number;
}

const KEY_STEP = 16;

/** The line between two panels: drag it, or arrows; a double click gives its size back. */
export function Splitter({ size, direction, side, label, min, max, reset }: Properties) {
  const set = (value: number) => {
    size.value = Math.round(Math.max(min, Math.min(max(), value)));
  };
  const sign = side === 'before' ? 1 : -1;
  const onPointerDown = (event: PointerEvent) => {
    const start = direction === 'columns' ? event.clientX : event.clientY;
    const startSize = size.value;
    const target = event.currentTarget as HTMLElement;
    target.setPointerCapture(event.pointerId);
    const move = (moved: PointerEvent) => {
      const at = direction === 'columns' ? moved.clientX : moved.clientY;
      set(startSize + sign * (at - start));
    };
    const end = () => {
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', end);
      target.removeEventListener('pointercancel', end);
    };
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', end);
    target.addEventListener('pointercancel', end);
    event.preventDefault();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [less, more] = direction === 'columns' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    if (event.key === less) set(size.value - sign * KEY_STEP);
    else if (event.key === more) set(size.value + sign * KEY_STEP);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      class={`splitter ${direction}`}
      role="separator"
      aria-orientation={direction === 'columns' ? 'vertical' : 'horizontal'}
      aria-label={label}
      aria-valuenow={size.value}
      aria-valuemin={min}
      aria-valuemax={max()}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      onDblClick={() => set(reset)}
    />
  );
}
