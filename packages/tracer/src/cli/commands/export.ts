import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  EXPORT_FORMATS,
  exportRecording,
  type ExportFormat,
  type ExportOptions,
  type Recording,
} from '@execution-cinema/store';
import { collectPage, PAGE_EVENTS_MAX } from '@execution-cinema/server/offline';
import { writeAll } from '../export/write-all.ts';
import { CommandError, UsageError, type Command, type FlagValues, type Invocation } from '../command.ts';
import { htmlPage } from '../export/html-page.ts';
import { countFlag, rangeFlag, rejectPositionals, textFlag } from '../flag-values.ts';
import { counted, formatBytes, formatCount } from '../format/quantity.ts';
import { REC_FLAG, withRecording } from '../open-recording.ts';
import { shownPath } from '../recordings.ts';
import { TRACER_VERSION } from '../version.ts';

type Format = ExportFormat | 'html';

const FORMATS: readonly Format[] = [...EXPORT_FORMATS, 'html'];

/** What opens a file of each format. */
const OPENS_WITH: Readonly<Record<Format, string>> = {
  perfetto: 'open it at ui.perfetto.dev',
  chrome: 'open it at ui.perfetto.dev or chrome://tracing',
  speedscope: 'open it at speedscope.app, or: npx speedscope FILE',
  otlp: 'send each line to an OpenTelemetry collector, POST /v1/traces',
  mermaid: 'paste it into a ```mermaid block or mermaid.live',
  json: 'read it with jq',
  html: 'open it in a browser: it needs no server and no network',
};

/** Not for a terminal. */
const BINARY: ReadonlySet<Format> = new Set(['perfetto']);

export const exportCommand: Command = {
  name: 'export',
  summary: "write a recording in another tool's format",
  usage: '[REC] --format FORMAT [--out FILE] [flags]',
  details: [
    'Formats: perfetto (binary, for ui.perfetto.dev), chrome (trace events in JSON), speedscope (flame charts), otlp (OpenTelemetry spans, one JSON request per line), mermaid (a sequence diagram of the first calls), json (every call with its values), html (one file with the viewer in it, to send to somebody).',
    'Without --out it goes to stdout. Memory stays small however long the recording is; --range and --thread make the output small too. What a call was given and returned is in otlp, mermaid and json.',
    `An html file holds at most ${formatCount(PAGE_EVENTS_MAX)} events with the state at each of them, and the sources; for longer recordings choose a part with --range. It opens from disk, without a server and without a network. Search, SQL, log points and comparing need the recording itself.`,
  ],
  flags: [
    { name: 'format', value: 'FORMAT', text: FORMATS.join(', ') },
    { name: 'out', short: 'o', value: 'FILE', text: 'where to (default: stdout)' },
    { name: 'thread', value: 'T', text: 'only this thread' },
    { name: 'range', value: 'A..B', text: 'only this span of time: 1s..1.5s' },
    REC_FLAG,
  ],
  examples: [
    ['tracer export --format perfetto --out run.pftrace', 'the whole run, for ui.perfetto.dev'],
    ['tracer export --format speedscope --range 1s..2s > second.speedscope.json', 'one second as a flame chart'],
    ['tracer export --format mermaid --range 0..50ms', 'who called whom in the first 50 ms'],
    ['tracer export --format html --range 1s..1.2s --out bug.html', 'a fifth of a second with the viewer, as one file'],
    ["tracer export --format json | jq '.calls[] | select(.error)'", 'calls that failed, with their values'],
  ],
  run(invocation) {
    const { positionals, flags, output } = invocation;
    rejectPositionals(positionals, 1);
    const format = formatOf(flags);
    const out = textFlag(flags, 'out');
    if (out === undefined && BINARY.has(format) && process.stdout.isTTY) {
      throw new UsageError(`${format} is binary: name a file with --out, or redirect stdout`);
    }
    return withRecording(invocation, positionals[0], async (recording) => {
      let damaged = 0;
      const options: ExportOptions = {
        ...threadAndRange(flags),
        onProgress: ({ doneEvents, totalEvents }) =>
          output.progress(`exported ${formatCount(doneEvents)} of ${formatCount(totalEvents)} events`),
        onDamage: () => damaged++,
      };
      const pieces =
        format === 'html' ? [pageOf(recording, options, output)] : exportRecording(recording, format, options);
      const bytes = out === undefined ? await toStdout(pieces) : await toFile(pieces, resolve(out));
      output.progress(undefined);
      if (damaged > 0) output.message(output.yellow(`${counted(damaged, 'chunk')} could not be read: tracer verify`));
      if (out !== undefined) report(out, format, bytes, output);
    });
  },
};

/** The viewer with what it shows of the part. */
function pageOf(recording: Recording, { thread, range }: ExportOptions, output: Invocation['output']): string[] {
  const content = collectPage({
    file: recording.file,
    toolVersion: TRACER_VERSION,
    onProgress: ({ what, done, total }) => output.progress(`${what}: ${formatCount(done)} of ${formatCount(total)}`),
    ...(thread !== undefined && { thread }),
    ...(range !== undefined && { range: { fromNs: range.fromNs, toNs: range.toNs } }),
  });
  if (typeof content !== 'string') return htmlPage(content, new URL('./', import.meta.url));
  throw new CommandError(NO_PAGE[content]);
}

const NO_PAGE = {
  'too much': `an html page holds at most ${formatCount(PAGE_EVENTS_MAX)} events: choose a part with --range A..B, such as --range 1s..1.2s, or one --thread`,
  nothing: 'nothing is stored in this part; tracer info shows what is',
  running: 'the program is still running: export it when it has ended',
} as const;

function report(out: string, format: Format, bytes: number, output: Invocation['output']): void {
  if (output.json) return output.printJson({ file: resolve(out), format, bytes });
  output.line(`${shownPath(resolve(out))}  ${formatBytes(bytes)}`);
  output.message(output.dim(OPENS_WITH[format]));
}

function formatOf(flags: FlagValues): Format {
  const text = textFlag(flags, 'format');
  const format = FORMATS.find((known) => known === text);
  if (format) return format;
  const formats = FORMATS.join(', ');
  throw new UsageError(
    text === undefined
      ? `no format given: --format wants one of ${formats}`
      : `there is no format ${JSON.stringify(text)}: ${formats}`,
  );
}

function threadAndRange(flags: FlagValues): ExportOptions {
  const thread = countFlag(flags, 'thread');
  const range = rangeFlag(flags);
  return { ...(thread === undefined ? {} : { thread }), ...(range === undefined ? {} : { range }) };
}

async function toStdout(pieces: Iterable<(string | Uint8Array)[]>): Promise<number> {
  return writeAll(pieces, process.stdout);
}

/** Written beside and renamed at the end: a file of that name is always whole. */
async function toFile(pieces: Iterable<(string | Uint8Array)[]>, file: string): Promise<number> {
  const existing = await stat(file).catch(() => undefined);
  if (existing?.isDirectory()) throw new CommandError(`${shownPath(file)} is a folder: name a file with --out`);
  const partial = `${file}.partial`;
  const stream = createWriteStream(partial, { mode: 0o600 });
  try {
    await once(stream, 'open');
    const bytes = await writeAll(pieces, stream);
    stream.end();
    await once(stream, 'close');
    await rename(partial, file);
    return bytes;
  } catch (error) {
    stream.destroy();
    await rm(partial, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
    throw new CommandError(`${shownPath(file)} cannot be written: ${message}`);
  }
}
