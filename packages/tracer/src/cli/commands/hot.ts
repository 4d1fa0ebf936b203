import { functionFacts, type FunctionFacts } from '@execution-cinema/store';
import { UsageError, type Command, type FlagValues, type Invocation } from '../command.ts';
import { ComplexityOf } from '../facts/complexity.ts';
import { functionFilter, reportCut } from '../facts/function-filter.ts';
import { isSet, limitFlag, rejectPositionals, textFlag } from '../flag-values.ts';
import { counted, formatCount, formatDuration } from '../format/quantity.ts';
import { printTable } from '../format/table.ts';
import { printable } from '../format/text.ts';
import { REC_FLAG, withIndex } from '../open-recording.ts';
import { placeNames } from '../place-names.ts';

const LIMIT_DEFAULT = 30;

type Order = 'self' | 'total' | 'calls' | 'throws' | 'complexity';
const ORDERS: readonly Order[] = ['self', 'total', 'calls', 'throws', 'complexity'];

export const hot: Command = {
  name: 'hot',
  summary: 'functions by time, calls and complexity',
  usage: '[REC] [flags]',
  details: [
    'SELF is the time in which a function itself ran, TOTAL includes what it called; time in which it waited for something is in neither. Recording takes time too, most of it where calls are short: compare functions, not milliseconds.',
    'COGNITIVE is how hard a function is to follow (SonarSource): what is called often, takes long and is hard to follow comes first when something has to change.',
  ],
  flags: [
    { name: 'by', value: 'ORDER', text: `${ORDERS.join(', ')} (default self)` },
    { name: 'function', short: 'f', value: 'NAME', text: 'only these functions: total, Cart.*' },
    { name: 'file', value: 'FILE', text: 'only functions in this file: cart.ts, src/**' },
    { name: 'thread', value: 'T', text: 'only this thread' },
    { name: 'range', value: 'A..B', text: 'only this span of time: 1s..1.5s' },
    { name: 'never', text: 'functions that never ran instead' },
    { name: 'limit', short: 'n', value: 'N', text: `the first N, 0 for all (default ${LIMIT_DEFAULT})` },
    REC_FLAG,
  ],
  examples: [
    ['tracer hot', 'where the time went'],
    ['tracer hot --by calls -n 10', 'called most often'],
    ["tracer hot --file 'src/**' --range 1s..2s", 'what was busy in one second'],
    ["tracer hot --never --file 'src/**'", 'code that this run did not reach'],
    ["tracer hot --json | jq '.[] | select(.cognitive > 15) | .function'", 'hard to follow, hottest first'],
  ],
  run(invocation) {
    const { positionals, flags, output } = invocation;
    rejectPositionals(positionals, 1);
    const order = orderOf(flags);
    const limit = limitFlag(flags, LIMIT_DEFAULT);
    const never = isSet(flags, 'never');
    return withIndex(invocation, positionals[0], async ({ recording, sidecar, onProgress }) => {
      const facts = functionFacts(recording, sidecar.db, functionFilter(flags), onProgress);
      const complexity = new ComplexityOf(recording);
      output.progress(undefined);
      const chosen = facts.filter((entry) => (never ? hasNeverRun(entry) : !hasNeverRun(entry)));
      const rows = sorted(chosen, never ? undefined : order, complexity);
      const shown = rows.slice(0, limit);
      if (output.json) return output.printJsonRows(shown.map((entry) => dataOf(entry, complexity)));
      const places = placeNames(recording, output.columns);
      if (never) printNever(shown, places, output);
      else printHot(shown, places, complexity, output);
      if (rows.length === 0) output.message(never ? 'every function ran' : 'none of these functions ran');
      else if (shown.length < rows.length) reportCut(output, shown.length, ` of ${formatCount(rows.length)}`);
      if (!never) reportNever(facts, output);
    });
  },
};

function orderOf(flags: FlagValues): Order {
  const text = textFlag(flags, 'by') ?? 'self';
  const order = ORDERS.find((known) => known === text);
  if (!order) throw new UsageError(`--by wants one of ${ORDERS.join(', ')}, not ${JSON.stringify(text)}`);
  return order;
}

function hasNeverRun({ calls, totalNs }: FunctionFacts): boolean {
  return calls === 0 && totalNs === 0;
}

function sorted(facts: FunctionFacts[], order: Order | undefined, complexity: ComplexityOf): FunctionFacts[] {
  if (order === undefined)
    return facts.toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  const measure: Record<Order, (entry: FunctionFacts) => number> = {
    self: ({ selfNs }) => selfNs,
    total: ({ totalNs }) => totalNs,
    calls: ({ calls }) => calls,
    throws: ({ throws }) => throws,
    complexity: (entry) => complexity.of(entry)?.cognitive ?? -1,
  };
  const by = new Map(facts.map((entry) => [entry, measure[order](entry)]));
  return facts.toSorted((a, b) => by.get(b)! - by.get(a)! || b.selfNs - a.selfNs || b.calls - a.calls || a.id - b.id);
}

function dataOf(entry: FunctionFacts, complexity: ComplexityOf): unknown {
  const { id, name, kind, file, line, endLine, level, calls, throws, selfNs, totalNs } = entry;
  const { cognitive, cyclomatic } = complexity.of(entry) ?? { cognitive: null, cyclomatic: null };
  return {
    id,
    function: name,
    kind,
    file,
    line,
    endLine,
    level,
    calls,
    throws,
    selfNs: Math.round(selfNs),
    totalNs: Math.round(totalNs),
    cognitive,
    cyclomatic,
  };
}

function printHot(
  shown: readonly FunctionFacts[],
  places: ReturnType<typeof placeNames>,
  complexity: ComplexityOf,
  output: Invocation['output'],
): void {
  const allNs = shown.reduce((sum, { selfNs }) => sum + selfNs, 0);
  printTable(
    output,
    [
      { title: 'SELF', align: 'right' },
      { title: '', align: 'right' },
      { title: 'TOTAL', align: 'right' },
      { title: 'CALLS', align: 'right' },
      { title: 'THREW', align: 'right' },
      { title: 'COGNITIVE', align: 'right' },
      { title: 'FUNCTION' },
      { title: 'PLACE' },
    ],
    shown.map((entry) => [
      formatDuration(entry.selfNs),
      output.dim(`${Math.round((100 * entry.selfNs) / Math.max(1, allNs))} %`),
      formatDuration(entry.totalNs),
      formatCount(entry.calls),
      entry.throws > 0 ? output.red(formatCount(entry.throws)) : '',
      String(complexity.of(entry)?.cognitive ?? ''),
      output.bold(printable(entry.name)),
      places.of(entry.file, entry.line),
    ]),
  );
}

function printNever(
  shown: readonly FunctionFacts[],
  places: ReturnType<typeof placeNames>,
  output: Invocation['output'],
): void {
  printTable(
    output,
    [{ title: 'FUNCTION', flexible: true }, { title: 'KIND' }, { title: 'PLACE' }],
    shown.map(({ name, kind, file, line }) => [printable(name), kind, places.of(file, line)]),
  );
}

function reportNever(facts: readonly FunctionFacts[], output: Invocation['output']): void {
  const never = facts.filter(hasNeverRun).length;
  if (never > 0) output.message(output.dim(`${counted(never, 'function')} never ran: tracer hot --never`));
}
