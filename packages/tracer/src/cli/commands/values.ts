import {
  formatCall,
  formatMoment,
  isCaptured,
  truncationOf,
  typeOfValue,
  valueToJson,
  type Value,
} from '@execution-cinema/format';
import {
  buildSeekIndex,
  pathHistory,
  resolveCall,
  resolveMoment,
  seekLookup,
  storeError,
  StoreError,
  valueHistory,
  type CallName,
  type HistoricValue,
  type Recording,
} from '@execution-cinema/store';
import { UsageError, type Command, type Invocation } from '../command.ts';
import { countFlag, limitFlag, textFlag } from '../flag-values.ts';
import { formatCount, formatTime, largest } from '../format/quantity.ts';
import { printTable } from '../format/table.ts';
import { printable } from '../format/text.ts';
import { previewValue } from '../format/value-preview.ts';
import { REC_FLAG, splitRecording, withIndex, withRecording, type OpenedIndex } from '../open-recording.ts';
import { placeNames } from '../place-names.ts';

const LIMIT_DEFAULT = 200;
/** A recorded value with its owner can take so much of a line's width besides the columns that are always there. */
const FIXED_COLUMNS = 50;

export const values: Command = {
  name: 'values',
  summary: 'history of a variable: every value, when, in which call',
  usage: '[REC] FILE:LINE|FUNCTION [NAME] | NAME | CALL|MOMENT PATH',
  details: [
    'FILE:LINE: whatever gets a value on this line; with NAME the variable of that name which is in scope there, wherever it is written, or the property. FUNCTION (a method is Cart.total or total; Cart means all methods of the class): parameters, variables and properties that its calls write; with NAME only these. A property can be named with its owner: this.total. NAME alone: the variables and properties of that name anywhere.',
    'CALL|MOMENT PATH: one variable, property, element (cart.items[0]) or entry of a Map (prices.get("tea")) as the code sees it there, as in origin: also what push and its like put there, what the object was made with (made), and what it was seen with where how it got there was not recorded (seen).',
  ],
  flags: [
    { name: 'call', value: 'CALL', text: 'only in this call: 1:12' },
    { name: 'object', value: 'N', text: 'only properties of the object with this number (column OF)' },
    { name: 'thread', value: 'T', text: 'only in this thread' },
    { name: 'last', value: 'N', text: 'the last N instead of the first' },
    { name: 'limit', short: 'n', value: 'N', text: `the first N, 0 for all (default ${LIMIT_DEFAULT})` },
    REC_FLAG,
  ],
  examples: [
    ['tracer values Cart.total sum', 'every value of sum in every call of the method'],
    ['tracer values unitPriceCents', 'every variable and property of that name'],
    ['tracer values src/cart.ts:42', 'what was written on a line'],
    ['tracer values 1:12 cart.items[0]', 'what stood first in this very list, and who put it there'],
    ['tracer values CartLine price --object 25', 'what the methods of a class wrote into one object'],
    ['tracer values src/cart.ts:42 price --last 5', 'the last values of the variable price as seen from that line'],
    ["tracer values total sum --json | jq '.[].value'", 'the values alone'],
  ],
  run(invocation) {
    const { positionals, flags, output } = invocation;
    const { rec, rest } = splitRecording(positionals, 2);
    const [place, name, extra] = rest;
    if (place === undefined) throw new UsageError('no place given: FILE:LINE or the name of a function');
    if (extra !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(extra)}`);
    const limit = limitFlag(flags, LIMIT_DEFAULT);
    const last = countFlag(flags, 'last');
    const show = async (recording: Recording, history: Iterable<ShownValue>): Promise<void> => {
      const { shown, more } =
        last === undefined ? firstOf(history, limit) : { shown: lastOf(history, last), more: false };
      if (output.json) await output.printJsonRows(shown.map(dataOf));
      else printHistory(shown, recording, output);
      if (shown.length === 0)
        output.message('it was never written in this recording; tracer origin tells what a call was given');
      if (more)
        output.message(output.dim(`only the first ${formatCount(limit)} are shown; -n 0 shows all, --last N the end`));
    };
    if (name !== undefined && EXACT.test(place)) {
      return withIndex(invocation, rec, (opened) => show(opened.recording, pathValues(opened, place, name)));
    }
    return withRecording(invocation, rec, (recording) => show(recording, select(recording, place, name, flags)));
  },
};

/** `note`: what else there is to say of how it got the value. */
type ShownValue = HistoricValue & { note?: string };

/** A call or a moment. */
const EXACT = /^\d+[:@]\d+$/;

/** Of one variable, property or element, as it is seen in a call or at a moment. */
function* pathValues({ recording, sidecar, onProgress }: OpenedIndex, at: string, path: string): Generator<ShownValue> {
  const place = at.includes(':') ? resolveCall(recording, at) : resolveMoment(recording, at);
  buildSeekIndex(recording, sidecar.db, { onProgress });
  const kind = /[.[]/.test(path) ? 'property' : 'variable';
  for (const { moment, ...write } of pathHistory(recording, seekLookup(sidecar.db), place, path)) {
    yield { ...moment, ...write, kind, name: path, owner: undefined, scope: 0 };
  }
}

function* select(
  recording: Recording,
  place: string,
  name: string | undefined,
  flags: Invocation['flags'],
): Generator<HistoricValue> {
  const call = textFlag(flags, 'call');
  const wanted: CallName | undefined = call === undefined ? undefined : resolveCall(recording, call);
  const thread = wanted?.thread ?? countFlag(flags, 'thread');
  const object = countFlag(flags, 'object');
  for (const entry of historyOf(recording, place, name)) {
    if (thread !== undefined && entry.thread !== thread) continue;
    if (object !== undefined && objectIdOf(entry.owner) !== object) continue;
    if (wanted === undefined || entry.call === wanted.call) yield entry;
  }
}

/** What a word can mean besides a function: a class, that is all its methods, or a variable or property anywhere. */
function* historyOf(recording: Recording, place: string, name: string | undefined): Generator<HistoricValue> {
  const meanings: [place: string, name: string | undefined][] = [[place, name]];
  if (!/[:*.]/.test(place)) meanings.push([`${place}.*`, name]);
  if (!/[:*]/.test(place) && name === undefined) meanings.push(['**', place]);
  for (const [i, meaning] of meanings.entries()) {
    try {
      return yield* valueHistory(recording, ...meaning);
    } catch (error) {
      if (!isNoSuchPlace(error)) throw error;
      if (i === meanings.length - 1)
        throw storeError('NO_SUCH_PLACE', name === undefined ? place : `${name} at ${place}`);
    }
  }
}

function isNoSuchPlace(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'NO_SUCH_PLACE';
}

function firstOf(history: Iterable<ShownValue>, limit: number): { shown: ShownValue[]; more: boolean } {
  const shown: ShownValue[] = [];
  for (const entry of history) {
    if (shown.length >= limit) return { shown, more: true };
    shown.push(entry);
  }
  return { shown, more: false };
}

function lastOf(history: Iterable<ShownValue>, count: number): ShownValue[] {
  let shown: ShownValue[] = [];
  for (const entry of history) {
    shown.push(entry);
    if (shown.length > 2 * count + 100) shown = shown.slice(-count);
  }
  return count === 0 ? [] : shown.slice(-count);
}

function dataOf({ thread, event, call, value, owner, scope, ...rest }: ShownValue): unknown {
  const truncated = truncationOf(value);
  return {
    moment: formatMoment(thread, event),
    thread,
    event,
    call: call === 0 ? null : formatCall(thread, call),
    ...rest,
    scope: scope === 0 ? null : scope,
    ...(owner === undefined ? {} : { owner: valueToJson(owner), ownerId: objectIdOf(owner) }),
    value: valueToJson(value),
    type: typeOfValue(value),
    ...(truncated === undefined ? {} : { truncated }),
  };
}

function printHistory(shown: readonly ShownValue[], recording: Recording, output: Invocation['output']): void {
  const places = placeNames(recording, output.columns);
  const head = shown.map((entry) => [
    formatMoment(entry.thread, entry.event),
    formatTime(entry.timeNs),
    entry.call === 0 ? '' : formatCall(entry.thread, entry.call),
    printable(entry.function),
    places.of(entry.file, entry.line),
    `${printable(entry.name)}${entry.scope === 0 ? '' : output.dim(`  scope ${entry.scope}`)}`,
    entry.kind === 'parameter' ? 'argument' : printable(entry.operator),
  ]);
  const used = largest(head, (cells) => cells[3]!.length + cells[4]!.length + cells[5]!.length);
  const hasNotes = shown.some(({ note }) => note !== undefined && note !== '');
  const hasOwners = shown.some((entry) => entry.owner !== undefined);
  const left = output.columns === 0 ? Infinity : Math.max(16, output.columns - FIXED_COLUMNS - used);
  const room = hasOwners ? Math.max(12, left / 2) : left;
  printTable(
    output,
    [
      { title: 'MOMENT' },
      { title: 'AT', align: 'right' },
      { title: 'CALL' },
      { title: 'FUNCTION' },
      { title: 'PLACE' },
      { title: 'NAME' },
      { title: 'BY' },
      { title: 'VALUE' },
      ...(hasOwners ? [{ title: 'OF' }] : []),
      ...(hasNotes ? [{ title: 'NOTE' }] : []),
    ],
    shown.map((entry, i) => [
      ...head[i]!,
      previewValue(valueToJson(entry.value), room),
      ...(hasOwners ? [ownerText(entry.owner, left === Infinity ? left : left - room)] : []),
      ...(hasNotes ? [entry.note ?? ''] : []),
    ]),
  );
}

/** Objects of one class look alike: the number tells them apart, and is the same throughout a thread. */
function ownerText(owner: Value, room: number): string {
  if (owner === undefined) return '';
  const id = objectIdOf(owner);
  return `${id === null ? '' : `#${id} `}${previewValue(valueToJson(owner), Math.max(12, room))}`;
}

function objectIdOf(value: Value): number | null {
  return isCaptured(value) && value.id !== 0 ? value.id : null;
}
