/* Two recordings side by side: where they first part, and where the one stands when the other stands at a moment. */
import { formatCall } from '@execution-cinema/format';
import {
  comparableText,
  diffRuns,
  eventAt,
  PairedRuns,
  parseIgnore,
  type DifferenceSide,
  type RunDifference,
} from '@execution-cinema/store';
import type { Difference, DiffSide } from '../../protocol.ts';
import { storeProgress, type EngineContext } from '../context.ts';
import { at } from '../views/basics.ts';
import type { Answer } from './method.ts';
import { atMoment } from './moment.ts';

export const diff: Answer<'diff'> = (context, { limit = DIFFERENCES_DEFAULT }, job, otherFile) => {
  const found = diffRuns(context.recording, context.other(otherFile!).recording, {
    rules: parseIgnore([]),
    onProgress: storeProgress(job, 'comparing'),
  });
  return {
    same: found.differences.length === 0,
    differences: found.differences.slice(0, limit).map(differenceView),
    more: found.differences.length > limit,
    compared: found.equalSteps,
  };
};

const DIFFERENCES_DEFAULT = 20;

function differenceView({ kind, role, a, b, value }: RunDifference): Difference {
  const what = value ? `${value.name}${value.path}` : '';
  const why = {
    value: `the same step with another value of ${what}`,
    path: 'they do different things',
    missing: 'one does something that the other never does',
    thread: 'one has a thread that the other lacks',
  }[kind];
  const text = (side: 'a' | 'b'): string => (value ? `${what} = ${comparableText(value[side])}` : '');
  return { kind, why: `${why} (${role})`, left: sideView(a, text('a')), right: sideView(b, text('b')) };
}

function sideView(side: DifferenceSide | null, text: string): DiffSide {
  if (!side) return { at: null, call: null, function: '', place: null, text: '' };
  const { thread, event, timeNs, call, kind, name, function: own, file, line } = side;
  return {
    at: at(thread, event, timeNs),
    call: call > 0 ? formatCall(thread, call) : null,
    function: own,
    place: file === '' ? null : { file, line, column: 0 },
    text: text || `${kind} ${name}`.trim(),
  };
}

/** Calls of both are paired once; the cursor then moves through them. */
const paired = new WeakMap<object, WeakMap<object, PairedRuns>>();

function pairedRuns(context: EngineContext, other: EngineContext): PairedRuns {
  let own = paired.get(context.generation);
  if (!own) paired.set(context.generation, (own = new WeakMap()));
  let runs = own.get(other.generation);
  if (!runs) own.set(other.generation, (runs = new PairedRuns(context, other)));
  return runs;
}

export const counterpart: Answer<'counterpart'> = (context, { moment }, job, otherFile) => {
  const other = context.other(otherFile!);
  const call = eventAt(context.recording, moment.thread, moment.event, context.index)?.call ?? 0;
  const found = pairedRuns(context, other).counterpart(moment, call, storeProgress(job, 'pairing the two runs'));
  return {
    at: found.moment ? atMoment(other.recording, found.moment) : null,
    exact: found.isExact,
    why: found.why,
  };
};
