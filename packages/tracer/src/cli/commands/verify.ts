import { readRecording, verifyEvents, verifyRecording } from '@execution-cinema/store';
import { findRoot } from '../../config/index.ts';
import type { Command } from '../command.ts';
import { isSet, rejectPositionals, textFlag } from '../flag-values.ts';
import { counted, formatCount } from '../format/quantity.ts';
import { printable } from '../format/text.ts';
import { REC_FLAG } from '../open-recording.ts';
import { findRecording, shownPath } from '../recordings.ts';

export const verify: Command = {
  name: 'verify',
  summary: 'check that a recording is sound',
  usage: '[REC]',
  details: [
    "The database's integrity, that no chunk, event or call number is missing, and that produced = stored + dropped + pruned holds for every thread. A recording that was cut off is sound: it ends earlier.",
  ],
  flags: [REC_FLAG, { name: 'quick', text: 'do not decode the events themselves' }],
  examples: [
    ['tracer verify', 'the newest recording, every event decoded'],
    ['tracer verify --quick bug.db', 'numbers and structure only'],
  ],
  exitCodes: 'Exit codes: 0 sound, 1 not.',
  run({ positionals, flags, output }) {
    rejectPositionals(positionals, 1);
    const file = findRecording(textFlag(flags, 'rec') ?? positionals[0], findRoot(process.cwd()));
    const recording = readRecording(file);
    const result = verifyRecording(recording.db);
    if (!isSet(flags, 'quick')) result.problems.push(...verifyEvents(recording));
    recording.close();
    const isSound = result.problems.length === 0;
    if (output.json) output.printJson({ file, ok: isSound, ...result });
    else {
      for (const { kind, thread, text } of result.problems) {
        output.line(`${output.red(kind)}${thread === undefined ? '' : ` thread ${thread}`}: ${printable(text)}`);
      }
      const events = result.threads.reduce((sum, thread) => sum + thread.stored, 0);
      const content = `${counted(result.threads.length, 'thread')}, ${counted(result.chunks, 'chunk')}, ${counted(events, 'event')}`;
      output.line(
        isSound
          ? `${shownPath(file)} is ${output.green('sound')}: ${content}`
          : `${shownPath(file)} is ${output.red('damaged')}: ${formatCount(result.problems.length)} problems in ${content}`,
      );
    }
    return isSound ? 0 : 1;
  },
};
