import { useEffect, useRef } from 'preact/hooks';
import type { LineValue } from '@execution-cinema/server/protocol';
import { inspectLineValue } from '../../app/details.ts';
import { wordOf } from '../../model/line-facts.ts';
import { Button } from '../parts/button.tsx';
import { Value } from '../parts/value.tsx';

export interface ValuesCardProperties {
  line: number;
  top: number;
  values: readonly LineValue[];
  onClose: () => void;
}

/** Characters of a value. */
const ROOM = 80;

/** All values of a line that has no room for them behind its code. */
export function ValuesCard({ line, top, values, onClose }: ValuesCardProperties) {
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    card.current!.querySelector<HTMLElement>('.values-row')?.focus({ preventScroll: true });
    const outside = (event: PointerEvent) => {
      if (!card.current!.contains(event.target as Node)) onClose();
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, []);
  return (
    <div
      ref={card}
      class="values-card"
      role="dialog"
      aria-label={`Values of line ${line}`}
      style={{ top: `${top}px` }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header>
        <span class="faint">Line {line}</span>
        <Button icon="close" label="Close" onClick={onClose} />
      </header>
      {values.map((value, i) => (
        <button
          key={i}
          type="button"
          class="values-row"
          title={`${value.kind} ${value.name}`}
          onClick={() => {
            inspectLineValue(value);
            onClose();
          }}
        >
          <span class="inline-name">{wordOf(value)}</span>
          <Value value={value.value} room={ROOM} />
        </button>
      ))}
    </div>
  );
}
