/* The value that is looked into: where else it was written, and where it came from. */
import { effect, signal } from '@preact/signals';
import { parseCall } from '@execution-cinema/format';
import type {
  At,
  FilledPart,
  FrameView,
  History,
  HistoryItem,
  HistoryParams,
  LineValue,
  Moment,
  Origin,
  OriginParams,
  OriginStep,
  Place,
  ScopeView,
  VariableName,
  VariableView,
} from '@execution-cinema/server/protocol';
import { scopeOf } from '../model/outer-scopes.ts';
import { Latest } from '../transport/latest.ts';
import { cursor, frame, goTo } from './cursor.ts';
import { frameNameAlone } from './names.ts';
import { askLong, generation } from './session.ts';
import { openFile, shown, standing } from './source.ts';

export interface Inspected {
  title: string;
  /** The function whose variable it is; null where the title says all. */
  where: string | null;
  history: HistoryParams['of'] | null;
  origin: OriginParams['of'] | null;
  /** Where the question about its origin begins. */
  moment: Moment;
  /** An argument that was never written again: its history is that the call was given it. */
  given?: HistoryItem;
}

export const inspected = signal<Inspected | null>(null);
export const detailTab = signal<'history' | 'origin'>('history');
export const history = signal<History | null>(null);
export const historyError = signal<unknown>(null);
export const origin = signal<Origin | null>(null);
export const originError = signal<unknown>(null);

const HISTORY_PAGE = 1_000;
const histories = new Latest();
const origins = new Latest();

/** All of what is looked into, in one text. */
export function subjectText({ title, where }: Inspected): string {
  return where === null ? title : `${title} in ${where}`;
}

function inspect(target: Inspected, tab: 'history' | 'origin'): void {
  inspected.value = target;
  detailTab.value = tab;
}

export function closeDetails(): void {
  inspected.value = null;
}

/** Names a variable of a frame for questions about it. */
export function variableName(owner: FrameView, scope: ScopeView, variable: VariableView): VariableName {
  return { kind: 'variable', call: owner.call, name: variable.name, instance: scope.instance };
}

/** What is asked about: a name, and in which function, if it is a variable of one. */
export interface Subject {
  of: VariableName;
  title: string;
  where: string | null;
}

export function inspectVariable({ of, title, where }: Subject, tab: 'history' | 'origin', row?: VariableView): void {
  const at = cursor.peek();
  if (!at) return;
  const given = row && givenValue(row);
  const target = { title, where, history: of, origin: of, moment: { thread: at.thread, event: at.event } };
  inspect(given ? { ...target, given } : target, tab);
}

function givenValue({ name, value, source, asOf }: VariableView): HistoryItem | undefined {
  const own = frame.peek();
  if (source !== 'argument' || !asOf || !own) return undefined;
  return {
    at: asOf,
    call: own.call,
    function: own.function,
    place: own.place,
    operator: 'argument',
    name,
    value,
    owner: 0,
    note: '',
  };
}

/** From a value at the end of a line: goes to where it got it, and shows its history. */
export function inspectLineValue(value: LineValue): void {
  const own = frame.peek();
  const file = shown.peek()?.view.file;
  const scope = own && scopeOf(own, value.name);
  const moment = { thread: value.at.thread, event: value.at.event };
  if (own && scope && (value.kind === 'variable' || value.kind === 'parameter')) {
    const of: VariableName = { kind: 'variable', call: own.call, name: value.name, instance: scope.instance };
    inspect({ title: value.name, where: frameNameAlone(own), history: of, origin: of, moment }, 'history');
  } else if (own && (value.kind === 'return' || value.kind === 'throw')) {
    inspect(
      {
        title: value.kind === 'throw' ? 'error' : 'result',
        where: frameNameAlone(own),
        history: null,
        origin: { kind: 'result', call: own.call },
        moment,
      },
      'origin',
    );
  } else if (file !== undefined) {
    const place = { kind: 'place' as const, place: `${file}:${value.line}`, name: value.name };
    inspect({ title: value.name, where: null, history: place, origin: null, moment }, 'history');
  }
}

/** Goes on with what a step of an origin has read. */
export function inspectInput(step: OriginStep, input: OriginStep['inputs'][number]): void {
  if (!input.of) return;
  inspect(
    {
      title: input.name,
      where: null,
      history: input.of,
      origin: input.of,
      moment: { thread: step.at.thread, event: step.at.event },
    },
    'origin',
  );
}

/** Goes on with what was put into a list or object; `at` is where that was asked about. */
export function inspectPart({ name, of }: FilledPart, at: Moment): void {
  inspect({ title: name, where: null, history: of, origin: of, moment: at }, 'origin');
}

/** Goes to where a value was written or read; `place` is the expression, on another line than the call may stand then. */
export async function goToStep(at: At, call: string | null, place: Place): Promise<void> {
  const isSameThread = call !== null && parseCall(call)?.thread === at.thread;
  await goTo(at, { frame: isSameThread ? call : null });
  const now = standing.peek();
  const isThere = now?.file === place.file && now.line === place.line;
  if (place.file !== '' && !isThere) openFile(place.file, place.line);
}

/** Index of the last value at or before the cursor; of another thread by time. */
export function currentIndex(items: readonly { at: At }[], at: At | null): number {
  if (!at) return -1;
  return items.findLastIndex((item) =>
    item.at.thread === at.thread ? item.at.event <= at.event : item.at.timeNs <= at.timeNs,
  );
}

export function followDetails(): void {
  effect(() => {
    const target = inspected.value;
    void generation.value;
    history.value = null;
    historyError.value = null;
    if (target?.history) void loadHistory(target);
  });
  effect(() => {
    const target = inspected.value;
    origin.value = null;
    originError.value = null;
    if (target?.origin && detailTab.value === 'origin') void loadOrigin(target);
  });
}

function onlyGiven(item: HistoryItem): History {
  return { items: [item], offset: 0, total: 1, more: false, current: 0, plot: null };
}

async function loadHistory({ history: of, moment, given }: Inspected): Promise<void> {
  try {
    const answer = await histories.run((cancel) =>
      askLong('history', { of: of!, moment, limit: HISTORY_PAGE, around: true }, cancel),
    );
    if (answer) history.value = answer.items.length === 0 && given ? onlyGiven(given) : answer;
  } catch (error) {
    historyError.value = error;
  }
}

async function loadOrigin({ origin: of, moment }: Inspected): Promise<void> {
  try {
    const answer = await origins.run((cancel) => askLong('origin', { moment, of: of! }, cancel));
    if (answer) origin.value = answer;
  } catch (error) {
    originError.value = error;
  }
}

/** A property of an object, for its history. */
export function propertyName(thread: number, object: number, name: string): VariableName {
  return { kind: 'property', thread, object, name };
}
