import type { LineValue } from '@execution-cinema/server/protocol';
import { wordOf, type LineFacts } from '../../model/line-facts.ts';
import type { Token } from '../../model/highlight.ts';
import { htmlOfLine } from '../../model/line-html.ts';
import { countText, plural } from '../../model/units.ts';
import { memo } from '../parts/memo.tsx';
import { Value } from '../parts/value.tsx';
import { valuesThatFit } from '../../model/line-room.ts';
import { previewText } from '../../model/values.ts';

/** What can be done with a line; the same object for all lines and pictures. */
export interface LineActions {
  select: (line: number) => void;
  toggleStop: (line: number) => void;
  addLogPoint: (line: number) => void;
  inspect: (value: LineValue) => void;
  /** Shows all values of a line. */
  showValues: (line: number) => void;
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
  /** Pixels for the text and its values. */
  width: number;
  /** Pixels of a letter. */
  letter: number;
  /** Undefined: only to be looked at. */
  actions: LineActions | undefined;
}

const TITLE_ROOM = 120;
/** Of the width of the current line, for values that its code leaves no room for. */
const HELD_SHARE = 0.45;

function Line(properties: Properties) {
  const { line, top, tokens, facts, isCurrent, threw, isSelected, isStop, width, letter, actions } = properties;
  const path = facts?.path ?? 'none';
  const classes = ['code-line', `path-${path}`];
  if (facts?.neverRan) classes.push('never');
  if (facts?.differing) classes.push('different');
  if (facts?.edited) classes.push('edited');
  if (isCurrent) classes.push('current');
  if (threw) classes.push('threw');
  if (isSelected) classes.push('selected');
  const count = shownCount(facts);
  const isCounted = (facts?.hits ?? facts?.within) !== undefined;
  const all = facts?.values ?? [];
  const words = all.map(wordOf);
  const behind = valuesThatFit(tokens, words, width, letter);
  // What happens at the cursor is seen at once: the end of a long line gives way there.
  const held = isCurrent && behind.shown === 0 ? valuesThatFit([], words, width * HELD_SHARE, letter) : undefined;
  const inSight = behind.shown || (held?.shown ?? 0);
  const hidden = all.slice(inSight);
  const chips = (many: number, room: number) =>
    all
      .slice(0, many)
      .map((value, i) => (
        <Chip
          key={i}
          value={value}
          room={room}
          differs={facts?.differing?.has(value) ?? false}
          inspect={actions?.inspect}
        />
      ));
  return (
    <div
      class={classes.join(' ')}
      style={{ top: `${top}px` }}
      data-line={line}
      aria-current={isCurrent ? 'step' : undefined}
    >
      <div class="gutter">
        <span class="heat" style={{ opacity: String(!isCounted ? 0 : 0.2 + 0.8 * (facts?.heat ?? 0)) }} />
        <span class={facts?.block && count === facts.block.count ? 'hits of-block' : 'hits'} title={hitsText(facts)}>
          {count === undefined ? '' : countText(count)}
          {facts?.atLeast && '+'}
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
      {inSight === behind.shown && inSight + behind.beyond > 0 && (
        <span class="inline-values" style={{ maxWidth: behind.width === Infinity ? 'none' : `${behind.width}px` }}>
          {chips(inSight + behind.beyond, behind.room)}
        </span>
      )}
      <span class={held?.shown ? 'values-gutter held' : 'values-gutter'}>
        {held && chips(held.shown, held.room)}
        {hidden.length > 0 && (
          <button
            type="button"
            tabIndex={-1}
            class="values-more"
            aria-label={`${plural(hidden.length, 'more value')} of line ${line}`}
            title={hidden.map((value) => `${wordOf(value)} ${previewText(value.value, TITLE_ROOM)}`).join('\n')}
            disabled={!actions}
            onClick={() => actions?.showValues(line)}
          >
            +{hidden.length}
          </button>
        )}
      </span>
    </div>
  );
}

interface ChipProperties {
  value: LineValue;
  /** In characters. */
  room: number;
  /** Another run had another value. */
  differs: boolean;
  inspect: LineActions['inspect'] | undefined;
}

function Chip({ value, room, differs, inspect }: ChipProperties) {
  return (
    <button
      type="button"
      tabIndex={-1}
      class={`inline-value ${value.kind}${value.isOver ? ' over' : ''}${differs ? ' differs' : ''}`}
      title={`${value.kind} ${value.name}${value.isOver ? ', last value: its loop or block is over' : ''}`}
      disabled={!inspect}
      onClick={() => inspect?.(value)}
    >
      <span class="inline-name">{wordOf(value)}</span>
      <Value value={value.value} room={room} />
    </button>
  );
}

function hitsText(facts: LineFacts | undefined): string | undefined {
  if (!facts) return undefined;
  const { within, atLeast } = facts;
  const called = within === undefined ? undefined : `the function on it was called ${plural(within, 'time')}`;
  const text = [countedText(facts), called].filter((part) => part !== undefined).join('; ');
  if (text === '') return undefined;
  return atLeast ? `${text}, or more: not every time left an event` : text;
}

/** What stands beside the line: how often it ran, or the function that stands on it whole. */
function shownCount(facts: LineFacts | undefined): number | undefined {
  const own = facts?.block?.count ?? facts?.hits;
  return facts?.within === undefined ? own : Math.max(own ?? 0, facts.within);
}

function countedText({ hits, block }: LineFacts): string | undefined {
  if (!block) return hits === undefined ? undefined : `ran ${plural(hits, 'time')} in this recording`;
  const events = hits === undefined ? 'leaves no event of its own' : `left an event ${plural(hits, 'time')}`;
  const times = plural(block.count, 'time');
  return block.by === 0
    ? `${events}; it ran ${times}, as the lines around it tell`
    : `${events}; its block ran ${times} (line ${block.by})`;
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

/** Moving the cursor touches few lines; the others stay as they are. */
export const CodeLine = memo(Line);
