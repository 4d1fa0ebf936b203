import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { LogPointResult } from '@execution-cinema/server/protocol';
import { goTo, setBreakpoint } from '../../app/cursor.ts';
import { lineWithEvents, recordAt } from '../../app/source.ts';
import { askLong, wholeSpan } from '../../app/session.ts';
import type { LineRecord } from '../../model/line-facts.ts';
import { plural, timeText } from '../../model/units.ts';
import { Latest } from '../../transport/latest.ts';
import { Button } from '../parts/button.tsx';
import { ErrorMessage } from '../parts/message.tsx';
import { Value } from '../parts/value.tsx';

export interface LogPointProperties {
  file: string;
  line: number;
  top: number;
  onClose: () => void;
}

const HITS_SHOWN = 200;

/** Why the line itself cannot be asked. */
const NOTES: Readonly<Record<Exclude<LineRecord['kind'], 'own'>, (line: number, by: number) => string>> = {
  block: (line, by) =>
    `Line ${line} leaves no event of its own: values are those after line ${by}, the nearest one of the same block that does.`,
  derived: (line) =>
    `Line ${line} leaves no event, nor does another line of its block: how often it ran is known, but not when. Lines with a number at their left that is not in italics can be asked.`,
  never: (line) => `Line ${line} never ran: there is nothing to log.`,
  unknown: (line) =>
    `Neither line ${line} nor its block leaves an event at the level at which it was recorded. Lines with a number at their left do.`,
};

/** A log line that was never written: an expression, looked at each time the line ran. */
export function LogPointForm({ file, line, top, onClose }: LogPointProperties) {
  const [expression, setExpression] = useState('');
  const [condition, setCondition] = useState('');
  const [result, setResult] = useState<LogPointResult | null>(null);
  const [error, setError] = useState<unknown>(null);
  const latest = useRef(new Latest()).current;
  const field = useRef<HTMLInputElement>(null);
  const when = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  // Before the next key.
  useLayoutEffect(() => field.current?.focus({ preventScroll: true }), []);
  useEffect(() => form.current?.scrollIntoView({ block: 'nearest' }), [result, error]);
  const record = recordAt(line);
  const eventLine = lineWithEvents(record, line);
  const run = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (eventLine === undefined) return;
    // What stands in the fields: Enter may come before the last key was drawn.
    const { value } = field.current!;
    const only = when.current!.value;
    if (value.trim() === '') return;
    const params = {
      file,
      line: eventLine,
      expression: value,
      limit: HITS_SHOWN,
      ...(only.trim() !== '' && { condition: only }),
    };
    try {
      const answer = await latest.run((signal) => askLong('logPoint', params, signal));
      if (!answer) return;
      setResult(answer);
      setError(null);
    } catch (failed) {
      setResult(null);
      setError(failed);
    }
  };
  return (
    <form
      ref={form}
      class="log-point"
      style={{ top: `${top}px` }}
      aria-label={`Log point at line ${line}`}
      onSubmit={(event) => void run(event)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') onClose();
      }}
    >
      <div class="log-point-fields">
        <label>
          <span>Log at line {line}</span>
          <input
            ref={field}
            class="field code-font"
            placeholder="total, items.length, `rate ${rate}`"
            value={expression}
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => setExpression(event.currentTarget.value)}
          />
        </label>
        <label>
          <span>only if</span>
          <input
            ref={when}
            class="field code-font"
            placeholder="always"
            value={condition}
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => setCondition(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button primary">
          Log
        </button>
        <Button
          label="Continue (F8) stops at this line, only where the condition holds"
          onClick={() => {
            setBreakpoint(file, eventLine ?? line, when.current!.value.trim());
            onClose();
          }}
        >
          Stop
        </Button>
        <Button icon="close" label="Close" onClick={onClose} />
      </div>
      {record.kind === 'own' && record.isPart && (
        <p class="faint">Line {line} leaves an event only sometimes: values are those of these times.</p>
      )}
      {record.kind !== 'own' && <p class="faint">{NOTES[record.kind](line, eventLine ?? 0)}</p>}
      {error !== null && <ErrorMessage error={error} />}
      {result && (
        <div class="log-point-hits">
          <p class="faint">
            {plural(result.total ?? result.items.length, 'hit')} in {plural(result.executions, 'execution')} of line{' '}
            {eventLine}
          </p>
          {result.items.map((hit) => (
            <button
              key={`${hit.at.thread}@${hit.at.event}`}
              type="button"
              class="log-hit"
              onClick={() => void goTo(hit.at, { frame: hit.call })}
            >
              <span class="faint">{timeText(hit.at.timeNs, wholeSpan.value.toNs / 4)}</span>
              {hit.error !== null ? <span class="faint">{hit.error}</span> : <Value value={hit.value} room={90} />}
              <span class="faint end">{hit.function}</span>
            </button>
          ))}
        </div>
      )}
    </form>
  );
}
