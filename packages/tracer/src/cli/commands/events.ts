import { formatCall, formatMoment, valueToJson } from '@execution-cinema/format';
import {
  listEvents,
  resolveCall,
  type CallName,
  type EventFilter,
  type ListedEvent,
  type Recording,
} from '@execution-cinema/store';
import type { Command, Invocation } from '../command.ts';
import { countFlag, limitFlag, rangeFlag, rejectPositionals, textFlag } from '../flag-values.ts';
import { formatCount, formatTime } from '../format/quantity.ts';
import { clip, pad, printable, textWidth } from '../format/text.ts';
import { previewValue } from '../format/value-preview.ts';
import { REC_FLAG, withRecording } from '../open-recording.ts';
import { ROWS_PER_DRAIN } from '../output.ts';
import { placeNames, type PlaceNames } from '../place-names.ts';

const LIMIT_DEFAULT = 200;

export const events: Command = {
  name: 'events',
  summary: 'the list of events, decoded',
  usage: '[REC] [flags]',
  details: [
    'Thread by thread in the order in which they happened: calls, returns, writes, suspensions, exceptions, log lines and the rest. A time followed by ~ is interpolated between two readings of the clock.',
  ],
  flags: [
    { name: 'file', value: 'FILE', text: 'events of functions in this file: cart.ts, src/**' },
    { name: 'function', short: 'f', value: 'NAME', text: 'events of this function: total, Cart.*' },
    { name: 'call', value: 'CALL', text: 'events of this call: 1:12' },
    { name: 'thread', value: 'T', text: 'only this thread' },
    { name: 'range', value: 'A..B', text: 'only this span of time: 1s..1.5s' },
    { name: 'limit', short: 'n', value: 'N', text: `the first N, 0 for all (default ${LIMIT_DEFAULT})` },
    REC_FLAG,
  ],
  examples: [
    ['tracer events --file cart.ts -f total', 'what a function did, step by step'],
    ['tracer events --call 1:37', 'the steps of one call, those of the calls it made left out'],
    ["tracer events --json -n 0 | jq -r '.[].kind' | sort | uniq -c", 'how many of which kind'],
  ],
  run(invocation) {
    const { positionals, flags, output } = invocation;
    rejectPositionals(positionals, 1);
    const limit = limitFlag(flags, LIMIT_DEFAULT);
    const filter = filterOf(invocation);
    const call = textFlag(flags, 'call');
    return withRecording(invocation, positionals[0], async (recording) => {
      const wanted = call === undefined ? undefined : resolveCall(recording, call);
      const found = { more: false };
      const selected = select(recording, filter, wanted, limit, found, output);
      if (output.json) await output.printJsonRows(dataOf(selected));
      else await printEvents(selected, placeNames(recording, output.columns), output);
      if (found.more) output.message(output.dim(`only the first ${formatCount(limit)} are shown; -n 0 shows all`));
    });
  },
};

function filterOf({ flags }: Pick<Invocation, 'flags'>): EventFilter {
  const file = textFlag(flags, 'file');
  const name = textFlag(flags, 'function');
  const thread = countFlag(flags, 'thread');
  const range = rangeFlag(flags);
  return {
    ...(file === undefined ? {} : { file }),
    ...(name === undefined ? {} : { function: name }),
    ...(thread === undefined ? {} : { thread }),
    ...(range === undefined ? {} : { range }),
  };
}

function* select(
  recording: Recording,
  filter: EventFilter,
  wanted: CallName | undefined,
  limit: number,
  found: { more: boolean },
  output: Invocation['output'],
): Generator<ListedEvent> {
  let count = 0;
  const scope = wanted === undefined ? filter : { ...filter, thread: wanted.thread };
  const onDamage = (thread: number, chunk: number, reason: string): void =>
    output.message(`chunk ${thread}/${chunk} cannot be read: ${printable(reason)}`);
  for (const event of listEvents(recording, scope, onDamage)) {
    if (wanted !== undefined && event.call !== wanted.call) continue;
    if (count++ >= limit) {
      found.more = true;
      return;
    }
    yield event;
  }
}

function* dataOf(selected: Iterable<ListedEvent>): Generator<unknown> {
  for (const { thread, event, call, values, name, number, ...rest } of selected) {
    yield {
      moment: formatMoment(thread, event),
      thread,
      event,
      call: call === 0 ? null : formatCall(thread, call),
      ...rest,
      ...(name === undefined ? {} : { name }),
      ...(number === 0 ? {} : { number }),
      values: values.map(valueToJson),
    };
  }
}

async function printEvents(
  selected: Iterable<ListedEvent>,
  places: PlaceNames,
  output: Invocation['output'],
): Promise<void> {
  let count = 0;
  for (const event of selected) {
    output.line(lineOf(event, places, output));
    if (++count % ROWS_PER_DRAIN === 0) await output.drained();
  }
  if (count === 0) output.message('no such event');
}

function lineOf(event: ListedEvent, places: PlaceNames, output: Invocation['output']): string {
  const { thread, kind, file, line } = event;
  const moment = pad(formatMoment(thread, event.event), 9);
  const time = `${formatTime(event.timeNs).padStart(13)}${event.timeExact ? ' ' : '~'}`;
  const call = pad(event.call === 0 ? '' : formatCall(thread, event.call), 8);
  const place = file === '' ? '' : `  ${places.of(file, line === 0 ? undefined : line)}`;
  const head = `${output.dim(moment)} ${time} ${output.dim(call)} ${output.cyan(pad(kind, 14))} `;
  const room = output.columns === 0 ? Infinity : Math.max(16, output.columns - textWidth(head) - place.length);
  return clip(`${head}${detailOf(event, room)}${output.dim(place)}`, output.columns);
}

function detailOf({ kind, name, values, number, function: functionName }: ListedEvent, room: number): string {
  const subject = printable(kind === 'enter' ? functionName : (name ?? ''));
  const each = values.length > 0 ? (room - subject.length - 3) / values.length - 2 : 0;
  const texts = values.map((value) => previewValue(valueToJson(value), Math.max(4, each)));
  if (kind === 'enter') return subject.startsWith('(module)') ? subject : `${subject}(${texts.join(', ')})`;
  if (kind === 'property')
    return `${subject}${texts.length > 2 ? `[${texts[1]}]` : ''} = ${texts.at(-1)}  of ${texts[0]}`;
  if (kind === 'resume') return printable(functionName);
  if (kind === 'scope' || kind === 'scope link') return number > 0 ? `of scope ${number}` : '';
  return subject === '' ? texts.join(' ') : `${subject} = ${texts.join(' ')}`;
}
