import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Place } from '@execution-cinema/server/protocol';
import { breakpoints, state, stateError, toggleBreakpoint } from '../../app/cursor.ts';
import { inspectLineValue } from '../../app/details.ts';
import { hits, lineValues, selectedLine, selection, shown, standing } from '../../app/source.ts';
import { lineFacts, THROWING, type FactsByLine } from '../../model/line-facts.ts';
import type { ShownFile } from '../../model/shown-file.ts';
import type { LineActions } from './code-line.tsx';
import { CodeText, LINE_HEIGHT, revealLine } from './code-text.tsx';
import { HoverCard } from './hover-card.tsx';
import type { LogPointProperties } from './log-point-form.tsx';
import { lazy } from '../parts/lazy.tsx';
import type { ValuesCardProperties } from './values-card.tsx';

const LogPointForm = lazy<LogPointProperties>(async () => (await import('./on-demand.ts')).LogPointForm);
const ValuesCard = lazy<ValuesCardProperties>(async () => (await import('./on-demand.ts')).ValuesCard);

/** The file at the cursor, to be worked with. */
export function CodeView({ file, place }: { file: ShownFile; place: Place | null }) {
  const box = useRef<HTMLDivElement>(null);
  const [logPointLine, setLogPoint] = useState<number | null>(null);
  const [valuesLine, setValuesLine] = useState<number | null>(null);
  const before = useRef<FactsByLine>();
  const [counts, values] = [hits.value, lineValues.value];
  const facts = useMemo(() => lineFacts(file.view, counts, values, before.current), [file, counts, values]);
  before.current = facts;
  // What happened when nothing was on the stack any more has a file, but no line: the text stays where it is.
  const currentLine = place?.file === file.view.file && place.line > 0 ? place.line : null;
  const here = standing.value;
  const stops = new Set(breakpoints.value.filter((stop) => stop.file === file.view.file).map((stop) => stop.line));
  useEffect(() => setLogPoint(null), [file]);
  // Who moves over the text may want a log point, and type into it at once.
  useEffect(() => box.current!.addEventListener('pointermove', () => void LogPointForm.load(), { once: true }), []);
  useEffect(() => setValuesLine(null), [file, values]);
  const actions = useMemo<LineActions>(
    () => ({
      select: (line) => (selection.value = line > 0 ? { file: shown.peek()!.view.file, line } : null),
      toggleStop: (line) => toggleBreakpoint(shown.peek()!.view.file, line),
      addLogPoint: setLogPoint,
      showValues: setValuesLine,
      inspect: inspectLineValue,
    }),
    [],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') selection.value = null;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !event.altKey) return;
    const next = Math.max(1, Math.min(file.lines.length, (selectedLine.value ?? currentLine ?? 1) + step));
    selection.value = { file: file.view.file, line: next };
    revealLine(box.current!, next, file.lines.length);
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <CodeText
      box={box}
      file={file}
      facts={facts}
      reveals={currentLine}
      current={here?.file === file.view.file ? here.line : null}
      threw={THROWING.has(state.value?.event.kind ?? '')}
      isStale={stateError.value !== null}
      label={`Source of ${file.view.file}. Alt and arrows select a line.`}
      selected={selectedLine.value}
      stops={stops}
      actions={actions}
      onKeyDown={onKeyDown}
    >
      {logPointLine !== null && (
        <LogPointForm
          key={logPointLine}
          file={file.view.file}
          line={logPointLine}
          top={logPointLine * LINE_HEIGHT}
          onClose={() => setLogPoint(null)}
        />
      )}
      {valuesLine !== null && (
        <ValuesCard
          key={valuesLine}
          line={valuesLine}
          top={valuesLine * LINE_HEIGHT}
          values={facts.get(valuesLine)?.values ?? []}
          onClose={() => setValuesLine(null)}
        />
      )}
      <HoverCard box={box} />
    </CodeText>
  );
}
