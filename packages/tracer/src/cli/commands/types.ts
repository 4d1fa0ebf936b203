import {
  functionFacts,
  observedTypes,
  type ObservedFunction,
  type ObservedType,
  type ObservedVariable,
} from '@execution-cinema/store';
import type { Command, Invocation } from '../command.ts';
import { DeclaredTypesOf, mismatches, type DeclaredTypes } from '../facts/declared-types.ts';
import { functionFilter, reportCut } from '../facts/function-filter.ts';
import { isSet, limitFlag, rejectPositionals } from '../flag-values.ts';
import { counted, formatCount } from '../format/quantity.ts';
import { clip, printable } from '../format/text.ts';
import { REC_FLAG, withIndex } from '../open-recording.ts';
import { placeNames, type PlaceNames } from '../place-names.ts';

const LIMIT_DEFAULT = 40;
/** Types of one place that are printed. */
const TYPES_SHOWN = 4;

export const types: Command = {
  name: 'types',
  summary: 'observed types and ranges, compared with declared ones',
  usage: '[REC] [flags]',
  details: [
    'For every function that ran: what its parameters, results and variables were. A number in brackets is the share of calls or writes; two dots are a range, of numbers by value, of strings and arrays by length.',
    'In TypeScript files each is compared with its declaration; ! marks what the declaration rules out. Names of types that are declared elsewhere fit everything.',
  ],
  flags: [
    { name: 'function', short: 'f', value: 'NAME', text: 'only these functions: total, Cart.*' },
    { name: 'file', value: 'FILE', text: 'only functions in this file: cart.ts, src/**' },
    { name: 'mismatch', text: 'only where something does not fit its declaration' },
    { name: 'thread', value: 'T', text: 'only this thread' },
    { name: 'range', value: 'A..B', text: 'only this span of time: 1s..1.5s' },
    { name: 'limit', short: 'n', value: 'N', text: `the first N functions, 0 for all (default ${LIMIT_DEFAULT})` },
    REC_FLAG,
  ],
  examples: [
    ['tracer types --mismatch', 'where the program lied to the compiler'],
    ['tracer types -f discountBy', 'what a function was really given'],
    ["tracer types --file 'src/pay/**' -n 0", 'everything about a folder'],
    ['tracer types --json | jq \'.[] | select(.result[].type == "NaN") | .function\'', 'functions that returned NaN'],
  ],
  run(invocation) {
    const { positionals, flags, output } = invocation;
    rejectPositionals(positionals, 1);
    const limit = limitFlag(flags, LIMIT_DEFAULT);
    const onlyMismatches = isSet(flags, 'mismatch');
    return withIndex(invocation, positionals[0], async ({ recording, sidecar, onProgress }) => {
      const filter = functionFilter(flags);
      const all = observedTypes(recording, filter, ({ doneEvents, totalEvents }) =>
        output.progress(`read ${formatCount(doneEvents)} of ${formatCount(totalEvents)} events`),
      );
      const declared = new DeclaredTypesOf(recording);
      const judged = all.map((observed) => judge(observed, declared.of(observed)));
      const chosen = onlyMismatches ? judged.filter(({ wrong }) => wrong > 0) : judged;
      const shown = chosen.slice(0, limit);
      output.progress(undefined);
      if (output.json) return output.printJsonRows(shown.map(dataOf));
      const places = placeNames(recording, output.columns);
      for (const entry of shown) print(entry, places, output);
      const wrong = judged.filter((entry) => entry.wrong > 0).length;
      if (chosen.length === 0) {
        output.message(onlyMismatches ? 'everything fits its declaration' : 'none of these functions ran');
      } else if (shown.length < chosen.length) {
        reportCut(output, shown.length, ` of ${formatCount(chosen.length)} functions`);
      }
      if (wrong > 0 && !onlyMismatches) {
        output.message(
          output.yellow(`${counted(wrong, 'function')} with values that do not fit: tracer types --mismatch`),
        );
      }
      const never = functionFacts(recording, sidecar.db, filter, onProgress).filter(
        ({ calls, totalNs }) => calls === 0 && totalNs === 0,
      );
      output.progress(undefined);
      if (never.length > 0)
        output.message(output.dim(`${counted(never.length, 'function')} never ran: tracer hot --never`));
    });
  },
};

interface JudgedPlace extends ObservedVariable {
  declared: string | undefined;
  wrong: ObservedType[];
}

interface Judged {
  observed: ObservedFunction;
  parameters: JudgedPlace[];
  result: JudgedPlace;
  variables: JudgedPlace[];
  /** Places where something does not fit. */
  wrong: number;
}

function judge(observed: ObservedFunction, declared: DeclaredTypes): Judged {
  const place = (variable: ObservedVariable, type: string | undefined): JudgedPlace => ({
    ...variable,
    declared: type,
    wrong: mismatches(type, variable.types),
  });
  const parameters = observed.parameters.map((variable) => place(variable, declared.parameters.get(variable.name)));
  const result = place({ name: 'result', line: observed.line, types: observed.result }, declared.result);
  const variables = observed.variables.map((variable) => place(variable, declared.variables.get(variable.name)));
  const wrong = [...parameters, result, ...variables].filter((entry) => entry.wrong.length > 0).length;
  return { observed, parameters, result, variables, wrong };
}

function dataOf({ observed, parameters, result, variables }: Judged): unknown {
  const { id, name, kind, file, line, calls } = observed;
  const data = ({ name: own, types: seen, declared, wrong }: JudgedPlace): unknown => ({
    name: own,
    types: seen,
    declared: declared ?? null,
    mismatches: wrong.map(({ type }) => type),
  });
  return {
    id,
    function: name,
    kind,
    file,
    line,
    calls,
    parameters: parameters.map(data),
    result: result.types,
    resultDeclared: result.declared ?? null,
    resultMismatches: result.wrong.map(({ type }) => type),
    variables: variables.map(data),
  };
}

function print(judged: Judged, places: PlaceNames, output: Invocation['output']): void {
  const { observed, parameters, result, variables } = judged;
  output.line(
    `${output.bold(printable(observed.name))}  ${output.dim(`${places.of(observed.file, observed.line)}  ${counted(observed.calls, 'call')}`)}`,
  );
  const isPlain = (entry: JudgedPlace): boolean => entry.wrong.length === 0;
  // The receiver, and that a function returns nothing, say little.
  const own = parameters.filter((entry) => entry.name !== 'this' || !isPlain(entry));
  const returned = result.types.some(({ type }) => type !== 'undefined') || !isPlain(result);
  const all = [...own, ...(returned ? [{ ...result, name: '→' }] : []), ...variables];
  for (const entry of all) {
    const text = `   ${printable(entry.name)}: ${typesText(entry.types)}`;
    output.line(clip(entry.wrong.length > 0 ? output.yellow(text) : text, output.columns));
    for (const { type, count, first } of entry.wrong) {
      output.line(
        output.red(
          clip(
            `   ! declared ${printable(entry.declared ?? '')}, was ${printable(type)} ${counted(count, 'time')}, first at ${first}`,
            output.columns,
          ),
        ),
      );
    }
  }
}

/** `number 0..70 (90 %) | undefined (10 %)`. */
function typesText(seen: readonly ObservedType[]): string {
  const all = seen.reduce((sum, { count }) => sum + count, 0);
  const shown = seen.slice(0, TYPES_SHOWN).map((entry) => {
    const share = seen.length > 1 ? ` (${Math.max(1, Math.round((100 * entry.count) / all))} %)` : '';
    return `${printable(entry.type)}${rangeText(entry)}${share}`;
  });
  const more = seen.length - shown.length;
  return `${shown.join(' | ')}${more > 0 ? ` | ${more} more` : ''}`;
}

function rangeText({ type, values, min, max }: ObservedType): string {
  if (type === 'boolean') return values?.length === 1 ? ` ${values[0]}` : '';
  if (values && values.length > 0 && values.length <= 3)
    return ` ${values
      .map((value) => JSON.stringify(value))
      .map(printable)
      .join(', ')}`;
  if (min === null || max === null) return '';
  const range = min === max ? String(min) : `${min}..${max}`;
  return type === 'number' ? ` ${range}` : ` of ${range}`;
}
