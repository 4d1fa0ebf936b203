import { breakpoints, goTo, move, toggleBreakpoint } from '../../app/cursor.ts';
import { executions, selectedLine, shown } from '../../app/source.ts';
import { plural, timeText } from '../../model/units.ts';
import { wholeSpan } from '../../app/session.ts';
import { Button } from '../parts/button.tsx';
import { Value } from '../parts/value.tsx';

const CHIPS_MAX = 12;

/** When the selected line ran: previous and next time, and those near the cursor. */
export function LineBar({ line }: { line: number }) {
  const file = shown.value?.view.file;
  const runs = executions.value;
  if (file === undefined) return null;
  const go = (direction: 'forward' | 'back') => void move('line', direction, { file, line });
  const position = runs?.current === null || runs?.current === undefined ? null : runs.current + 1;
  const total = runs?.total ?? null;
  const local = runs && runs.current !== null ? runs.current - runs.offset : -1;
  // Where there is little room, only the first of them are seen: the current one and the one before it.
  const from = Math.max(0, local - 1);
  const isStop = breakpoints.value.some((stop) => stop.file === file && stop.line === line);
  return (
    <footer class="line-bar">
      <Button icon="previous" label="Previous time this line ran" onClick={() => go('back')} />
      <Button icon="next" label="Next time this line ran" onClick={() => go('forward')} />
      <span class="line-bar-text">
        Line {line}
        <span class="faint">
          {runs === null
            ? ''
            : total === 0
              ? ' never ran'
              : ` ran ${total === null ? 'many times' : plural(total, 'time')}${position === null ? '' : `, this is number ${position.toLocaleString('en')}`}`}
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
        onClick={() => toggleBreakpoint(file, line)}
      >
        {isStop ? 'Stops here' : 'Stop here'}
      </Button>
      <Button icon="close" label="Close" onClick={() => (selectedLine.value = null)} />
    </footer>
  );
}
