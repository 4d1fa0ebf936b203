/* Every value that a variable or a property had. */
import { formatCall, parseCall } from '@execution-cinema/format';
import {
  history as historyOf,
  resolveMoment,
  valueHistory,
  type HistoricValue,
  type Write,
} from '@execution-cinema/store';
import { ServerError } from '../../errors.ts';
import {
  encodeValue,
  PLOT_POINTS_MAX,
  type History,
  type HistoryItem,
  type HistoryParams,
  type Moment,
  type VariableName,
  type WireLimits,
} from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import type { Job } from '../job.ts';
import { lookupAt, momentOnTop } from '../state.ts';
import { at, LIST_LIMIT_DEFAULT } from '../views/basics.ts';
import type { Answer } from './method.ts';

const VALUE_LIMITS: WireLimits = { depth: 3, objects: 40, characters: 500 };
/** Values of one history; later ones are left out. */
const VALUES_MAX = 200_000;
const CHECK_EVERY = 1_000;

export const history: Answer<'history'> = (context, params, job) => {
  const all = itemsOf(context, params, job);
  const { span } = params;
  const items = span ? all.filter((item) => item.at.timeNs >= span.fromNs && item.at.timeNs <= span.toNs) : all;
  items.sort((a, b) => a.at.timeNs - b.at.timeNs || a.at.thread - b.at.thread || a.at.event - b.at.event);
  return pageAround(items, params);
};

function pageAround(items: readonly HistoryItem[], params: HistoryParams): History {
  const current = params.moment ? lastBefore(items, params.moment) : null;
  const limit = params.limit ?? LIST_LIMIT_DEFAULT;
  const middle = Math.max(0, Math.min((current ?? 0) - Math.floor(limit / 2), items.length - limit));
  const offset = params.around ? middle : (params.offset ?? 0);
  const page = items.slice(offset, offset + limit);
  return {
    items: page,
    offset,
    total: items.length,
    more: offset + page.length < items.length,
    current,
    plot: plotOf(items),
  };
}

function lastBefore(items: readonly HistoryItem[], { thread, event }: Moment): number | null {
  const found = items.findLastIndex((item) => item.at.thread === thread && item.at.event <= event);
  return found < 0 ? null : found;
}

function plotOf(items: readonly HistoryItem[]): History['plot'] {
  const numbers = items.filter(({ value }) => typeof value === 'number');
  if (numbers.length < 2) return null;
  const step = Math.max(1, Math.ceil(numbers.length / PLOT_POINTS_MAX));
  const kept = numbers.filter((_, i) => i % step === 0 || i === numbers.length - 1);
  return {
    timesNs: Float64Array.from(kept, (item) => item.at.timeNs),
    values: Float64Array.from(kept, ({ value }) => value as number),
  };
}

function itemsOf(context: EngineContext, { of, moment }: HistoryParams, job: Job): HistoryItem[] {
  if (of.kind === 'place') {
    return collect(valueHistory(context.recording, of.place, of.name), job);
  }
  return of.kind === 'property' ? propertyItems(context, of, moment, job) : variableItems(context, of, moment, job);
}

function collect(values: Iterable<HistoricValue>, job: Job): HistoryItem[] {
  const items: HistoryItem[] = [];
  let seen = 0;
  for (const value of values) {
    if (++seen % CHECK_EVERY === 0) job.checkpoint();
    items.push(itemOf(value));
    if (items.length >= VALUES_MAX) break;
  }
  return items;
}

function itemOf(found: HistoricValue): HistoryItem {
  const { thread, event, timeNs, call, file, line, column, kind, operator, name, value, owner } = found;
  return {
    at: at(thread, event, timeNs),
    call: call > 0 ? formatCall(thread, call) : null,
    function: found.function,
    place: { file, line, column },
    operator: operator === '' ? kind : operator,
    name,
    value: encodeValue(value, VALUE_LIMITS),
    owner: typeof owner === 'object' && owner !== null ? owner.id : 0,
    note: '',
  };
}

/** The variable that a frame sees under a name: of the call itself, or of a scope that closures share. */
function variableItems(
  context: EngineContext,
  of: Extract<VariableName, { kind: 'variable' }>,
  moment: Moment | undefined,
  job: Job,
): HistoryItem[] {
  const name = parseCall(of.call);
  if (!name) throw new ServerError('BAD_REQUEST', `${of.call} is no call`);
  const onTop = momentOnTop(context, moment, name, job);
  return historyOf(context.recording, lookupAt(context, onTop, job), onTop, { kind: 'variable', name: of.name }).map(
    (write) => writeItem(write, of.name, 0),
  );
}

function propertyItems(
  context: EngineContext,
  { thread, object, name }: Extract<VariableName, { kind: 'property' }>,
  moment: Moment | undefined,
  job: Job,
): HistoryItem[] {
  const { recording } = context;
  const there = moment?.thread === thread ? moment : resolveMoment(recording, 'end', thread);
  const target = { kind: 'property', object, key: name } as const;
  return historyOf(recording, lookupAt(context, there, job), there, target).map((write) =>
    writeItem(write, name, object),
  );
}

function writeItem(write: Write, name: string, owner: number): HistoryItem {
  const { moment, timeNs, call, file, line, column, operator, value } = write;
  return {
    at: at(moment.thread, moment.event, timeNs),
    call: call > 0 ? formatCall(moment.thread, call) : null,
    function: write.function,
    place: { file, line, column },
    operator,
    name,
    value: encodeValue(value, VALUE_LIMITS),
    owner,
    note: write.note,
  };
}
