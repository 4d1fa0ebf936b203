import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { WireValue } from '@execution-cinema/server/protocol';
import { frame, lookOutside } from '../../app/cursor.ts';
import { scopeOf } from '../../model/outer-scopes.ts';
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
    let pointed: HTMLElement | null = null;
    const over = async (event: MouseEvent) => {
      const token = (event.target as HTMLElement).closest<HTMLElement>('[data-column]');
      pointed = token;
      const name = token?.textContent ?? '';
      if (!token || token.classList.contains('t-property')) return setCard(null);
      const variable = variableOf(name) ?? (await omittedOf(name));
      if (pointed !== token) return;
      if (!variable) return setCard(null);
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
    const leave = () => {
      pointed = null;
      setCard(null);
    };
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
  const own = frame.peek();
  return own && scopeOf(own, name)?.variables.find((variable) => variable.name === name);
}

/** A variable of a scope that was not described yet. */
async function omittedOf(name: string) {
  const own = frame.peek();
  if (!own || !scopeOf(own, name)) return undefined;
  await lookOutside();
  return variableOf(name);
}
