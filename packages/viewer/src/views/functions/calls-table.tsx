import { useEffect, useRef, useState } from 'preact/hooks';
import { formatCall } from '@execution-cinema/format';
import type { CallView, FunctionView, TypesView, WireValue } from '@execution-cinema/server/protocol';
import { frame, goTo } from '../../app/cursor.ts';
import { shownFunction } from '../../app/functions.ts';
import { copyText } from '../../app/location.ts';
import { ask, askLong, generation, wholeSpan } from '../../app/session.ts';
import { nameOf } from '../../model/function-name.ts';
import { durationText, plural, timeText } from '../../model/units.ts';
import { parseFilter } from '../../model/value-filter.ts';
import { toPlainJson } from '../../model/values.ts';
import { Latest } from '../../transport/latest.ts';
import { Button } from '../parts/button.tsx';
import { ErrorMessage, Message, Waiting } from '../parts/message.tsx';
import { PlaceText } from '../parts/place.tsx';
import { usePaged } from '../parts/use-paged.ts';
import { Value } from '../parts/value.tsx';
import { VirtualList } from '../parts/virtual-list.tsx';
import { Outcome } from '../tree/call-line.tsx';

const PAGE = 300;
const PARAMETERS_SHOWN = 5;

/** Every call of one function, as a table: a column per parameter, sortable, filtered by value. */
export function CallsTable({ of }: { of: FunctionView }) {
  const [sort, setSort] = useState<{ by: string; descending: boolean }>({ by: 'start', descending: false });
  const [text, setText] = useState('');
  const [showsTypes, setShowsTypes] = useState(false);
  const filter = parseFilter(text);
  const where = 'where' in filter ? filter.where : [];
  const key = JSON.stringify([of.id, sort, where]);
  const page = usePaged<CallView>(
    (from, signal) => askLong('calls', { functionId: of.id, sort, where, ...from, limit: PAGE }, signal),
    key,
    generation.value,
  );
  const parameters = of.parameters.filter((name) => name !== 'this').slice(0, PARAMETERS_SHOWN);
  const head = (by: string, label: string, name = '') => (
    <button
      type="button"
      class={`column-head ${name}${sort.by === by ? ' sorted' : ''}`}
      aria-pressed={sort.by === by}
      onClick={() => setSort({ by, descending: sort.by === by && !sort.descending })}
    >
      {label}
      {sort.by === by && (sort.descending ? ' ↓' : ' ↑')}
    </button>
  );
  return (
    <div class="column">
      <div class="dock-tools">
        <Button icon="previous" label="All functions" class="small" onClick={() => (shownFunction.value = null)}>
          All functions
        </Button>
        <strong class="shrink" title={of.name}>
          {nameOf(of)}
        </strong>
        <PlaceText place={{ file: of.file, line: of.line, column: 0 }} />
        <span class="faint">{page.total === null ? '' : plural(page.total, 'call')}</span>
        <input
          class="field grow code-font"
          type="search"
          aria-label="Filter by value"
          placeholder={`Filter: ${exampleOf(page.items[0])}`}
          value={text}
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Button
          label="Types and ranges that were seen"
          class="small"
          pressed={showsTypes}
          onClick={() => setShowsTypes(!showsTypes)}
        >
          Types
        </Button>
        <Button icon="copy" label="Copy the calls as JSON" onClick={() => void copyText(asJson(page.items))} />
      </div>
      {'error' in filter && <p class="hint">{filter.error}</p>}
      {showsTypes && <Types of={of} />}
      {page.error !== null ? (
        <ErrorMessage error={page.error} />
      ) : (
        <div class="table calls-table">
          <div class="table-head">
            {head('start', 'Time', 'time')}
            {parameters.map((name) => (
              <span key={name} class="grow cell">
                {head(name, name)}
              </span>
            ))}
            <span class="grow cell">{head('result', 'Result')}</span>
            {head('duration', 'Duration', 'number')}
          </div>
          <VirtualList
            items={page.items}
            rowHeight={26}
            label={`Calls of ${nameOf(of)}`}
            shown={page.items.findIndex(({ call }) => call === frame.value?.call)}
            onPick={(call) => call.start && void goTo(call.start)}
            onNearEnd={page.loadMore}
            empty={
              page.loading ? (
                <Waiting />
              ) : (
                <Message icon="table" title={where.length > 0 ? 'No call fulfils the filter' : 'Never called'}>
                  {where.length === 0 && <p>It was instrumented, and nothing called it in this recording.</p>}
                </Message>
              )
            }
            row={(call) => (
              <div class={`table-row${call.call === frame.value?.call ? ' now' : ''}`}>
                <span class="time faint" title={call.call}>
                  {call.start ? timeText(call.start.timeNs, wholeSpan.value.toNs / 4) : formatCall(call.thread, 0)}
                </span>
                {parameters.map((name) => {
                  const argument = call.arguments.find((entry) => entry.name === name);
                  return (
                    <span key={name} class="grow cell">
                      {argument ? <Value value={argument.value} room={48} /> : <span class="faint">–</span>}
                    </span>
                  );
                })}
                <span class="grow cell">
                  <Outcome call={call} showsUndefined />
                </span>
                <span class="number">
                  {call.start && call.end ? durationText(call.end.timeNs - call.start.timeNs) : '–'}
                </span>
              </div>
            )}
          />
        </div>
      )}
    </div>
  );
}

function Types({ of }: { of: FunctionView }) {
  const [types, setTypes] = useState<TypesView | null>(null);
  const [error, setError] = useState<unknown>(null);
  const latest = useRef(new Latest()).current;
  useEffect(() => {
    latest
      .run((signal) => ask('types', { functionId: of.id }, { signal }))
      .then((answer) => answer && setTypes(answer))
      .catch(setError);
  }, [of.id]);
  if (error !== null) return <ErrorMessage error={error} />;
  return (
    <ul class="types" aria-label="Types that were seen">
      {types?.names.map((entry) => (
        <li key={entry.name}>
          <code>{entry.name}</code>
          {entry.types.map(({ type, count }) => (
            <span key={type} class="chip">
              {type} <span class="faint">{count.toLocaleString('en')}</span>
            </span>
          ))}
          {entry.min !== null && entry.max !== null && (
            <span class="faint">
              <Value value={entry.min} room={20} /> to <Value value={entry.max} room={20} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** A condition that could be typed, about what the first call was given or returned. */
function exampleOf(call: CallView | undefined): string {
  const given = call?.arguments.find(({ name, value }) => name !== 'this' && isPlain(value));
  const [name, value] = given ? [given.name, given.value] : ['result', call?.result?.value];
  if (typeof value === 'string') return `${name} contains "x"`;
  return `${name} ${typeof value === 'number' ? '>' : '='} ${typeof value === 'boolean' ? value : 3}`;
}

function isPlain(value: WireValue): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function asJson(calls: readonly CallView[]): string {
  return JSON.stringify(
    calls.map(({ call, start, end, outcome, arguments: given, result, exception }) => ({
      call,
      startNs: start?.timeNs ?? null,
      endNs: end?.timeNs ?? null,
      outcome,
      arguments: Object.fromEntries(given.map(({ name, value }) => [name, toPlainJson(value)])),
      ...(result && { result: toPlainJson(result.value) }),
      ...(exception && { exception: `${exception.name}: ${exception.message}` }),
    })),
    null,
    2,
  );
}
