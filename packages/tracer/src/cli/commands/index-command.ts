import { buildRows, buildSeekIndex, type Progress } from '@execution-cinema/store';
import { statSync } from 'node:fs';
import type { Command } from '../command.ts';
import { isSet, rangeFlag, rejectPositionals } from '../flag-values.ts';
import { formatBytes, formatDuration } from '../format/quantity.ts';
import { REC_FLAG, withIndex } from '../open-recording.ts';
import { shownPath } from '../recordings.ts';

export const index: Command = {
  name: 'index',
  summary: 'build the indexes of a recording ahead',
  usage: '[REC] [flags]',
  details: [
    'Other commands build what they need when they need it; this does it beforehand. The index lies beside the recording, can be deleted at any time, and grows with a recording that is still running.',
  ],
  flags: [
    {
      name: 'sql',
      text: 'rows for SQL, calls, tree and values as well (takes longer, and as much disk as the recording)',
    },
    { name: 'range', value: 'A..B', text: 'rows of this span of time only: 1s..1.5s' },
    REC_FLAG,
  ],
  examples: [
    ['tracer index', 'so that states are found at once'],
    ['tracer index --sql', 'everything, for a database client'],
    ['tracer index --sql --range 2s..3s', 'rows of one second'],
  ],
  run(invocation) {
    const { positionals, flags, output } = invocation;
    rejectPositionals(positionals, 1);
    const range = rangeFlag(flags);
    const withRows = isSet(flags, 'sql') || range !== undefined;
    return withIndex(invocation, positionals[0], ({ recording, sidecar, onProgress }) => {
      const startMs = performance.now();
      let events = 0;
      const count = (progress: Progress): void => {
        events = Math.max(events, progress.doneEvents);
        onProgress(progress);
      };
      buildSeekIndex(recording, sidecar.db, { onProgress: count });
      if (withRows) buildRows(recording, sidecar.db, { onProgress: count, ...(range === undefined ? {} : { range }) });
      output.progress(undefined);
      const ns = (performance.now() - startMs) * 1e6;
      const { size } = statSync(sidecar.file);
      if (output.json) {
        output.printJson({
          file: sidecar.file,
          temporary: sidecar.temporary,
          bytes: size,
          events,
          rows: withRows,
          durationNs: Math.round(ns),
        });
        return;
      }
      output.line(
        `${shownPath(sidecar.file)}  ${formatBytes(size)}, ${events > 0 ? `made in ${formatDuration(ns)}` : 'up to date'}`,
      );
      if (sidecar.temporary)
        output.message('the folder of the recording cannot be written, so it lies in the temporary folder');
    });
  },
};
