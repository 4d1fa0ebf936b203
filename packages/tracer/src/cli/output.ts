import { styleText } from './style.ts';

/** Where a command writes: results on stdout, everything else on stderr. */
export interface Output {
  readonly json: boolean;
  /** Columns of the terminal, or 0 when stdout is not one (then nothing is shortened). */
  readonly columns: number;
  /** A line of the human-readable result. Not used with --json. */
  line(text?: string): void;
  /** The whole machine-readable result. */
  printJson(value: unknown): void;
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

/** Output to the process's own streams. Colours only on a terminal, and not with NO_COLOR. */
export function processOutput(json: boolean): Output {
  const { stdout, stderr } = process;
  const colour = stdout.isTTY === true && !process.env['NO_COLOR'];
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) => (colour ? styleText(format, text) : text);
  let progressShown = false;
  const clear = (): void => {
    if (progressShown) stderr.write('\r\x1b[K');
    progressShown = false;
  };
  return {
    json,
    columns: stdout.isTTY ? stdout.columns : 0,
    line(text = '') {
      clear();
      stdout.write(`${text}\n`);
    },
    printJson(value) {
      clear();
      stdout.write(`${JSON.stringify(value, null, stdout.isTTY ? 2 : 0)}\n`);
    },
    message(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!stderr.isTTY) return;
      clear();
      if (text === undefined) return;
      stderr.write(text);
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
