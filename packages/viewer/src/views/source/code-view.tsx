import { useComputed } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Place } from '@execution-cinema/server/protocol';
import { breakpoints, state, stateError } from '../../app/cursor.ts';
import { hits, lineValues, selectedLine, standing, type ShownFile } from '../../app/source.ts';
import { lineFacts } from '../../model/line-facts.ts';
import { CodeLine } from './code-line.tsx';
import { HoverCard } from './hover-card.tsx';
import { LogPointForm } from './log-point-form.tsx';

const LINE_HEIGHT = 20;
const OVERSCAN_LINES = 20;
/** Lines kept free above and below the current one when it is brought into view. */
const MARGIN_LINES = 4;
/** Pixels of one character, and of the gutter with the space behind it. */
const LETTER = 7.22;
const GUTTER = 120;

/** The text with what happened on its lines. Only lines on screen are in the page. */
export function CodeView({ file, place }: { file: ShownFile; place: Place | null }) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600, width: 600 });
  const [logPointLine, setLogPoint] = useState<number | null>(null);
  const facts = useComputed(() => lineFacts(file.view, hits.value, lineValues.value)).value;
  const isHere = place?.file === file.view.file;
  const currentLine = isHere ? place.line : null;
  const here = standing.value;
  const stands = here?.file === file.view.file ? here.line : null;
  const threw = ['throw', 'leave by throw', 'uncaught'].includes(state.value?.event.kind ?? '');
  const stops = new Set(breakpoints.value.filter((stop) => stop.file === file.view.file).map((stop) => stop.line));

  useLayoutEffect(() => {
    const element = box.current!;
    const measure = () => setView(viewOf(element));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (currentLine !== null) reveal(box.current!, currentLine);
  }, [file, currentLine]);
  useEffect(() => setLogPoint(null), [file]);

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
        isCurrent={line === stands}
        threw={threw && line === stands}
        isSelected={line === selectedLine.value}
        isStop={stops.has(line)}
        columns={columns}
        onLogPoint={setLogPoint}
      />,
    );
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !event.altKey) return;
    const next = Math.max(1, Math.min(count, (selectedLine.value ?? currentLine ?? 1) + step));
    selectedLine.value = next;
    reveal(box.current!, next);
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={box}
      class={`code${stateError.value !== null ? ' stale' : ''}`}
      tabIndex={0}
      role="region"
      aria-label={`Source of ${file.view.file}. Alt and arrows select a line.`}
      onKeyDown={onKeyDown}
      onScroll={(event) => setView(viewOf(event.currentTarget))}
    >
      <div
        class="code-space"
        style={{ height: `${count * LINE_HEIGHT + 40}px`, '--digits': String(String(count).length) }}
      >
        {rows}
        {logPointLine !== null && (
          <LogPointForm
            key={logPointLine}
            file={file.view.file}
            line={logPointLine}
            top={logPointLine * LINE_HEIGHT}
            onClose={() => setLogPoint(null)}
          />
        )}
      </div>
      <HoverCard box={box} />
    </div>
  );
}

function viewOf({ scrollTop, clientHeight, clientWidth }: HTMLDivElement) {
  return { top: scrollTop, height: clientHeight, width: clientWidth };
}

function reveal(box: HTMLDivElement, line: number): void {
  const top = (line - 1) * LINE_HEIGHT;
  const margin = Math.min(MARGIN_LINES * LINE_HEIGHT, box.clientHeight / 3);
  if (top - margin >= box.scrollTop && top + LINE_HEIGHT + margin <= box.scrollTop + box.clientHeight) return;
  box.scrollTop = Math.max(0, top - box.clientHeight * 0.4);
}
