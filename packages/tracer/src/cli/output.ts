import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { clip } from './format/text.ts';
import { styleText } from './style.ts';

/** Where a command writes: results on stdout, everything else on stderr. */
export interface Output {
  readonly json: boolean;
  /** Columns that a line may take; 0: nothing is shortened. */
  readonly columns: number;
  /** A line of the human-readable result. Not used with --json. */
  line(text?: string): void;
  /** The whole machine-readable result. */
  printJson(value: unknown): void;
  /** A machine-readable result of many rows, one row per line inside one array. */
  printJsonRows(rows: Iterable<unknown>): Promise<void>;
  /** Resolves once what was written has left; long output awaits it now and then, so that a closed pipe is noticed. */
  drained(): Promise<void>;
  /** A message beside the result. */
  message(text: string): void;
  /** Progress on a terminal, replaced in place; undefined clears it. */
  progress(text: string | undefined): void;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Progress is drawn at most this often. */
const PROGRESS_INTERVAL_MS = 100;

/** Off a terminal: room for what a person or `grep` looks for, not for a socket with everything in it. */
export const PIPE_COLUMNS = 400;

/** Rows written before a closed pipe or a full one is noticed. */
export const ROWS_PER_DRAIN = 200;

async function drained(): Promise<void> {
  // Writes to a pipe are synchronous, and their errors are told in the next turn.
  if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  else await setImmediate();
}

/** Output to the process's own streams; `width` overrides the terminal's. Colours only on a terminal (or with FORCE_COLOR), and not with NO_COLOR. */
export function processOutput(json: boolean, width?: number): Output {
  const { stdout, stderr } = process;
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    wantsColour() ? styleText(format, text) : text;
  let progressShown = false;
  let progressAtMs = 0;
  const clear = (): void => {
    if (progressShown) stderr.write('\r\x1b[K');
    progressShown = false;
  };
  return {
    json,
    columns: width ?? (stdout.isTTY ? stdout.columns || 80 : PIPE_COLUMNS),
    line(text = '') {
      clear();
      stdout.write(`${text}\n`);
    },
    printJson(value) {
      clear();
      stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    async printJsonRows(rows) {
      clear();
      let count = 0;
      for (const row of rows) {
        stdout.write(`${count === 0 ? '[' : ',\n'}${JSON.stringify(row)}`);
        if (++count % ROWS_PER_DRAIN === 0) await drained();
      }
      stdout.write(count === 0 ? '[]\n' : ']\n');
    },
    drained,
    message(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!stderr.isTTY) return;
      if (text === undefined) return clear();
      const nowMs = Date.now();
      if (nowMs - progressAtMs < PROGRESS_INTERVAL_MS) return;
      progressAtMs = nowMs;
      clear();
      stderr.write(clip(text, (stderr.columns || 80) - 1));
      progressShown = true;
    },
    bold: style('bold'),
    dim: style('dim'),
    red: style('red'),
    green: style('green'),
    yellow: style('yellow'),
    cyan: style('cyan'),
  };
}

function wantsColour(): boolean {
  if (process.env['NO_COLOR']) return false;
  const forced = process.env['FORCE_COLOR'];
  return forced === undefined ? process.stdout.isTTY === true : forced !== '0' && forced !== 'false';
}

/** A reader that goes away (`| head`) ends the command without a word, as it would any other program. */
export function endOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
}
