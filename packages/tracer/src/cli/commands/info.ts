import { recordingInfo, type RecordingInfo } from '@execution-cinema/store';
import type { Command, Invocation } from '../command.ts';
import { countFlag, rejectPositionals } from '../flag-values.ts';
import { commandLine, describeEnd } from '../format/process.ts';
import { counted, formatBytes, formatCount, formatDuration, formatTime } from '../format/quantity.ts';
import { printTable } from '../format/table.ts';
import { printable } from '../format/text.ts';
import { REC_FLAG, withRecording } from '../open-recording.ts';
import { shownPath } from '../recordings.ts';

const LIST_DEFAULT = 20;

export const info: Command = {
  name: 'info',
  summary: 'what is in a recording, and what is not',
  usage: '[REC]',
  details: [
    'Processes and threads, events stored, dropped and pruned, functions instrumented by level, and every file and function that was not, with the reason.',
  ],
  flags: [
    REC_FLAG,
    { name: 'limit', short: 'n', value: 'N', text: `lines per list, 0 for all (default ${LIST_DEFAULT})` },
  ],
  examples: [
    ['tracer info', 'the newest recording'],
    ['tracer info 2026-03-01T10 -n 0', 'every skipped function, of the recording whose name begins so'],
    ["tracer info --json | jq '.skippedReasons'", 'why functions were not instrumented, counted'],
  ],
  run(invocation) {
    const { positionals, flags, output } = invocation;
    rejectPositionals(positionals, 1);
    const limit = countFlag(flags, 'limit') ?? LIST_DEFAULT;
    return withRecording(invocation, positionals[0], (recording) => {
      const found = recordingInfo(recording);
      if (output.json) output.printJson(found);
      else printInfo(found, limit === 0 ? Infinity : limit, output);
    });
  },
};

function printInfo(found: RecordingInfo, limit: number, output: Invocation['output']): void {
  const { events, functions } = found;
  const fact = (name: string, text: string): void => output.line(`${output.bold(name.padEnd(11))}${text}`);
  const state = found.state === 'complete' ? output.green(found.state) : output.yellow(found.state);
  fact('Recording', shownPath(found.file));
  fact('State', found.state === 'cut off' ? `${state}: the program was killed, its last moments are missing` : state);
  fact('Started', `${found.startedAt}, lasted ${formatDuration(found.durationNs)}`);
  fact('Root', found.root);
  fact('Size', `${formatBytes(found.bytes)}, tracer ${found.toolVersion}, clock ${found.clock}`);
  const lost = [
    events.dropped > 0 ? output.red(`${formatCount(events.dropped)} dropped`) : '0 dropped',
    events.pruned > 0 ? output.yellow(`${formatCount(events.pruned)} pruned`) : '0 pruned',
  ];
  fact(
    'Events',
    `${formatCount(events.produced)} produced = ${formatCount(events.stored)} stored + ${lost.join(' + ')}`,
  );
  fact('Calls', `${formatCount(found.calls)}, ${counted(found.throws, 'exception')}, depth up to ${found.maxDepth}`);
  const levels = Object.entries(functions.byLevel).map(([level, count]) => `${formatCount(count)} at ${level}`);
  const share =
    functions.eligible > 0 ? ` (${((100 * functions.instrumented) / functions.eligible).toFixed(1)} %)` : '';
  fact(
    'Functions',
    `${formatCount(functions.instrumented)} of ${formatCount(functions.eligible)} instrumented${share}${levels.length > 0 ? `: ${levels.join(', ')}` : ''}`,
  );
  fact(
    'Files',
    `${formatCount(found.modules - found.modulesSkipped)} recorded, ${formatCount(found.modulesSkipped)} not`,
  );
  printProcesses(found, output);
  printSkipped(found, limit, output);
  printLosses(found, limit, output);
}

function printProcesses(found: RecordingInfo, output: Invocation['output']): void {
  output.line();
  printTable(
    output,
    [
      { title: 'PROCESS' },
      { title: 'PID' },
      { title: 'NODE' },
      { title: 'STARTED', align: 'right' },
      { title: 'ENDED' },
      { title: 'COMMAND', flexible: true },
    ],
    found.processes.map((row) => [
      String(row.id),
      String(row.pid),
      row.node,
      formatTime(row.startNs),
      describeEnd(row),
      commandLine(row.argv, found.root),
    ]),
  );
  output.line();
  printTable(
    output,
    [
      { title: 'THREAD' },
      { title: 'PROCESS' },
      { title: 'KIND' },
      { title: 'NAME', flexible: true },
      { title: 'STORED', align: 'right' },
      { title: 'DROPPED', align: 'right' },
      { title: 'PRUNED', align: 'right' },
    ],
    found.threads.map((row) => [
      String(row.id),
      String(row.processId),
      row.kind,
      printable(row.name),
      formatCount(row.stored),
      formatCount(row.dropped),
      formatCount(row.pruned),
    ]),
  );
}

function printSkipped({ skipped, skippedReasons }: RecordingInfo, limit: number, output: Invocation['output']): void {
  if (skipped.length === 0) return;
  const reasons = Object.entries(skippedReasons).map(([reason, count]) => `${formatCount(count)} ${printable(reason)}`);
  output.line();
  output.line(`${output.bold('Not instrumented')}: ${reasons.slice(0, limit).join('; ')}`);
  for (const entry of skipped.slice(0, limit)) {
    const place =
      entry.function === undefined
        ? printable(entry.file)
        : `${printable(entry.file)}:${entry.line} ${printable(entry.function)}`;
    output.line(`  ${place}: ${printable(entry.reason)}`);
  }
  printRest(skipped.length - limit, output);
}

function printLosses({ gaps, pruned, notes }: RecordingInfo, limit: number, output: Invocation['output']): void {
  const lines = [
    ...gaps.map(
      (gap) =>
        `${formatTime(gap.timeNs)}  thread ${gap.threadId}: ${counted(gap.dropped, 'event')} dropped (${printable(gap.reason)})`,
    ),
    ...pruned.map(
      (part) =>
        `${formatTime(part.startNs)}  thread ${part.threadId}: ${counted(part.events, 'event')} pruned, up to ${formatTime(part.endNs)}`,
    ),
    ...notes.map(
      (note) =>
        `${formatTime(note.timeNs)}  process ${note.processId}, ${printable(note.kind)}: ${noteText(note.text)}`,
    ),
  ];
  if (lines.length === 0) return;
  output.line();
  output.line(output.bold('Notes'));
  for (const line of lines.slice(0, limit)) output.line(`  ${line}`);
  printRest(lines.length - limit, output);
}

/** Some notes are counts by reason, as JSON: `{"dependency":5}` is shown as `5 dependency`. */
function noteText(text: string): string {
  try {
    const counts = Object.entries(JSON.parse(text) as Record<string, unknown>);
    if (counts.length > 0 && counts.every(([, count]) => typeof count === 'number')) {
      return counts.map(([reason, count]) => `${formatCount(count as number)} ${printable(reason)}`).join(', ');
    }
  } catch {
    // Plain text, then.
  }
  return printable(text);
}

function printRest(count: number, output: Invocation['output']): void {
  if (count > 0) output.line(output.dim(`  and ${formatCount(count)} more (-n 0 shows all)`));
}
