import { useEffect, useRef, useState } from 'preact/hooks';
import { formatCall, splitCallId } from '@execution-cinema/format';
import type { SchemaView, SqlResultView } from '@execution-cinema/server/protocol';
import { goToText, goToTime } from '../../app/cursor.ts';
import { copyText } from '../../app/location.ts';
import { forgetQuery, keepQuery, keptQueries, queryText } from '../../app/queries.ts';
import { ask, askLong } from '../../app/session.ts';
import { durationText, plural } from '../../model/units.ts';
import { Latest } from '../../transport/latest.ts';
import { Button } from '../parts/button.tsx';
import { ErrorMessage, Message } from '../parts/message.tsx';
import { VirtualList } from '../parts/virtual-list.tsx';

const ROWS_MAX = 5_000;
const NS_PER_MS = 1_000_000;
/** Columns of the views that hold ids of calls, by name. */
const CALL_COLUMN = /^(call_id|from_call|to_call|parent_id|async_parent_id)$/;
const COLUMN_MIN = 80;
const COLUMN_MAX = 420;

/** One reading statement over the recording. Cells that name a call or a time lead there. */
export function SqlPanel() {
  const [schema, setSchema] = useState<SchemaView | null>(null);
  const [result, setResult] = useState<SqlResultView | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [title, setTitle] = useState('');
  const latest = useRef(new Latest()).current;
  useEffect(() => {
    ask('schema', {}).then(setSchema).catch(setError);
  }, []);
  const run = async (query: string): Promise<void> => {
    try {
      const answer = await latest.run((signal) => askLong('sql', { query, rowsMax: ROWS_MAX }, signal));
      if (!answer) return;
      setResult(answer);
      setError(null);
    } catch (failed) {
      setResult(null);
      setError(failed);
    }
  };
  const choose = (query: string) => {
    queryText.value = query;
    void run(query);
  };
  return (
    <div class="sql">
      <nav class="sql-side" aria-label="Queries and views">
        {keptQueries.value.length > 0 && <h3>Kept</h3>}
        <ul>
          {keptQueries.value.map((query) => (
            <li key={query.title} class="kept">
              <button type="button" class="side-item" title={query.query} onClick={() => choose(query.query)}>
                {query.title}
              </button>
              <Button icon="close" label={`Forget ${query.title}`} onClick={() => forgetQuery(query.title)} />
            </li>
          ))}
        </ul>
        <h3>Questions</h3>
        <ul>
          {schema?.examples.map((example) => (
            <li key={example.title}>
              <button type="button" class="side-item" title={example.query} onClick={() => choose(example.query)}>
                {example.title}
              </button>
            </li>
          ))}
        </ul>
        <h3>Views</h3>
        <ul>
          {schema?.views.map((view) => (
            <li key={view.name}>
              <button
                type="button"
                class="side-item"
                title={`${view.about}\n\n${view.columns.join(', ')}`}
                onClick={() => choose(`SELECT * FROM ${view.name} LIMIT 200`)}
              >
                <code>{view.name}</code>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <div class="sql-main">
        <form
          class="sql-form"
          onSubmit={(event) => {
            event.preventDefault();
            void run(queryText.value);
          }}
        >
          <textarea
            class="field code-font"
            aria-label="Query in SQL"
            rows={3}
            spellcheck={false}
            value={queryText.value}
            onInput={(event) => (queryText.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
              event.preventDefault();
              void run(queryText.value);
            }}
          />
          <div class="sql-buttons">
            <button type="submit" class="button primary" title="Ctrl Enter">
              Run
            </button>
            <span class="keep">
              <input
                class="field"
                aria-label="Name to keep it by"
                placeholder="Name"
                value={title}
                onInput={(event) => setTitle(event.currentTarget.value)}
              />
              <Button
                label="Keep this query"
                class="small"
                disabled={title.trim() === ''}
                onClick={() => {
                  keepQuery({ title: title.trim(), query: queryText.value });
                  setTitle('');
                }}
              >
                Keep
              </Button>
            </span>
          </div>
        </form>
        {error !== null && <ErrorMessage error={error} />}
        {result && <Result result={result} />}
        {!result && error === null && (
          <Message icon="database" title="Ask in SQL">
            <p>Choose a question on the left, or write one. Ctrl Enter runs it.</p>
          </Message>
        )}
      </div>
    </div>
  );
}

function Result({ result }: { result: SqlResultView }) {
  const { columns, rows, callColumn, timeColumn } = result;
  const widths = columns.map((name, i) => widthOf(name, rows, i));
  const template = widths.map((width) => `${width}px`).join(' ');
  const whole = widths.reduce((sum, width) => sum + width, 0);
  const go = (row: SqlResultView['rows'][number], column: number) => {
    const value = row[column];
    if (typeof value !== 'number') return;
    const { thread, call } = splitCallId(value);
    if (isCall(column)) void goToText(formatCall(thread, call));
    else void goToTime(value, null);
  };
  const isCall = (column: number) => column === callColumn || CALL_COLUMN.test(columns[column]!);
  const leads = (column: number) => isCall(column) || column === timeColumn;
  return (
    <div class="sql-result">
      <div class="dock-tools">
        <span class="faint">
          {result.truncated ? `the first ${plural(rows.length, 'row')}` : plural(rows.length, 'row')} in{' '}
          {durationText(result.elapsedMs * NS_PER_MS)}
        </span>
        <span class="space" />
        <Button
          icon="copy"
          label="Copy the rows as JSON"
          onClick={() =>
            void copyText(
              JSON.stringify(
                rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]]))),
                null,
                2,
              ),
            )
          }
        />
      </div>
      <div class="sql-scroll" tabIndex={0} role="region" aria-label="Rows of the query">
        <div class="sql-grid" style={{ minWidth: `${whole}px` }}>
          <div class="sql-head" style={{ gridTemplateColumns: template }}>
            {columns.map((name, i) => (
              <span key={i} class={!isCall(i) && typeof rows[0]?.[i] === 'number' ? 'number' : ''}>
                {name}
              </span>
            ))}
          </div>
          <VirtualList
            items={rows}
            rowHeight={24}
            label="Rows"
            onPick={(row) => (callColumn >= 0 ? go(row, callColumn) : timeColumn >= 0 && go(row, timeColumn))}
            empty={<Message title="No rows" />}
            row={(row) => (
              <div class="sql-row" style={{ gridTemplateColumns: template }}>
                {row.map((cell, i) => (
                  <span
                    key={i}
                    class={typeof cell === 'number' && !isCall(i) ? 'number' : ''}
                    title={cell === null ? 'NULL' : String(cell)}
                  >
                    {cell === null ? (
                      <span class="faint">NULL</span>
                    ) : leads(i) ? (
                      <span
                        class="plain-link"
                        onClick={(event) => {
                          event.stopPropagation();
                          go(row, i);
                        }}
                      >
                        {cellText(cell, isCall(i))}
                      </span>
                    ) : (
                      String(cell)
                    )}
                  </span>
                ))}
              </div>
            )}
          />
        </div>
      </div>
    </div>
  );
}

function cellText(cell: string | number, isCall: boolean): string {
  if (!isCall || typeof cell !== 'number') return String(cell);
  const { thread, call } = splitCallId(cell);
  return formatCall(thread, call);
}

/** Wide enough for most of what is in a column. */
function widthOf(name: string, rows: SqlResultView['rows'], column: number): number {
  let longest = name.length;
  for (const row of rows.slice(0, 200)) longest = Math.max(longest, String(row[column] ?? 'NULL').length);
  return Math.max(COLUMN_MIN, Math.min(COLUMN_MAX, longest * 7.4 + 20));
}
