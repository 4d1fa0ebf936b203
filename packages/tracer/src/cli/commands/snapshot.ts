import { writeFileSync } from 'node:fs';
import { CommandError, type Command } from '../command.ts';
import { isSet, rejectPositionals, textFlag } from '../flag-values.ts';
import { askLive, findLive } from '../live/target.ts';
import { printSnapshot } from '../live/snapshot-text.ts';
import { shownPath } from '../recordings.ts';

/** A snapshot takes a second, and under load the other end may be slow to write it. */
const TIMEOUT_MS = 15_000;

export const snapshot: Command = {
  name: 'snapshot',
  summary: 'stacks and live variables of a running program, now',
  usage: '[PID|REC] [--out FILE]',
  details: [
    'Takes one snapshot of every process and thread of a recorded program that is running: the call stack with all variables in scope, suspended functions with what they wait for, open handles. It works while the program hangs. The signal USR1 does the same (kill -USR1 PID).',
    'The snapshot is kept in the recording (view snapshots) and as a file beside it; the program goes on as if nothing had happened. Without PID or REC: the newest recording.',
  ],
  flags: [
    { name: 'out', value: 'FILE', short: 'o', text: 'write the snapshot as JSON to this file as well' },
    { name: 'all', text: "every scope of every frame, and Node's own frames" },
  ],
  examples: [
    ['tracer snapshot', 'the program that was recorded last'],
    ['tracer snapshot 4711 --out hang.json', 'a process by its number, into a file'],
    ["tracer snapshot --json | jq '.processes[].threads[].frames[0]'", 'where every thread stands'],
  ],
  async run({ positionals, flags, output }) {
    rejectPositionals(positionals, 1);
    const { pids } = findLive(positionals[0]);
    const taken = await askLive(pids[0]!, { type: 'snapshot', reason: 'command' }, TIMEOUT_MS);
    const out = textFlag(flags, 'out');
    if (out !== undefined) writeOut(out, taken.snapshot);
    if (output.json) return output.printJson(taken.snapshot);
    printSnapshot(taken.snapshot, isSet(flags, 'all'), output);
    if (taken.id === null) output.message('the recording could not take it; it is in the file alone');
    output.message(output.dim(shownPath(out ?? taken.file)));
  },
};

function writeOut(file: string, value: unknown): void {
  try {
    writeFileSync(file, `${JSON.stringify(value, undefined, 1)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new CommandError(`${file} cannot be written: ${(error as Error).message}`);
  }
}
