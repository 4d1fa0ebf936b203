import {
  openSidecar,
  readRecording,
  recordingState,
  requireThread,
  type Progress,
  type Recording,
  type Sidecar,
} from '@execution-cinema/store';
import { findRoot } from '../config/index.ts';
import { UsageError, type Flag, type Invocation } from './command.ts';
import { countFlag, textFlag } from './flag-values.ts';
import { formatCount } from './format/quantity.ts';
import { findRecording, shownPath } from './recordings.ts';

/** For commands whose arguments are something else than a recording. */
export const REC_FLAG: Flag = {
  name: 'rec',
  short: 'r',
  value: 'REC',
  text: 'the recording: path or beginning of its name (default: the newest)',
};

/**
 * Opens the recording that the command line means (`--rec`, else `name`, else the newest one) and closes it when
 * `use` is done. On a terminal it is said on stderr which one was taken, and that it is not complete.
 */
export async function withRecording<Result>(
  { flags, output }: Pick<Invocation, 'flags' | 'output'>,
  name: string | undefined,
  use: (recording: Recording) => Promise<Result> | Result,
): Promise<Result> {
  const flag = textFlag(flags, 'rec');
  if (flag !== undefined && name !== undefined) {
    throw new UsageError(`two recordings are named: ${name} and --rec ${flag}`);
  }
  const wanted = flag ?? name;
  const file = findRecording(wanted, findRoot(process.cwd()));
  const recording = readRecording(file);
  try {
    const thread = countFlag(flags, 'thread');
    if (thread !== undefined) requireThread(recording, thread);
    if (process.stderr.isTTY) {
      const state = recordingState(file);
      const remark =
        state === 'complete'
          ? ''
          : state === 'running'
            ? ' (still running)'
            : ' (cut off: its last moments are missing)';
      if (wanted === undefined || remark !== '') output.message(output.dim(`${shownPath(file)}${remark}`));
    }
    return await use(recording);
  } finally {
    output.progress(undefined);
    recording.close();
  }
}

/** As `withRecording`, with the sidecar that holds its indexes, and a report of progress while one is built. */
export function withIndex<Result>(
  invocation: Pick<Invocation, 'flags' | 'output'>,
  name: string | undefined,
  use: (opened: OpenedIndex) => Promise<Result> | Result,
): Promise<Result> {
  const { output } = invocation;
  return withRecording(invocation, name, async (recording) => {
    const sidecar = openSidecar(recording);
    try {
      const onProgress = ({ doneEvents, totalEvents }: Progress): void => {
        const percent = totalEvents > 0 ? Math.floor((100 * doneEvents) / totalEvents) : 100;
        const hint = totalEvents > LONG_EVENTS ? '; --range A..B needs less' : '';
        output.progress(
          `indexing ${formatCount(doneEvents)} of ${formatCount(totalEvents)} events (${percent} %)${hint}`,
        );
      };
      return await use({ recording, sidecar, onProgress });
    } finally {
      output.progress(undefined);
      sidecar.close();
    }
  });
}

/** Indexing so many events takes long enough to think of something else. */
const LONG_EVENTS = 5_000_000;

export interface OpenedIndex {
  recording: Recording;
  sidecar: Sidecar;
  onProgress: (progress: Progress) => void;
}

/**
 * Takes the recording off the front of arguments that also hold something else: it ends in `.db`, or there is one
 * argument more than the command knows.
 */
export function splitRecording(
  positionals: readonly string[],
  argumentsMax: number,
): { rec: string | undefined; rest: string[] } {
  const [first, ...rest] = positionals;
  if (first !== undefined && (first.endsWith('.db') || positionals.length === argumentsMax + 1)) {
    return { rec: first, rest };
  }
  return { rec: undefined, rest: [...positionals] };
}
