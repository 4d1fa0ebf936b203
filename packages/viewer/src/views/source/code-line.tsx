import { memo } from 'preact/compat';
import { toggleBreakpoint } from '../../app/cursor.ts';
import { inspectLineValue } from '../../app/details.ts';
import { selectedLine, shown } from '../../app/source.ts';
import type { LineFacts } from '../../model/line-facts.ts';
import type { Token } from '../../model/highlight.ts';
import { countText } from '../../model/units.ts';
import { Value } from '../parts/value.tsx';

interface Properties {
  line: number;
  top: number;
  tokens: readonly Token[];
  facts: LineFacts | undefined;
  isCurrent: boolean;
  threw: boolean;
  isSelected: boolean;
  isStop: boolean;
  onLogPoint: (line: number) => void;
}

/** Values shown behind one line, and characters of each. */
const VALUES_MAX = 5;
const VALUE_ROOM = 36;

function Line(properties: Properties) {
  const { line, top, tokens, facts, isCurrent, threw, isSelected, isStop, onLogPoint } = properties;
  const path = facts?.path ?? 'none';
  const classes = ['code-line', `path-${path}`];
  if (facts?.neverRan) classes.push('never');
  if (isCurrent) classes.push('current');
  if (threw) classes.push('threw');
  if (isSelected) classes.push('selected');
  const hits = facts?.hits;
  return (
    <div
      class={classes.join(' ')}
      style={{ top: `${top}px` }}
      data-line={line}
      aria-current={isCurrent ? 'step' : undefined}
    >
      <div class="gutter">
        <span class="heat" style={{ opacity: String(hits === undefined ? 0 : 0.2 + 0.8 * (facts?.heat ?? 0)) }} />
        <span
          class="hits"
          title={hits === undefined ? undefined : `ran ${hits.toLocaleString('en')} times in this recording`}
        >
          {hits === undefined ? '' : countText(hits)}
        </span>
        <button
          type="button"
          class="add-log"
          tabIndex={-1}
          aria-label={`Log point at line ${line}`}
          title="Log point: what an expression was, each time this line ran"
          onClick={() => onLogPoint(line)}
        >
          +
        </button>
        <button
          type="button"
          class={`line-number${isStop ? ' stop' : ''}`}
          tabIndex={-1}
          aria-label={`Line ${line}`}
          title="Click: when this line ran. Alt+click: stop here when continuing."
          onClick={(event) => {
            if (event.altKey) toggleBreakpoint(shown.peek()!.view.file, line);
            else selectedLine.value = selectedLine.peek() === line ? null : line;
          }}
        >
          {line}
        </button>
      </div>
      <span class="code-text" onClick={() => (selectedLine.value = line)}>
        {tokens.map(({ text, kind, column }) =>
          kind === 'plain' ? (
            text
          ) : (
            <span
              key={column}
              class={`t-${kind}`}
              data-column={
                kind === 'name' || kind === 'property' || kind === 'function' || kind === 'type' ? column : undefined
              }
            >
              {text}
            </span>
          ),
        )}
      </span>
      {facts !== undefined && facts.values.length > 0 && (
        <span class="inline-values">
          {facts.values.slice(0, VALUES_MAX).map((value, i) => (
            <button
              key={i}
              type="button"
              tabIndex={-1}
              class={`inline-value ${value.kind}`}
              title={`${value.kind} ${value.name}`}
              onClick={() => inspectLineValue(value)}
            >
              <span class="inline-name">{value.kind === 'return' ? 'returns' : value.name}</span>
              <Value value={value.value} room={VALUE_ROOM} />
            </button>
          ))}
          {facts.values.length > VALUES_MAX && <span class="faint">+{facts.values.length - VALUES_MAX}</span>}
        </span>
      )}
    </div>
  );
}

/** Moving the cursor touches few lines; the others stay as they are. */
export const CodeLine = memo(Line);
