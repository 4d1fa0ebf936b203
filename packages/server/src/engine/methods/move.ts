import { parseCall } from '@execution-cinema/format';
import {
  conditionHolds,
  FUNCTIONS_PER_MODULE,
  move as moveInStore,
  resolveMoment,
  type Moment,
  type MoveOptions as StoreMove,
} from '@execution-cinema/store';
import { ServerError } from '../../errors.ts';
import type { MoveParams } from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import { NeedsIndex, type Job } from '../job.ts';
import { NO_FRAMES, stateOf } from '../state.ts';
import type { Answer } from './method.ts';
import { atMoment } from './moment.ts';

export const move: Answer<'move'> = (context, params, job) => {
  const { recording } = context;
  const { found, why } = target(context, params, job);
  return { at: found ? atMoment(recording, found) : null, why };
};

interface Target {
  found: Moment | undefined;
  why: string;
}

const NOTHING: Readonly<Record<string, string>> = {
  line: 'this line does not run again in this direction, on any thread',
  write: 'no other write in this direction',
  throw: 'nothing is thrown in this direction',
  call: 'it is not called again in this direction',
  cause: 'what caused this is not recorded',
};

function target(context: EngineContext, params: MoveParams, job: Job): Target {
  const { from, kind, direction } = params;
  const isBack = direction === 'back';
  const ask = (options: Omit<StoreMove, 'direction'>, moment = from): Moment | undefined =>
    moveInStore(context.recording, context.index, moment, { ...options, direction });
  const told = (found: Moment | undefined, why: string): Target => ({
    found,
    why: found ? why : (NOTHING[kind] ?? edgeText(isBack)),
  });
  switch (kind) {
    case 'start':
    case 'end':
      return told(resolveMoment(context.recording, kind, from.thread), edgeText(kind === 'start'));
    case 'event':
      return told(ask({ kind }), 'next event');
    case 'into':
      return told(ask({ kind }), '');
    case 'over':
    case 'out':
      return told(
        inFrame(context, params, ask, job),
        kind === 'out' ? (isBack ? 'where it was called' : 'it ended') : '',
      );
    case 'continue':
      return continued(context, params, ask, job);
    case 'call start':
      return told(startOfCall(context, params, job), 'the call began');
    case 'call end':
      return told(endOfCall(context, params, job), 'the call ended');
    case 'line':
      return told(ask({ kind, threads: 'all', ...placeOf(params) }), 'the line runs');
    case 'write':
      return told(ask({ kind, ...writeOf(params) }), 'it is written');
    case 'throw':
      return told(ask({ kind }), 'an error is thrown');
    case 'call':
      return told(ask({ kind, ...functionOf(context, params) }), 'it is called');
    case 'cause':
      return caused(context, from, ask({ kind }), job);
  }
}

function caused(context: EngineContext, from: Moment, found: Moment | undefined, job: Job): Target {
  if (found) return { found, why: 'what caused it' };
  const { frames, asyncCallers } = stateOf(context, from, job, NO_FRAMES);
  const isFirst = frames.at(-1)?.kind === 'module' && asyncCallers.length === 0;
  return { found, why: isFirst ? 'nothing caused it: it runs since its thread began' : NOTHING['cause']! };
}

function edgeText(isStart: boolean): string {
  return isStart ? 'the beginning of what is recorded of this thread' : 'the end of what is recorded of this thread';
}

/** Steps of a frame further out: first everything above it ends (or, backwards, has not begun). */
function inFrame(
  context: EngineContext,
  { from, kind, direction, call }: MoveParams,
  ask: (options: Omit<StoreMove, 'direction'>, moment?: Moment) => Moment | undefined,
  job: Job,
): Moment | undefined {
  const wanted = call === undefined ? undefined : parseCall(call)?.call;
  if (wanted === undefined) return ask({ kind: kind as 'over' | 'out' });
  const { frames } = stateOf(context, from, job, NO_FRAMES);
  const at = frames.findIndex((frame) => frame.call === wanted);
  if (at <= 0) return ask({ kind: kind as 'over' | 'out' });
  const name = (frame: { call: number }): string => `${from.thread}:${frame.call}`;
  const other = kind === 'out' ? frames[at]! : frames[at - 1]!;
  const edge = { from, kind, direction, call: name(other) };
  if (direction === 'forward') return endOfCall(context, edge, job);
  const start = startOfCall(context, edge, job);
  return start && start.event > 0 ? { thread: start.thread, event: start.event - 1 } : undefined;
}

function callOf(context: EngineContext, { call, from }: MoveParams, job: Job): string | undefined {
  if (call !== undefined) return call;
  const top = stateOf(context, from, job, NO_FRAMES).frames[0];
  return top && `${from.thread}:${top.call}`;
}

function startOfCall(context: EngineContext, params: MoveParams, job: Job): Moment | undefined {
  const call = callOf(context, params, job);
  return call === undefined ? undefined : resolveMoment(context.recording, call);
}

function endOfCall(context: EngineContext, params: MoveParams, job: Job): Moment | undefined {
  const start = startOfCall(context, params, job);
  if (!start) return undefined;
  // An async function leaves the stack at each await: its end is behind all of them.
  return moveInStore(context.recording, context.index, start, { kind: 'out', direction: 'forward' });
}

function continued(
  context: EngineContext,
  { from, direction, breakpoints = [], throws = false }: MoveParams,
  ask: (options: Omit<StoreMove, 'direction'>, from?: Moment) => Moment | undefined,
  job: Job,
): Target {
  const stops: { found: Moment; why: string }[] = [];
  for (const { file, line, condition } of breakpoints) {
    let found = ask({ kind: 'line', file, line });
    for (let looked = 0; found && !holds(context, found, condition); looked++) {
      if (!job.patient && looked >= CONDITIONS_AT_ONCE) throw new NeedsIndex();
      if (looked >= CONDITIONS_MAX) throw new ServerError('UNAVAILABLE', tooRare(condition!));
      job.progress(`looking where ${condition}`, looked, CONDITIONS_MAX);
      found = ask({ kind: 'line', file, line }, found);
    }
    const when = condition === undefined ? '' : ` where ${condition}`;
    if (found) stops.push({ found, why: `breakpoint at ${file}:${line}${when}` });
  }
  const thrown = throws ? ask({ kind: 'throw' }) : undefined;
  if (thrown) stops.push({ found: thrown, why: 'an error is thrown' });
  const sign = direction === 'back' ? -1 : 1;
  stops.sort((a, b) => sign * (a.found.event - b.found.event));
  if (stops[0]) return stops[0];
  const end = direction === 'back' ? 'start' : 'end';
  return { found: resolveMoment(context.recording, end, from.thread), why: edgeText(end === 'start') };
}

/** Executions of a line for which a condition is looked at, by a thread that others wait for, and at most. */
const CONDITIONS_AT_ONCE = 50;
const CONDITIONS_MAX = 20_000;

function tooRare(condition: string): string {
  return `${condition} does not hold in the next ${CONDITIONS_MAX} executions of the line; a log point looks at all of them`;
}

function holds({ recording, index }: EngineContext, moment: Moment, condition: string | undefined): boolean {
  return condition === undefined || condition.trim() === '' || conditionHolds(recording, index, moment, condition);
}

function placeOf({ file, line }: MoveParams): { file?: string; line?: number } {
  return { ...(file !== undefined && { file }), ...(line !== undefined && { line }) };
}

function writeOf({ variable }: MoveParams): { name?: string; owner?: number; scope?: number } {
  if (!variable) return {};
  if (variable.kind === 'property') return { name: variable.name, owner: variable.object };
  return { name: variable.name, ...(variable.instance > 0 && { scope: variable.instance }) };
}

function functionOf({ recording }: EngineContext, { functionId }: MoveParams): { function?: string; file?: string } {
  if (functionId === undefined) return {};
  const module = recording.module(Math.floor(functionId / FUNCTIONS_PER_MODULE));
  const entry = module?.sites?.functions[functionId % FUNCTIONS_PER_MODULE];
  if (!module || !entry) throw new ServerError('BAD_REQUEST', `no function ${functionId}`);
  return { function: entry.name, file: module.sites!.sources[entry.source] ?? module.file };
}
