import { formatCall, formatMoment, truncationOf, typeOfValue, valueToJson } from '@execution-cinema/format';
import {
  isPredicate,
  searchText,
  searchValues,
  type Recording,
  type SearchFilter,
  type SearchHit,
  type SearchKind,
} from '@execution-cinema/store';
import { UsageError, type Command, type FlagValues, type Invocation } from '../command.ts';
import { functionFilter, reportCut } from '../facts/function-filter.ts';
import { isSet, limitFlag, textFlag } from '../flag-values.ts';
import { formatCount, formatTime, largest } from '../format/quantity.ts';
import { printTable } from '../format/table.ts';
import { printable } from '../format/text.ts';
import { previewValue } from '../format/value-preview.ts';
import { REC_FLAG, splitRecording, withRecording } from '../open-recording.ts';
import { placeNames } from '../place-names.ts';

const LIMIT_DEFAULT = 100;
const FIXED_COLUMNS = 46;
const PLACES = ['functions', 'files', 'logs', 'values'] as const;
const KIND_OF: Readonly<Record<(typeof PLACES)[number], SearchKind>> = {
  functions: 'function',
  files: 'file',
  logs: 'log',
  values: 'value',
};

/** A condition of which only the beginning stands there: `total is`, `price >`. */
const UNFINISHED = /^\s*[\w$.[\]]+\s+(?:is(?:\s+not)?|!?=|[<>]=?|contains|matches)\s*$/;

export const search: Command = {
  name: 'search',
  summary: 'find values by a condition, or a text anywhere',
  usage: '[REC] CONDITION | TEXT',
  details: [
    'CONDITION is NAME OPERATOR VALUE. NAME: a variable, parameter or property (total, this.total), what lies in one (order.price, lines[0].id), or of calls args[1], args.length, result, error. OPERATOR: is, is not, =, !=, <, <=, >, >=, contains, matches /regex/. After is: NaN, undefined, null, true, or a type or class (string, array, Cart). Several conditions about one thing are joined by and.',
    'Anything else is a TEXT, looked for in names of functions and files, in output, and in values as they were first seen.',
  ],
  flags: [
    { name: 'first', text: 'only the first hit' },
    { name: 'text', text: 'the argument is a text, even if it looks like a condition' },
    { name: 'in', value: 'WHERE', text: `where to look for a text: ${PLACES.join(', ')} (comma separated)` },
    { name: 'function', short: 'f', value: 'NAME', text: 'only in calls of this function' },
    { name: 'file', value: 'FILE', text: 'only in functions of this file: cart.ts, src/**' },
    { name: 'thread', value: 'T', text: 'only in this thread' },
    { name: 'range', value: 'A..B', text: 'only in this span of time: 1s..1.5s' },
    { name: 'limit', short: 'n', value: 'N', text: `the first N, 0 for all (default ${LIMIT_DEFAULT})` },
    REC_FLAG,
  ],
  examples: [
    ["tracer search 'total is NaN' --first", 'the first time that total is NaN'],
    ["tracer search 'args[1] is undefined' -f 'Cart.*'", 'calls whose second argument is undefined'],
    ["tracer search 'order.price > 1000'", 'orders that cost more'],
    ["tracer search 'error matches /timeout/i'", 'what failed that way'],
    ['tracer search "out of stock"', 'a text in output, values and names'],
    ['tracer search discount --in functions', 'functions of that name'],
  ],
  run(invocation) {
    const { positionals, flags, output } = invocation;
    const { rec, rest } = splitRecording(positionals, 1);
    const [query, extra] = rest;
    if (query === undefined || query.trim() === '') throw new UsageError('nothing to look for');
    if (extra !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(extra)}; quote the condition`);
    if (!isSet(flags, 'text') && UNFINISHED.test(query)) {
      throw new UsageError(`the condition ${JSON.stringify(query)} has no value; --text looks for it as a text`);
    }
    const limit = isSet(flags, 'first') ? 1 : limitFlag(flags, LIMIT_DEFAULT);
    const kinds = kindsOf(flags);
    return withRecording(invocation, rec, async (recording) => {
      const filter: SearchFilter = {
        ...functionFilter(flags),
        onProgress: ({ doneEvents, totalEvents }) =>
          output.progress(`searched ${formatCount(doneEvents)} of ${formatCount(totalEvents)} events`),
      };
      const asText = isSet(flags, 'text') || kinds !== undefined || !isPredicate(query);
      const hits = asText ? searchText(recording, query, filter, kinds) : searchValues(recording, query, filter);
      const { shown, more } = take(hits, limit);
      output.progress(undefined);
      if (output.json) return output.printJsonRows(shown.map(dataOf));
      print(shown, recording, output);
      if (shown.length === 0) output.message(asText ? 'nowhere in this recording' : 'it never holds in this recording');
      if (more && limit > 1) reportCut(output, limit);
      const last = shown[0];
      if (last && last.thread > 0) {
        output.message(
          output.dim(`variables at the first: tracer state --at ${formatMoment(last.thread, last.event)}`),
        );
      }
    });
  },
};

function kindsOf(flags: FlagValues): ReadonlySet<SearchKind> | undefined {
  const text = textFlag(flags, 'in');
  if (text === undefined) return undefined;
  return new Set(
    text.split(',').map((word) => {
      const place = PLACES.find((known) => known === word.trim());
      if (!place) throw new UsageError(`--in wants some of ${PLACES.join(', ')}, not ${JSON.stringify(word)}`);
      return KIND_OF[place];
    }),
  );
}

function take(hits: Iterable<SearchHit>, limit: number): { shown: SearchHit[]; more: boolean } {
  const shown: SearchHit[] = [];
  for (const hit of hits) {
    if (shown.length >= limit) return { shown, more: true };
    shown.push(hit);
    // One alone is asked for: whether there are more does not matter, and may take long to find out.
    if (limit === 1) return { shown, more: false };
  }
  return { shown, more: false };
}

function dataOf(hit: SearchHit): unknown {
  const { kind, thread, event, timeNs, call, function: own, file, line, name, value } = hit;
  const place = { kind, function: own === '' ? null : own, file, line };
  if (thread === 0) return place;
  const truncated = truncationOf(value);
  return {
    ...place,
    moment: formatMoment(thread, event),
    timeNs,
    call: call === 0 ? null : formatCall(thread, call),
    name,
    value: valueToJson(value),
    type: typeOfValue(value),
    ...(truncated === undefined ? {} : { truncated }),
  };
}

function print(shown: readonly SearchHit[], recording: Recording, output: Invocation['output']): void {
  const places = placeNames(recording, output.columns);
  const head = shown.map((hit) => [
    hit.thread === 0 ? '' : formatMoment(hit.thread, hit.event),
    hit.thread === 0 ? '' : formatTime(hit.timeNs),
    hit.kind,
    printable(hit.function),
    places.of(hit.file, hit.line),
    printable(hit.name),
  ]);
  const used = largest(head, (cells) => cells[3]!.length + cells[4]!.length + cells[5]!.length);
  const room = output.columns === 0 ? Infinity : Math.max(16, output.columns - FIXED_COLUMNS - used);
  printTable(
    output,
    [
      { title: 'MOMENT' },
      { title: 'AT', align: 'right' },
      { title: 'WHAT' },
      { title: 'FUNCTION' },
      { title: 'PLACE' },
      { title: 'NAME' },
      { title: 'VALUE' },
    ],
    shown.map((hit, i) => [...head[i]!, hit.thread === 0 ? '' : previewValue(valueToJson(hit.value), room)]),
  );
}
