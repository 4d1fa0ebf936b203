import { runSql, type SqlValue } from '@execution-cinema/store';
import { text as readText } from 'node:stream/consumers';
import { isBounded, queryBegins, runBounded } from '../bounded-query.ts';
import { UsageError, type Command, type Invocation } from '../command.ts';
import { countFlag, spanFlag } from '../flag-values.ts';
import { printTable } from '../format/table.ts';
import { printable } from '../format/text.ts';
import { REC_FLAG, splitRecording, withIndex } from '../open-recording.ts';

export const sql: Command = {
  name: 'sql',
  summary: 'ask in SQL, over the views of docs/SCHEMA.md',
  usage: '[REC] QUERY | -',
  details: [
    'One reading statement in the SQL of SQLite; - reads it from stdin. What the query needs is built first. Among the views: calls, arguments, writes, exceptions, logs, requests, suspensions, edges, functions, modules, threads, processes. Values are JSON text: 42, "abc", {"id":1}.',
  ],
  flags: [
    { name: 'limit', short: 'n', value: 'N', text: 'at most N rows' },
    { name: 'timeout', value: 'SPAN', text: 'give up after so long: 30s' },
    REC_FLAG,
  ],
  wholeLines: true,
  examples: [
    ['tracer sql "SELECT function, count(*) n FROM calls GROUP BY 1 ORDER BY n DESC LIMIT 10"', 'called most often'],
    ['tracer sql "SELECT time_ns, value FROM writes WHERE name = \'total\'" --json', 'one array of row objects'],
    ['tracer sql - < query.sql', 'a query from a file'],
    ['tracer sql "SELECT name, sql FROM sqlite_schema WHERE type = \'view\'"', 'the views there are'],
  ],
  async run(invocation) {
    const { positionals, flags, output } = invocation;
    const { rec, rest } = splitRecording(positionals, 1);
    if (rest.length > 1) throw new UsageError('more than one query; put it in quotes');
    const timeoutNs = spanFlag(flags, 'timeout');
    if (timeoutNs !== undefined && rest.length > 0 && !isBounded()) return runBounded(timeoutNs / 1e6);
    const query = rest[0] === '-' ? await readText(process.stdin) : rest[0];
    if (query === undefined) throw new UsageError('no query given');
    const limit = countFlag(flags, 'limit');
    return withIndex(invocation, rec, async ({ recording, sidecar, onProgress }) => {
      const { rows, truncated } = runSql(recording, sidecar, query, {
        onProgress,
        onPrepared: queryBegins,
        ...(limit === undefined ? {} : { rowsMax: limit }),
      });
      output.progress(undefined);
      if (output.json) await output.printJsonRows(rows.map(plainRow));
      else printRows(rows, output);
      if (truncated) output.message(output.dim(`only the first ${rows.length} rows`));
    });
  },
};

type Row = Record<string, SqlValue>;

/** JSON has no bytes: blobs become hexadecimal text, as SQLite's own quote() would show them. */
function plainRow(row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? hex(value) : plain(value)]),
  );
}

function plain(value: Exclude<SqlValue, Uint8Array>): null | number | string {
  return typeof value === 'bigint' ? value.toString() : value;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function printRows(rows: readonly Row[], output: Invocation['output']): void {
  const [first] = rows;
  if (first === undefined) {
    output.message('no rows');
    return;
  }
  const names = Object.keys(first);
  const isNumeric = (name: string): boolean => rows.every((row) => row[name] === null || typeof row[name] === 'number');
  printTable(
    output,
    names.map((name) => ({ title: name, flexible: true, align: isNumeric(name) ? 'right' : 'left' })),
    rows.map((row) => names.map((name) => cell(row[name] ?? null))),
  );
}

function cell(value: SqlValue): string {
  if (value === null) return '';
  return value instanceof Uint8Array ? hex(value) : printable(String(value));
}
