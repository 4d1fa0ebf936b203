import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { WireValue } from '@execution-cinema/server/protocol';
import { frame } from '../../app/cursor.ts';
import { Value } from '../parts/value.tsx';

interface Card {
  name: string;
  value: WireValue;
  type: string;
  left: number;
  top: number;
}

const CARD_ROOM = 160;

/** The value of the variable under the pointer, as the frame sees it now. */
export function HoverCard({ box }: { box: RefObject<HTMLDivElement> }) {
  const [card, setCard] = useState<Card | null>(null);
  useEffect(() => {
    const element = box.current!;
    const over = (event: MouseEvent) => {
      const token = (event.target as HTMLElement).closest<HTMLElement>('[data-column]');
      const name = token?.textContent ?? '';
      const variable = token && !token.classList.contains('t-property') ? variableOf(name) : undefined;
      if (!token || !variable) return setCard(null);
      const own = token.getBoundingClientRect();
      const outer = element.getBoundingClientRect();
      setCard({
        name,
        value: variable.value,
        type: variable.type,
        left: own.left - outer.left + element.scrollLeft,
        top: own.bottom - outer.top + element.scrollTop + 4,
      });
    };
    const leave = () => setCard(null);
    element.addEventListener('mouseover', over);
    element.addEventListener('mouseleave', leave);
    return () => {
      element.removeEventListener('mouseover', over);
      element.removeEventListener('mouseleave', leave);
    };
  }, []);
  if (!card) return null;
  return (
    <div class="hover-card" role="tooltip" style={{ left: `${card.left}px`, top: `${card.top}px` }}>
      <code>{card.name}</code>
      <span class="faint">{card.type}</span>
      <Value value={card.value} room={CARD_ROOM} />
    </div>
  );
}

function variableOf(name: string) {
  for (const scope of frame.peek()?.scopes ?? []) {
    const found = scope.variables.find((variable) => variable.name === name);
    if (found) return found;
  }
  return undefined;
}
