import type { LineValue } from '@execution-cinema/server/protocol';
import type { LineFacts } from '../../model/line-facts.ts';
import type { Token } from '../../model/highlight.ts';
import { htmlOfLine } from '../../model/line-html.ts';
import { countText } from '../../model/units.ts';
import { memo } from '../parts/memo.tsx';
import { Value } from '../parts/value.tsx';

/** What can be done with a line; the same object for all lines and pictures. */
export interface LineActions {
  select: (line: number) => void;
  toggleStop: (line: number) => void;
  addLogPoint: (line: number) => void;
  inspect: (value: LineValue) => void;
}

interface Properties {
  line: number;
  top: number;
  tokens: readonly Token[];
  facts: LineFacts | undefined;
  isCurrent: boolean;
  threw: boolean;
  isSelected: boolean;
  isStop: boolean;
  /** Characters that are on screen. */
  columns: number;
  /** Undefined: only to be looked at. */
  actions: LineActions | undefined;
}

const WORDS: Readonly<Record<string, string>> = { return: 'returns', yield: 'yields', throw: 'throws' };

/** Values shown behind one line, and characters of each: as many as there is room for, within reason. */
const VALUES_MAX = 5;
const ROOM_LEAST = 16;
const ROOM_MOST = 64;

function Line(properties: Properties) {
  const { line, top, tokens, facts, isCurrent, threw, isSelected, isStop, columns, actions } = properties;
  const path = facts?.path ?? 'none';
  const classes = ['code-line', `path-${path}`];
  if (facts?.neverRan) classes.push('never');
  if (facts?.differs) classes.push('different');
  if (facts?.edited) classes.push('edited');
  if (isCurrent) classes.push('current');
  if (threw) classes.push('threw');
  if (isSelected) classes.push('selected');
  const hits = facts?.hits;
  const values = facts?.values.slice(0, VALUES_MAX) ?? [];
  const room = roomFor(tokens, values, columns);
  return (
    <div
      class={classes.join(' ')}
      style={{ top: `${top}px` }}
      data-line={line}
      aria-current={isCurrent ? 'step' : undefined}
    >
      <div class="gutter">
        <span class="heat" style={{ opacity: String(hits === undefined ? 0 : 0.2 + 0.8 * (facts?.heat ?? 0)) }} />
        <span class={facts?.block ? 'hits of-block' : 'hits'} title={hitsText(facts)}>
          {hits === undefined ? (facts?.block ? countText(facts.block.count) : '') : countText(hits)}
        </span>
        {actions ? (
          <LineButtons line={line} isSelected={isSelected} isStop={isStop} actions={actions} />
        ) : (
          <span class="line-number">{line}</span>
        )}
      </div>
      <span
        class="code-text"
        onClick={() => actions?.select(line)}
        dangerouslySetInnerHTML={{ __html: htmlOfLine(tokens) }}
      />
      {facts !== undefined && values.length > 0 && (
        <span class="inline-values">
          {values.map((value, i) => (
            <button
              key={i}
              type="button"
              tabIndex={-1}
              class={`inline-value ${value.kind}`}
              title={`${value.kind} ${value.name}`}
              disabled={!actions}
              onClick={() => actions?.inspect(value)}
            >
              <span class="inline-name">{WORDS[value.kind] ?? value.name}</span>
              <Value value={value.value} room={room} />
            </button>
          ))}
          {facts.values.length > VALUES_MAX && <span class="faint">+{facts.values.length - VALUES_MAX}</span>}
        </span>
      )}
    </div>
  );
}

function hitsText(facts: LineFacts | undefined): string | undefined {
  if (!facts) return undefined;
  const { hits, block } = facts;
  if (hits !== undefined) return `ran ${hits.toLocaleString('en')} times in this recording`;
  return (
    block && `leaves no event of its own; its block ran ${block.count.toLocaleString('en')} times (line ${block.by})`
  );
}

function LineButtons({
  line,
  isSelected,
  isStop,
  actions,
}: Pick<Properties, 'line' | 'isSelected' | 'isStop'> & { actions: LineActions }) {
  return (
    <>
      <button
        type="button"
        class="add-log"
        tabIndex={-1}
        aria-label={`Log point at line ${line}`}
        title="Log point: what an expression was, each time this line ran"
        onClick={() => actions.addLogPoint(line)}
      >
        <span aria-hidden="true">+</span>
      </button>
      <button
        type="button"
        class={`line-number${isStop ? ' stop' : ''}`}
        tabIndex={-1}
        aria-label={`Line ${line}`}
        title="Click: when this line ran. Alt+click: stop here when continuing."
        onClick={(event) => {
          if (event.altKey) actions.toggleStop(line);
          else actions.select(isSelected ? 0 : line);
        }}
      >
        {line}
      </button>
    </>
  );
}

function roomFor(tokens: readonly Token[], values: LineFacts['values'], columns: number): number {
  const last = tokens.at(-1);
  const used = last ? last.column + last.text.length : 0;
  const names = values.reduce((sum, { name }) => sum + name.length + 3, 0);
  const each = Math.floor((columns - used - names) / Math.max(1, values.length));
  return Math.max(ROOM_LEAST, Math.min(ROOM_MOST, each));
}

/** Moving the cursor touches few lines; the others stay as they are. */
export const CodeLine = memo(Line);
