import { resolve } from 'node:path';
import { recordingSummaries, type RecordingSummary } from '@execution-cinema/store';
import { findRoot } from '../../config/index.ts';
import type { Command, Invocation } from '../command.ts';
import { rejectPositionals } from '../flag-values.ts';
import { commandLine, describeEnd } from '../format/process.ts';
import { formatAge, formatBytes, formatCount, formatDuration } from '../format/quantity.ts';
import { printTable } from '../format/table.ts';
import { recordingsFolder, shownPath } from '../recordings.ts';

export const ls: Command = {
  name: 'ls',
  summary: 'list the recordings, newest first',
  usage: '[FOLDER]',
  details: ['FOLDER is where they lie; left out, .tracer under the root of the project.'],
  flags: [],
  examples: [
    ['tracer ls', 'the recordings of this project'],
    ['tracer ls ~/bugs', 'recordings that were put elsewhere'],
    ["tracer ls --json | jq -r '.[0].file'", 'path of the newest one'],
  ],
  run({ positionals, output }) {
    rejectPositionals(positionals, 1);
    const [named] = positionals;
    const folder = named === undefined ? recordingsFolder(findRoot(process.cwd())) : resolve(named);
    const recordings = recordingSummaries(folder);
    if (output.json) return output.printJson(recordings);
    if (recordings.length === 0) {
      output.message(`no recording in ${shownPath(folder)}\nMake one with: node --import tracer app.js`);
      return;
    }
    printTable(
      output,
      [
        { title: 'RECORDING' },
        { title: 'STARTED' },
        { title: 'LASTED', align: 'right' },
        { title: 'EVENTS', align: 'right' },
        { title: 'SIZE', align: 'right' },
        { title: 'ENDED' },
        { title: 'COMMAND', flexible: true },
      ],
      recordings.map((recording) => rowOf(recording, output)),
    );
  },
};

function rowOf(recording: RecordingSummary, output: Invocation['output']): string[] {
  const { state } = recording;
  const end = describeEnd(recording);
  const colour =
    state === 'complete' && recording.exitCode === 0 ? output.green : state === 'running' ? output.cyan : output.red;
  const isReadable = state !== 'unreadable';
  return [
    recording.name,
    formatAge(Date.now() - Date.parse(recording.startedAt)),
    isReadable ? formatDuration(recording.durationNs) : '',
    isReadable ? formatCount(recording.events) : '',
    formatBytes(recording.bytes),
    colour(end),
    isReadable ? commandLine(recording.argv) : (recording.error ?? ''),
  ];
}
