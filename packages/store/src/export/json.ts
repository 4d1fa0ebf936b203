import { K } from '@execution-cinema/format';
import { plainText } from '../index/value-text.ts';
import { walk } from '../facts/walk.ts';
import type { Recording } from '../read/recording.ts';
import { callRecord } from './call-data.ts';
import type { ExportOptions } from './frame-stream.ts';

/** Version of the shape; fields are only ever added within one. */
const JSON_VERSION = 1;

/**
 * Everything that other formats have and more, as one JSON object: what the recording is, its functions, every call
 * with its values (in the order in which they ended), lines of output. One call a line.
 */
export function* exportJson(recording: Recording, options: ExportOptions): Generator<string[]> {
  const head = {
    version: JSON_VERSION,
    exporter: 'execution-cinema',
    meta: recording.meta(),
    processes: recording.processes().map(({ config: _config, ...rest }) => rest),
    threads: recording.threads(),
    gaps: recording.gaps(),
  };
  yield [`${JSON.stringify(head).slice(0, -1)},"calls":[`];
  let pieces: string[] = [];
  let isFirst = true;
  const logs: string[] = [];
  let thread = 0;
  const put = (text: string): void => {
    pieces.push(`${isFirst ? '\n' : ',\n'}${text}`);
    isFirst = false;
  };
  const steps = walk(recording, options, {
    thread: (id) => {
      thread = id;
      return true;
    },
    ended: (call) => put(JSON.stringify(callRecord(call))),
    event: ({ kind, payload, timeNs, values }, frame) => {
      if (kind !== K.LOG && kind !== K.LOG_INJECTED) return;
      const stream = kind === K.LOG_INJECTED ? 'plan' : payload === 2 ? 'stderr' : 'stdout';
      const line = {
        thread,
        call: frame ? `${thread}:${frame.call}` : null,
        timeNs,
        stream,
        text: plainText(values[0]),
      };
      if (logs.length < LOGS_MAX) logs.push(JSON.stringify(line));
    },
  });
  for (const _ of steps) {
    yield pieces;
    pieces = [];
  }
  yield [...pieces, `],"logs":[${logs.length > 0 ? '\n' : ''}${logs.join(',\n')}]}\n`];
}

/** Lines of output held until the calls are written; further ones are left out. */
const LOGS_MAX = 100_000;
