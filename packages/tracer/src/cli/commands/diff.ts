import { formatCall, formatMoment, valueToJson } from '@execution-cinema/format';
import {
  comparableText,
  diffRuns,
  IGNORE_HELP,
  openSidecar,
  origin as originOf,
  parseIgnore,
  readRecording,
  readState,
  seekLookup,
  StoreError,
  type DifferenceSide,
  type Origin,
  type Recording,
  type RunComparison,
  type RunDifference,
  type Sidecar,
  type StateFrame,
} from '@execution-cinema/store';
import { findRoot } from '../../config/index.ts';
import { CommandError, UsageError, type Command, type FlagValues, type Invocation } from '../command.ts';
import { describeFailure } from '../failure.ts';
import { counted, formatCount, formatTime } from '../format/quantity.ts';
import { clip, printable } from '../format/text.ts';
import { previewValue } from '../format/value-preview.ts';
import { placeNames } from '../place-names.ts';
import { originData, printOrigin } from './origin.ts';
import { findRecording, shownPath } from '../recordings.ts';

const SAME = 0;
const DIFFERENT = 1;
const TROUBLE = 2;
/** Frames of a stack and variables of a frame that are printed. */
const FRAMES_SHOWN = 6;
const VARIABLES_SHOWN = 8;

export const diff: Command = {
  name: 'diff',
  summary: 'first point where two runs diverge, in path or in value',
  usage: 'REC1 REC2 [--ignore RULE]...',
  details: [
    'Both runs are gone through side by side, threads and processes paired by their role, turns of the event loop by what led to them. Times, dates, pids, ports, random-looking ids, folders and the order of unrelated asynchronous work do not count. Numbers under names such as id or orderId may be others, as long as each stands for the same one throughout.',
    `RULE says what else does not: ${IGNORE_HELP}. Where the text of a function differs between the runs, its calls are compared and not what it does inside.`,
  ],
  flags: [
    { name: 'ignore', value: 'RULE', multiple: true, text: 'do not count these differences; may be repeated' },
    { name: 'quick', text: 'without stacks, variables and where the value came from' },
  ],
  examples: [
    ['tracer diff good.db bad.db', 'where the bad run went another way'],
    ["tracer diff good.db bad.db --ignore name:requestId --ignore 'file:test/**'", 'leave out what differs by design'],
    ['tracer diff good.db bad.db --ignore values', 'by which functions were called alone'],
    ['tracer diff good.db bad.db --json | jq .differences[0]', 'the first difference as data'],
  ],
  exitCodes: '0 the runs are the same, 1 they differ, 2 trouble.',
  run(invocation) {
    const { positionals, flags, output } = invocation;
    const [first, second, extra] = positionals;
    if (first === undefined || second === undefined) throw new UsageError('two recordings are needed');
    if (extra !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(extra)}`);
    try {
      return compare(first, second, flags, output);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new CommandError(describeFailure(error), TROUBLE);
    }
  },
};

function compare(first: string, second: string, flags: FlagValues, output: Invocation['output']): number {
  const rules = parseIgnore(Array.isArray(flags['ignore']) ? flags['ignore'] : []);
  const root = findRoot(process.cwd());
  const a = readRecording(findRecording(first, root));
  try {
    const b = readRecording(findRecording(second, root));
    try {
      const found = diffRuns(a, b, {
        rules,
        onProgress: ({ doneEvents, totalEvents }) =>
          output.progress(`compared ${formatCount(doneEvents)} of ${formatCount(totalEvents)} events`),
      });
      const [main] = found.differences;
      const contexts =
        main === undefined || flags['quick'] === true
          ? { a: undefined, b: undefined }
          : { a: contextOf(a, main, main.a, output), b: contextOf(b, main, main.b, output) };
      output.progress(undefined);
      if (output.json) output.printJson(dataOf(found, contexts, { a, b }));
      else print(found, contexts, { a, b }, output);
      return main === undefined ? SAME : DIFFERENT;
    } finally {
      b.close();
    }
  } finally {
    a.close();
  }
}

interface Context {
  /** The stack just before the difference. */
  frames: StateFrame[];
  /** Where the value that differs came from; undefined when nothing can be said. */
  origin: Origin | undefined;
}

interface Contexts {
  a: Context | undefined;
  b: Context | undefined;
}

function contextOf(
  recording: Recording,
  { value }: RunDifference,
  side: DifferenceSide | null,
  output: Invocation['output'],
): Context | undefined {
  if (!side || side.call === 0) return undefined;
  const sidecar = openSidecar(recording);
  try {
    const moment = { thread: side.thread, event: Math.max(0, side.event - 1) };
    const { frames } = readState(recording, sidecar.db, moment, ({ doneEvents, totalEvents }) =>
      output.progress(`indexing ${formatCount(doneEvents)} of ${formatCount(totalEvents)} events`),
    );
    return { frames, origin: value ? originAt(recording, sidecar, value, side) : undefined };
  } finally {
    sidecar.close();
  }
}

/** Steps of a chain that are followed. */
const ORIGIN_STEPS_MAX = 12;

/** The chain behind the value that differs. */
function originAt(
  recording: Recording,
  sidecar: Sidecar,
  { name, path }: { name: string; path: string },
  { kind, name: written, thread, call, event }: DifferenceSide,
): Origin | undefined {
  const isResult = kind === 'return';
  const place = isResult ? { thread, call } : { thread, event };
  const subject = isResult ? 'return' : kind === 'write' || kind === 'property' ? written : name;
  try {
    return originOf(recording, seekLookup(sidecar.db), place, subject + path, { stepsMax: ORIGIN_STEPS_MAX });
  } catch (error) {
    // What is thrown, printed or computed has no name to follow.
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

function dataOf(found: RunComparison, contexts: Contexts, recordings: { a: Recording; b: Recording }): unknown {
  return {
    same: found.differences.length === 0,
    a: recordings.a.file,
    b: recordings.b.file,
    threads: found.threads,
    equalSteps: found.equalSteps,
    differences: found.differences.map((difference, i) => ({
      kind: difference.kind,
      thread: difference.role,
      value: difference.value && {
        name: difference.value.name,
        path: difference.value.path,
        a: comparableText(difference.value.a, Infinity),
        b: comparableText(difference.value.b, Infinity),
      },
      a: sideData(difference.a, i === 0 ? contexts.a : undefined),
      b: sideData(difference.b, i === 0 ? contexts.b : undefined),
    })),
  };
}

function sideData(side: DifferenceSide | null, context: Context | undefined): unknown {
  if (!side) return null;
  const { thread, event, timeNs, call, kind, name, function: own, file, line } = side;
  return {
    moment: formatMoment(thread, event),
    timeNs,
    call: call === 0 ? null : formatCall(thread, call),
    what: kind,
    name: name === '' ? null : name,
    function: own,
    file,
    line,
    ...(context && {
      stack: context.frames.map((frame) => ({
        call: formatCall(thread, frame.call),
        function: frame.function,
        file: frame.file,
        line: frame.line,
      })),
      variables: Object.fromEntries(variablesOf(context.frames).map((variable) => [variable.name, variable.value])),
      origin: context.origin ? originData(context.origin) : null,
    }),
  };
}

/** Variables of the innermost call, innermost scope first. */
function variablesOf(frames: readonly StateFrame[]): { name: string; value: unknown }[] {
  const scopes = frames[0]?.scopes.filter(({ kind }) => kind !== 'module') ?? [];
  return scopes
    .flatMap(({ variables }) => variables)
    .filter(
      ({ kind, source }) => kind !== 'function' && kind !== 'class' && source !== 'unknown' && source !== 'initial',
    )
    .map(({ name, value }) => ({ name, value: valueToJson(value) }));
}

function print(
  found: RunComparison,
  contexts: Contexts,
  recordings: { a: Recording; b: Recording },
  output: Invocation['output'],
): void {
  const [main, ...rest] = found.differences;
  const compared = `${counted(found.equalSteps, 'equal step')} in ${counted(found.threads, 'thread')}`;
  output.line(`A  ${shownPath(recordings.a.file)}`);
  output.line(`B  ${shownPath(recordings.b.file)}`);
  output.line();
  if (!main) {
    output.line(`${output.green('The runs are the same')}: ${compared}.`);
    return;
  }
  output.line(`${output.red('The runs differ')}${headline(main)}; before that, ${compared}.`);
  if (main.value) {
    output.line();
    const room = Math.max(60, output.columns - 8);
    output.line(`   ${output.bold(printable(`${main.value.name}${main.value.path}`))}`);
    output.line(`   A  ${output.cyan(printable(comparableText(main.value.a, room)))}`);
    output.line(`   B  ${output.cyan(printable(comparableText(main.value.b, room)))}`);
  }
  const others = { a: names(contexts.b?.frames), b: names(contexts.a?.frames) };
  printSide('A', main.a, contexts.a, others.a, recordings.a, output);
  printSide('B', main.b, contexts.b, others.b, recordings.b, output);
  if (rest.length > 0) {
    output.line();
    output.line(`First differences of other threads (${rest.length}):`);
    for (const difference of rest) output.line(clip(`   ${difference.role}${headline(difference)}`, output.columns));
  }
  hint(main, recordings, output);
}

function names(frames: readonly StateFrame[] | undefined): Map<string, string> {
  return new Map(variablesOf(frames ?? []).map(({ name, value }) => [name, previewValue(value as never)]));
}

function headline({ kind, a, b, value }: RunDifference): string {
  const place = (side: DifferenceSide | null): string => (side === null ? '' : ` in ${side.function}`);
  switch (kind) {
    case 'value':
      return ` in a value${place(a)}: ${printable(`${value!.name}${value!.path}`)}`;
    case 'path':
      return ` in their path${place(a ?? b)}: ${stepText(a)} in A, ${stepText(b)} in B`;
    case 'missing':
      return a ? `: only A ran ${a.function}` : `: only B ran ${b?.function ?? ''}`;
    case 'thread':
      return a ? ': B has no such thread' : ': A has no such thread';
  }
}

/** What a step is, in words. */
function stepText(side: DifferenceSide | null): string {
  if (!side) return 'nothing more';
  const { kind, name, function: own } = side;
  switch (kind) {
    case 'call':
      return `call of ${own}`;
    case 'return':
      return `${own} returns`;
    case 'end':
      return `${own} ends (${name})`;
    case 'write':
    case 'property':
      return `${name} is written`;
    case 'throw':
      return `${own} throws`;
    case 'catch':
      return `${own} catches`;
    case 'await':
      return `${own} waits`;
    case 'resume':
      return `${own} goes on`;
    case 'log':
      return 'output';
    case 'expression':
      return name;
  }
}

function printSide(
  letter: string,
  side: DifferenceSide | null,
  context: Context | undefined,
  other: ReadonlyMap<string, string>,
  recording: Recording,
  output: Invocation['output'],
): void {
  if (!side || side.function === '') return;
  const places = placeNames(recording, output.columns);
  output.line();
  output.line(
    `${letter}  ${output.bold(stepText(side))}  ${output.dim(`${places.of(side.file, side.line)}  call ${formatCall(side.thread, side.call)}  ${formatMoment(side.thread, side.event)}  ${formatTime(side.timeNs)}`)}`,
  );
  const frames = context?.frames;
  for (const frame of frames?.slice(0, FRAMES_SHOWN) ?? []) {
    output.line(output.dim(`     ${printable(frame.function)}  ${places.of(frame.file, frame.line)}`));
  }
  if ((frames?.length ?? 0) > FRAMES_SHOWN)
    output.line(output.dim(`     and ${frames!.length - FRAMES_SHOWN} further out`));
  for (const { name, value } of variablesOf(frames ?? []).slice(0, VARIABLES_SHOWN)) {
    const text = previewValue(value as never, Math.max(40, output.columns - 10 - name.length));
    const differs = other.has(name) && other.get(name) !== previewValue(value as never);
    const line = `     ${printable(name)} = ${text}`;
    output.line(differs ? output.yellow(line) : line);
  }
  if (context?.origin && context.origin.steps.length > 0) {
    output.line(output.dim('     where it came from:'));
    printOrigin(context.origin, '     ', places, output);
  }
}

function hint(main: RunDifference, recordings: { a: Recording; b: Recording }, output: Invocation['output']): void {
  const side = main.b ?? main.a;
  if (!side || side.call === 0) return;
  const file = shownPath((main.b ? recordings.b : recordings.a).file);
  output.message(
    output.dim(
      `everything at that moment: tracer state ${file} --at ${formatMoment(side.thread, Math.max(0, side.event - 1))}`,
    ),
  );
}
