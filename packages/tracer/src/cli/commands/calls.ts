import { callId, parseCall } from '@execution-cinema/format';
import { findCalls, type CallFilter, type CallInfo } from '@execution-cinema/store';
import { UsageError, type Command, type Invocation } from '../command.ts';
import { countFlag, isSet, limitFlag, rangeFlag, rejectPositionals, textFlag } from '../flag-values.ts';
import { callData } from '../format/call-data.ts';
import { callText } from '../format/call-text.ts';
import { formatCount, formatDuration, formatTime, largest } from '../format/quantity.ts';
import { printTable } from '../format/table.ts';
import { REC_FLAG, withIndex } from '../open-recording.ts';
import { placeNames, type PlaceNames } from '../place-names.ts';

const LIMIT_DEFAULT = 100;
/** Columns of call, time, duration and the gaps. */
const FIXED_COLUMNS = 38;

export const calls: Command = {
  name: 'calls',
  summary: 'calls with arguments and outcome, filtered',
  usage: '[REC] [flags]',
  details: [
    'In the order in which they began. Filters go together: a call is shown when it fulfils all of them. NAME and FILE may be globs (total*, src/cart/**); a method is Cart.total or total.',
  ],
  flags: [
    { name: 'function', short: 'f', value: 'NAME', text: 'calls of this function' },
    { name: 'file', value: 'FILE', text: 'calls of functions in this file: cart.ts, src/**' },
    { name: 'threw', text: 'calls that ended by an exception' },
    { name: 'request', value: 'ID', text: 'calls on behalf of a request: its id in the view requests, or T:N' },
    { name: 'correlation', value: 'ID', text: 'calls of one asynchronous chain: its name, or the call it began with' },
    { name: 'thread', value: 'T', text: 'calls in this thread' },
    { name: 'range', value: 'A..B', text: 'calls going on in this span of time: 1s..1.5s' },
    { name: 'limit', short: 'n', value: 'N', text: `the first N, 0 for all (default ${LIMIT_DEFAULT})` },
    REC_FLAG,
  ],
  examples: [
    ['tracer calls --threw', 'what failed'],
    ['tracer calls --request 1:2', 'what the second request of thread 1 set off'],
    ['tracer calls -f discountBy', 'every call of a function, with arguments'],
    ["tracer calls --file 'src/pay/**' --range 1s..2s", 'what a part of the program did in one second'],
    ["tracer calls -f total --json | jq '.[].result.value'", 'the results alone'],
  ],
  run(invocation) {
    const { positionals, flags, output } = invocation;
    rejectPositionals(positionals, 1);
    const filter = filterOf(invocation);
    return withIndex(invocation, positionals[0], async ({ recording, sidecar, onProgress }) => {
      const found = findCalls(recording, sidecar.db, filter, onProgress);
      output.progress(undefined);
      if (output.json) return output.printJsonRows(found.calls.map(callData));
      printCalls(found.calls, placeNames(recording, output.columns), output);
      if (found.calls.length === 0) output.message('no such call');
      if (found.more) {
        output.message(output.dim(`only the first ${formatCount(found.calls.length)} are shown; -n 0 shows all`));
      }
      if (isSet(flags, 'threw')) hintAtState(found.calls, output);
    });
  },
};

function filterOf({ flags }: Pick<Invocation, 'flags'>): CallFilter {
  const limit = limitFlag(flags, LIMIT_DEFAULT);
  const texts = (['function', 'file', 'correlation'] as const).flatMap((name) => {
    const value = textFlag(flags, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const thread = countFlag(flags, 'thread');
  const range = rangeFlag(flags);
  const request = textFlag(flags, 'request');
  return {
    ...Object.fromEntries(texts),
    ...(request === undefined ? {} : { request: requestId(request) }),
    limit: Number.isFinite(limit) ? limit : Number.MAX_SAFE_INTEGER - 1,
    ...(isSet(flags, 'threw') ? { threw: true } : {}),
    ...(thread === undefined ? {} : { thread }),
    ...(range === undefined ? {} : { range }),
  };
}

/** Requests are numbered per thread, as calls are. */
function requestId(text: string): string {
  const name = parseCall(text);
  if (name === undefined)
    throw new UsageError(`--request wants an id of the view requests, or T:N, not ${JSON.stringify(text)}`);
  return String(callId(name.thread, name.call));
}

function printCalls(found: readonly CallInfo[], places: PlaceNames, output: Invocation['output']): void {
  const placeOf = (call: CallInfo): string => (call.file === '' ? '' : places.of(call.file, call.line));
  const placeColumns = largest(found, (call) => placeOf(call).length);
  const room = output.columns === 0 ? 0 : output.columns - FIXED_COLUMNS - placeColumns;
  printTable(
    output,
    [
      { title: 'CALL' },
      { title: 'AT', align: 'right' },
      { title: 'LASTED', align: 'right' },
      { title: 'PLACE' },
      { title: 'CALLED' },
    ],
    found.map((call) => [
      call.name,
      call.startNs === null ? '' : formatTime(call.startNs),
      call.startNs === null || call.endNs === null ? '' : formatDuration(call.endNs - call.startNs),
      placeOf(call),
      callText(call, output, { room }),
    ]),
  );
}

function hintAtState(found: readonly CallInfo[], output: Invocation['output']): void {
  const last = found.findLast((call) => call.endEvent !== null);
  if (last === undefined) return;
  const moment = `${last.thread}@${last.endEvent! - 1}`;
  output.message(output.dim(`variables just before the last of them ended: tracer state --at ${moment}`));
}
