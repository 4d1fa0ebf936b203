import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import type { ShownFile } from '../../model/shown-file.ts';
import type { LineFacts } from '../../model/line-facts.ts';
import { CodeLine, type LineActions } from './code-line.tsx';

export const LINE_HEIGHT = 20;
const OVERSCAN_LINES = 20;
/** Lines kept free above and below the current one when it is brought into view. */
const MARGIN_LINES = 4;
/** Pixels of one character, and of the gutter with the space behind it. */
const LETTER = 7.22;
const GUTTER = 120;

interface Properties {
  box: RefObject<HTMLDivElement>;
  file: ShownFile;
  facts: ReadonlyMap<number, LineFacts>;
  /** Brought into view; null: stays where it is. */
  reveals: number | null;
  /** Where the code stands. */
  current: number | null;
  threw: boolean;
  isStale: boolean;
  label: string;
  selected?: number | null;
  stops?: ReadonlySet<number>;
  actions?: LineActions;
  onKeyDown?: (event: KeyboardEvent) => void;
  /** What lies over the lines. */
  children?: ComponentChildren;
}

/** The text of a file with what happened on its lines. Only lines on screen are in the page. */
export function CodeText(properties: Properties) {
  const { box, file, facts, reveals, current, threw, isStale, label, selected, stops, actions, onKeyDown } = properties;
  const [view, setView] = useState({ top: 0, height: 600, width: 600 });

  useLayoutEffect(() => {
    const element = box.current!;
    const measure = () => setView(viewOf(element));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (reveals !== null) revealLine(box.current!, reveals);
  }, [file, reveals]);

  const columns = Math.floor((view.width - GUTTER) / LETTER);
  const count = file.lines.length;
  const first = Math.max(0, Math.floor(view.top / LINE_HEIGHT) - OVERSCAN_LINES);
  const last = Math.min(count, Math.ceil((view.top + view.height) / LINE_HEIGHT) + OVERSCAN_LINES);
  const rows = [];
  for (let i = first; i < last; i++) {
    const line = i + 1;
    rows.push(
      <CodeLine
        key={line}
        line={line}
        top={i * LINE_HEIGHT}
        tokens={file.lines[i]!}
        facts={facts.get(line)}
        isCurrent={line === current}
        threw={threw && line === current}
        isSelected={line === selected}
        isStop={stops?.has(line) ?? false}
        columns={columns}
        actions={actions}
      />,
    );
  }
  return (
    <div
      ref={box}
      class={`code${isStale ? ' stale' : ''}`}
      tabIndex={0}
      role="region"
      aria-label={label}
      onKeyDown={onKeyDown}
      onScroll={(event) => setView(viewOf(event.currentTarget))}
    >
      <div
        class="code-space"
        style={{ height: `${count * LINE_HEIGHT + 40}px`, '--digits': String(String(count).length) }}
      >
        {rows}
        {properties.children}
      </div>
    </div>
  );
}

function viewOf({ scrollTop, clientHeight, clientWidth }: HTMLDivElement) {
  return { top: scrollTop, height: clientHeight, width: clientWidth };
}

export function revealLine(box: HTMLDivElement, line: number): void {
  const top = (line - 1) * LINE_HEIGHT;
  const margin = Math.min(MARGIN_LINES * LINE_HEIGHT, box.clientHeight / 3);
  if (top - margin >= box.scrollTop && top + LINE_HEIGHT + margin <= box.scrollTop + box.clientHeight) return;
  box.scrollTop = Math.max(0, top - box.clientHeight * 0.4);
}
