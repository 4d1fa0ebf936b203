import { breakpoints, goTo, move, toggleBreakpoint } from '../../app/cursor.ts';
import {
  executions,
  lineValues,
  lineWithEvents,
  openFile,
  selectedRecord,
  selection,
  standing,
} from '../../app/source.ts';
import { baseName } from '../../model/function-name.ts';
import type { LineRecord } from '../../model/line-facts.ts';
import { plural, timeText } from '../../model/units.ts';
import { wholeSpan } from '../../app/session.ts';
import { Button } from '../parts/button.tsx';
import { Value } from '../parts/value.tsx';

export interface LineBarProperties {
  file: string;
  line: number;
}

const CHIPS_MAX = 12;

/** When the selected line ran: previous and next time, and those near the cursor. */
export function LineBar({ file, line }: LineBarProperties) {
  const runs = executions.value;
  const record = selectedRecord.value;
  const eventLine = lineWithEvents(record, line);
  const go = (direction: 'forward' | 'back') =>
    eventLine !== undefined && void move('line', direction, { file, line: eventLine });
  const position = runs?.current === null || runs?.current === undefined ? null : runs.current + 1;
  const total = runs?.total ?? null;
  const local = runs && runs.current !== null ? runs.current - runs.offset : -1;
  // Where there is little room, only the first of them are seen: the current one and the one before it.
  const from = Math.max(0, local - 1);
  const stopLine = eventLine ?? line;
  const here = standing.value;
  const isHere = here?.file === file && (here.line === line || here.line === eventLine);
  const passed = record.kind === 'never' ? '' : textOfCall(file, line);
  const about = `${textOf(record, runs && { total, position, isHere })}${passed}`;
  const isStop = breakpoints.value.some((stop) => stop.file === file && stop.line === stopLine);
  return (
    <footer class="line-bar">
      <Button
        icon="previous"
        label="Previous time this line ran"
        disabled={eventLine === undefined}
        onClick={() => go('back')}
      />
      <Button
        icon="next"
        label="Next time this line ran"
        disabled={eventLine === undefined}
        onClick={() => go('forward')}
      />
      <span class="line-bar-text">
        <button
          type="button"
          class="plain-link"
          title={`Show line ${line} of ${file}`}
          onClick={() => openFile(file, line)}
        >
          Line {line} of {baseName(file)}
        </button>
        <span class="faint shrink" title={about}>
          {about}
        </span>
      </span>
      <div class="line-runs">
        {runs?.items.slice(from, from + CHIPS_MAX).map((run, i) => (
          <button
            key={run.at.event}
            type="button"
            class={`run${from + i === local ? ' current' : ''}`}
            title={`${run.function}, ${timeText(run.at.timeNs, wholeSpan.value.toNs / 4)}`}
            onClick={() => void goTo(run.at, { frame: run.call })}
          >
            {run.values[0] ? (
              <Value value={run.values[0].value} room={18} />
            ) : (
              (runs.offset + from + i + 1).toLocaleString('en')
            )}
          </button>
        ))}
      </div>
      <Button
        label={isStop ? 'Do not stop here' : 'Stop here when continuing'}
        class="small"
        pressed={isStop}
        onClick={() => toggleBreakpoint(file, stopLine)}
      >
        {isStop ? 'Stops here' : 'Stop here'}
      </Button>
      <Button icon="close" label="Close" onClick={() => (selection.value = null)} />
    </footer>
  );
}

/** What is known of the call that is looked at. */
function textOfCall(file: string, line: number): string {
  const values = lineValues.value;
  return values?.file === file && values.skipped.includes(line) ? '; not in this call' : '';
}

interface Runs {
  total: number | null;
  /** Of the last one at or before the cursor, from 1. */
  position: number | null;
  /** The cursor stands in it. */
  isHere: boolean;
}

function textOf(record: LineRecord, runs: Runs | null): string {
  if (record.kind === 'never') return 'never ran';
  if (record.kind === 'unknown') return 'leaves no event, nor does its block: how often it ran is not known';
  if (record.kind === 'derived') {
    return `leaves no event of its own; it ran ${plural(record.count, 'time')}, as the lines around it tell`;
  }
  const stands = record.kind === 'block' ? `leaves no event of its own; line ${record.by} of its block ` : '';
  if (!runs) return stands;
  // Where nothing was found nothing is claimed: only counts of the whole file say that a line never ran.
  if (runs.total === 0) return `${stands}left no event`;
  const times = runs.total === null ? 'many times' : plural(runs.total, 'time');
  const happened = record.kind === 'own' && record.isPart ? 'left an event' : 'ran';
  return `${stands}${happened} ${times}${positionText(runs)}`;
}

/** Which of them it is: the cursor may have gone elsewhere since. */
function positionText({ position, isHere, total }: Runs): string {
  if (position === null) return total === null ? '' : ', first after this moment';
  return `, ${isHere ? 'this is' : 'the last was'} number ${position.toLocaleString('en')}`;
}
