import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Place } from '@execution-cinema/server/protocol';
import { breakpoints, state, stateError, toggleBreakpoint } from '../../app/cursor.ts';
import { inspectLineValue } from '../../app/details.ts';
import { hits, lineValues, selectedLine, shown, standing } from '../../app/source.ts';
import { lineFacts, THROWING, type FactsByLine } from '../../model/line-facts.ts';
import type { ShownFile } from '../../model/shown-file.ts';
import type { LineActions } from './code-line.tsx';
import { CodeText, LINE_HEIGHT, revealLine } from './code-text.tsx';
import { HoverCard } from './hover-card.tsx';
import { LogPointForm } from './log-point-form.tsx';

/** The file at the cursor, to be worked with. */
export function CodeView({ file, place }: { file: ShownFile; place: Place | null }) {
  const box = useRef<HTMLDivElement>(null);
  const [logPointLine, setLogPoint] = useState<number | null>(null);
  const before = useRef<FactsByLine>();
  const [counts, values] = [hits.value, lineValues.value];
  const facts = useMemo(() => lineFacts(file.view, counts, values, before.current), [file, counts, values]);
  before.current = facts;
  // What happened when nothing was on the stack any more has a file, but no line: the text stays where it is.
  const currentLine = place?.file === file.view.file && place.line > 0 ? place.line : null;
  const here = standing.value;
  const stops = new Set(breakpoints.value.filter((stop) => stop.file === file.view.file).map((stop) => stop.line));
  useEffect(() => setLogPoint(null), [file]);
  const actions = useMemo<LineActions>(
    () => ({
      select: (line) => (selectedLine.value = line > 0 ? line : null),
      toggleStop: (line) => toggleBreakpoint(shown.peek()!.view.file, line),
      addLogPoint: setLogPoint,
      inspect: inspectLineValue,
    }),
    [],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || !event.altKey) return;
    const next = Math.max(1, Math.min(file.lines.length, (selectedLine.value ?? currentLine ?? 1) + step));
    selectedLine.value = next;
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
      <HoverCard box={box} />
    </CodeText>
  );
}
