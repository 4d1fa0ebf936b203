import { formatCall, formatMoment, typeOfValue, truncationOf, valueToJson, type Value } from '@execution-cinema/format';
import {
  readState,
  resolveMoment,
  type Recording,
  type State,
  type StateFrame,
  type StateScope,
  type StateVariable,
} from '@execution-cinema/store';
import { UsageError, type Command, type Invocation } from '../command.ts';
import { countFlag, isSet, rejectPositionals, textFlag } from '../flag-values.ts';
import { counted, formatTime } from '../format/quantity.ts';
import { clip, printable } from '../format/text.ts';
import { previewValue, valueRoom } from '../format/value-preview.ts';
import { REC_FLAG, withIndex } from '../open-recording.ts';
import { placeNames, type PlaceNames } from '../place-names.ts';
import { SourceLines } from '../source-lines.ts';

export const state: Command = {
  name: 'state',
  summary: 'stack and variables at a moment',
  usage: '[REC] --at MOMENT',
  details: [
    'MOMENT is 1@230 (just after event 230 of thread 1), 1:12 (the start of call 12), a time since the recording began such as 250ms, or start or end. Innermost frame first; the moment behind a value is that of the write it comes from.',
    'Functions and classes of a scope are left out unless --all, and what Node gives every CommonJS module.',
  ],
  flags: [
    { name: 'at', value: 'MOMENT', text: 'the moment' },
    { name: 'thread', value: 'T', text: 'the thread that a time, start or end is about (default: the first)' },
    { name: 'all', text: 'every variable: functions and classes, and the module scope of every frame' },
    REC_FLAG,
  ],
  examples: [
    ['tracer state --at 1@230', 'where everything stood after event 230'],
    ['tracer state --at 250ms --thread 2', 'what thread 2 did a quarter of a second after the start'],
    ["tracer state --at 1:12 --json | jq '.frames[0].scopes'", 'variables at the start of a call'],
  ],
  run(invocation) {
    const { positionals, flags, output } = invocation;
    rejectPositionals(positionals, 1);
    const at = textFlag(flags, 'at');
    if (at === undefined) throw new UsageError('--at is missing: a moment such as 1@230, a call 1:12, 250ms or end');
    return withIndex(invocation, positionals[0], ({ recording, sidecar, onProgress }) => {
      const moment = resolveMoment(recording, at, countFlag(flags, 'thread'));
      const found = readState(recording, sidecar.db, moment, onProgress);
      if (output.json) output.printJson(stateData(found));
      else printState(found, recording, isSet(flags, 'all'), output);
    });
  },
};

export function stateData(found: State): unknown {
  const { thread } = found;
  return {
    moment: formatMoment(thread, found.event),
    thread,
    timeNs: found.timeNs,
    clockErrorNs: found.clockErrorNs,
    frames: found.frames.map((frame) => ({
      call: formatCall(thread, frame.call),
      function: frame.function,
      kind: frame.kind,
      file: frame.file,
      line: frame.line,
      column: frame.column,
      ...(frame.placeIsInferred ? { placeIsInferred: true } : {}),
      startNs: frame.startNs < 0 ? null : frame.startNs,
      asyncParent: frame.asyncParent > 0 ? formatCall(thread, frame.asyncParent) : null,
      ...(frame.hasThis ? { this: valueData(frame.this) } : {}),
      scopes: frame.scopes.map(({ kind, instance, line, column, variables }) => ({
        kind,
        instance,
        line,
        column,
        variables: variables.map((variable) => variableData(variable, thread)),
      })),
    })),
    asyncCallers: found.asyncCallers.map(({ call, ...rest }) => ({ call: formatCall(thread, call), ...rest })),
    framesOmitted: found.framesOmitted,
    suspended: found.suspended.map(({ call, sinceEvent, ...rest }) => ({
      call: formatCall(thread, call),
      ...rest,
      since: sinceEvent < 0 ? null : formatMoment(thread, sinceEvent),
    })),
    suspendedComplete: found.suspendedComplete,
  };
}

function variableData(variable: StateVariable, thread: number): unknown {
  const { name, kind, source, note } = variable;
  return {
    name,
    kind,
    source,
    ...(source === 'unknown' ? {} : valueData(variable.value)),
    ...(variable.event < 0 ? {} : { moment: formatMoment(thread, variable.event), timeNs: variable.timeNs }),
    ...(variable.asOf === undefined ? {} : { asOf: formatMoment(thread, variable.asOf) }),
    ...(note === undefined ? {} : { note }),
  };
}

function valueData(value: Value): { value: unknown; type: string; truncated?: string } {
  const truncated = truncationOf(value);
  return { value: valueToJson(value), type: typeOfValue(value), ...(truncated === undefined ? {} : { truncated }) };
}

/** The state for people; `all` shows functions, classes and every module scope. */
export function printState(found: State, recording: Recording, all: boolean, output: Invocation['output']): void {
  const { thread } = found;
  const name = recording.threads().find(({ id }) => id === thread)?.name ?? '';
  output.line(
    `${output.bold(formatMoment(thread, found.event))}  thread ${thread} ${printable(name)}, ${formatTime(found.timeNs)}`,
  );
  if (found.frames.length === 0) output.line('nothing on the stack');
  const sources = new SourceLines(recording);
  const places = placeNames(recording, output.columns);
  found.frames.forEach((frame, depth) => {
    output.line();
    printFrame(frame, depth, { thread, places, sources }, output);
    const isLastOfModule = !found.frames.slice(depth + 1).some((outer) => outer.file === frame.file);
    for (const scope of frame.scopes) {
      if (all || scope.kind !== 'module' || isLastOfModule) printScope(scope, thread, all, output);
    }
  });
  if (found.framesOmitted > 0)
    output.line(output.dim(`\n${counted(found.framesOmitted, 'frame')} further out not shown`));
  printAsyncCallers(found, places, output);
  printSuspended(found, places, output);
}

function printAsyncCallers(found: State, places: PlaceNames, output: Invocation['output']): void {
  for (const caller of found.asyncCallers) {
    const how = caller.cause === 'call' ? 'called by' : `scheduled (${caller.cause}) by`;
    const place = output.dim(`${places.of(caller.file, caller.line)}  call ${formatCall(found.thread, caller.call)}`);
    output.line(`~  ${how} ${output.bold(printable(caller.function))}  ${place}`);
  }
}

function printFrame(
  frame: StateFrame,
  depth: number,
  { thread, places, sources }: { thread: number; places: PlaceNames; sources: SourceLines },
  output: Invocation['output'],
): void {
  const text = sources.at(frame.file, frame.line);
  const place = output.dim(places.of(frame.file, frame.line));
  const cause = frame.asyncParent > 0 ? output.dim(`  scheduled by ${formatCall(thread, frame.asyncParent)}`) : '';
  output.line(
    `#${depth} ${output.bold(printable(frame.function))}  ${place}  ${output.dim(`call ${formatCall(thread, frame.call)}`)}${cause}`,
  );
  if (text !== undefined) output.line(clip(`   ${output.cyan(`${frame.line} | ${text}`)}`, output.columns));
  if (frame.hasThis) output.line(`   this = ${shown(frame.this, 10, output)}`);
}

function printScope(scope: StateScope, thread: number, all: boolean, output: Invocation['output']): void {
  const variables = scope.variables.filter((variable) => all || isTelling(variable, scope));
  if (variables.length === 0) return;
  const indent = scope.kind === 'function' ? '   ' : '     ';
  if (scope.kind !== 'function')
    output.line(output.dim(`   ${scope.kind}${scope.line > 1 ? ` at line ${scope.line}` : ''}`));
  for (const variable of variables) {
    const origin = variable.source === 'unknown' ? (variable.note ?? 'not recorded') : originOf(variable, thread);
    const note = variable.source === 'unknown' || variable.note === undefined ? '' : `, ${variable.note}`;
    const name = printable(variable.name);
    const value =
      variable.source === 'unknown'
        ? '?'
        : shown(variable.value, indent.length + name.length + origin.length + note.length + 5, output);
    const tail = origin + note === '' ? '' : `  ${output.dim(origin + note)}`;
    output.line(`${indent}${name} = ${value}${tail}`);
  }
}

/** What Node gives every CommonJS module; it is told when the program has written one of them. */
const OF_COMMONJS: ReadonlySet<string> = new Set(['exports', 'require', 'module', '__filename', '__dirname']);

function isTelling({ kind, name, source }: StateVariable, scope: StateScope): boolean {
  if (kind === 'function' || kind === 'class') return false;
  return source !== 'unknown' || scope.kind !== 'module' || !OF_COMMONJS.has(name);
}

function originOf({ source, event }: StateVariable, thread: number): string {
  if (source === 'write') return formatMoment(thread, event);
  return source === 'argument' ? 'argument' : '';
}

function shown(value: Value, used: number, output: Invocation['output']): string {
  return previewValue(valueToJson(value), valueRoom(output, used));
}

function printSuspended(found: State, places: PlaceNames, output: Invocation['output']): void {
  if (found.suspended.length === 0 && found.suspendedComplete) return;
  output.line();
  output.line(output.bold('Suspended'));
  for (const call of found.suspended) {
    const since = call.sinceNs < 0 ? '' : ` since ${formatTime(call.sinceNs)}`;
    output.line(
      `   ${printable(call.function)}  ${output.dim(`${places.of(call.file, call.line)}  call ${formatCall(found.thread, call.call)}${since}`)}`,
    );
  }
  if (!found.suspendedComplete)
    output.line(output.dim('   others may be, that fell asleep earlier (tracer index finds them)'));
}
