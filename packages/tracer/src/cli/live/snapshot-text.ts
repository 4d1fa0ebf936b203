import type {
  Json,
  Snapshot,
  SnapshotFrame,
  SnapshotProcess,
  SnapshotSuspended,
  SnapshotThread,
} from '@execution-cinema/format';
import { counted, formatDuration, formatTime } from '../format/quantity.ts';
import { clip, printable } from '../format/text.ts';
import { previewValue, valueRoom } from '../format/value-preview.ts';
import type { Output } from '../output.ts';

/** Scopes whose variables are shown without --all: those of the call itself. */
const OF_CALL = new Set(['local', 'block', 'catch', 'function', 'for']);
const HANDLES_SHOWN = 10;

/** Prints a snapshot for people; `all`: what lies around calls, and Node's own frames, as well. */
export function printSnapshot(snapshot: Snapshot, all: boolean, output: Output): void {
  for (const [i, process] of snapshot.processes.entries()) {
    if (i > 0) output.line();
    printProcess(process, { all, nowNs: snapshot.timeNs }, output);
  }
}

interface How {
  all: boolean;
  nowNs: number;
}

function printProcess({ pid, argv, threads, unavailable }: SnapshotProcess, how: How, output: Output): void {
  output.line(clip(`${output.bold(`process ${pid}`)}  ${printable(argv.slice(1).join(' '))}`, output.columns));
  if (unavailable !== undefined) output.line(`  ${output.yellow('not read')}: ${printable(unavailable)}`);
  for (const thread of threads) printThread(thread, how, output);
}

function printThread(thread: SnapshotThread, how: How, output: Output): void {
  const why = thread.unavailable === undefined || thread.unavailable === thread.state ? '' : `: ${thread.unavailable}`;
  output.line(`  ${output.bold(printable(thread.name))}  ${thread.state}${printable(why)}`);
  if (thread.state === 'blocked') printBlocked(thread, how, output);
  const frames = how.all ? thread.frames : thread.frames.filter(({ file }) => !file.startsWith('node:'));
  for (const [depth, frame] of frames.entries()) printFrame(frame, depth, how, output);
  if (thread.framesOmitted !== undefined)
    output.line(output.dim(`    ${counted(thread.framesOmitted, 'frame')} in between left out`));
  for (const suspended of thread.suspended) printSuspended(suspended, how, output);
  if (thread.suspendedOmitted !== undefined) output.line(output.dim(`    ${thread.suspendedOmitted} more suspended`));
  printResources(thread, output);
}

/** Since when, and what stands below. */
function printBlocked({ sinceNs, frames }: SnapshotThread, { nowNs }: How, output: Output): void {
  const silent =
    sinceNs === undefined
      ? 'it did not answer; nothing was recorded of it'
      : `it did not answer; its last event was at ${formatTime(sinceNs)}, ${formatDuration(Math.max(0, nowNs - sinceNs))} before`;
  output.line(
    output.yellow(`    ${silent}${frames.length === 0 ? '' : '. Below is what was recorded of it until then'}`),
  );
}

function printFrame(frame: SnapshotFrame, depth: number, { all }: How, output: Output): void {
  const call = frame.call === undefined ? '' : `  call ${frame.call}`;
  const place = output.dim(`${printable(frame.file)}:${frame.line}${call}`);
  output.line(clip(`    #${depth} ${output.bold(printable(frame.function))}  ${place}`, output.columns));
  if (frame.this !== undefined && all) printVariable('this', frame.this, output);
  for (const { type, variables } of frame.scopes) {
    if (!all && !OF_CALL.has(type)) continue;
    if (all && Object.keys(variables).length > 0) output.line(output.dim(`       ${type}`));
    for (const [name, value] of Object.entries(variables)) printVariable(name, value, output);
  }
}

function printSuspended(suspended: SnapshotSuspended, { nowNs }: How, output: Output): void {
  const since = formatDuration(Math.max(0, nowNs - suspended.sinceNs));
  const place = output.dim(`${printable(suspended.file)}:${suspended.line}  call ${suspended.call}`);
  const head = `    ${output.cyan('suspended')} ${output.bold(printable(suspended.function))}  ${place}`;
  output.line(clip(head, output.columns));
  const what = suspended.awaiting === '' ? suspended.kind : printable(suspended.awaiting);
  output.line(
    clip(`       ${what}  ${output.dim(`since ${formatTime(suspended.sinceNs)}, for ${since}`)}`, output.columns),
  );
  for (const [name, value] of Object.entries(suspended.variables)) printVariable(name, value, output);
  if (suspended.unavailable !== undefined)
    output.line(output.dim(`       variables: ${printable(suspended.unavailable)}`));
}

function printVariable(name: string, value: Json, output: Output): void {
  const shown = printable(name);
  output.line(`       ${shown} = ${previewValue(value, valueRoom(output, shown.length + 12))}`);
}

function printResources({ resources, handles }: SnapshotThread, output: Output): void {
  const kinds = Object.entries(resources).map(([kind, count]) => (count === 1 ? kind : `${count} ${kind}`));
  if (kinds.length > 0) output.line(clip(`    ${output.dim('open:')} ${printable(kinds.join(', '))}`, output.columns));
  for (const { type, local, remote } of handles.slice(0, HANDLES_SHOWN)) {
    if (local === undefined && remote === undefined) continue;
    const way = [local ?? '', remote === undefined ? '' : `-> ${remote}`].filter((part) => part !== '').join(' ');
    output.line(clip(`       ${printable(`${type} ${way}`)}`, output.columns));
  }
}
