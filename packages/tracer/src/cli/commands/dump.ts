import type { EventScanner } from '@execution-cinema/format';
import type { Chunk, ChunkInfo, Recording, SiteResolver, ThreadRow } from '@execution-cinema/store';
import type { Command, Invocation } from '../command.ts';
import { countFlag, isSet, rejectPositionals } from '../flag-values.ts';
import { describeEvent, eventData } from '../format/describe-event.ts';
import { formatTime } from '../format/quantity.ts';
import { clip, printable } from '../format/text.ts';
import { REC_FLAG, withRecording } from '../open-recording.ts';
import { ROWS_PER_DRAIN } from '../output.ts';

const WORDS_PER_LINE = 8;

export const dump: Command = {
  name: 'dump',
  summary: 'print the raw events, chunk by chunk',
  usage: '[REC]',
  details: [
    'Everything that is stored, in the order in which each thread wrote it, nothing interpreted: for work on the format and for reports of bugs in it. tracer events is the view for people.',
  ],
  flags: [
    REC_FLAG,
    { name: 'thread', value: 'T', text: 'only this thread' },
    { name: 'chunk', value: 'N', text: 'only this chunk of each thread' },
    { name: 'words', text: 'the 32-bit words of every event as well' },
    { name: 'limit', short: 'n', value: 'N', text: 'stop after so many events' },
  ],
  wholeLines: true,
  examples: [
    ['tracer dump | less', 'all of it'],
    ['tracer dump --thread 1 --chunk 0 --words', 'one chunk, with its words'],
    ['tracer dump --json | head', 'one JSON object per line: threads, chunks, events'],
  ],
  run(invocation) {
    const { positionals, flags, output } = invocation;
    rejectPositionals(positionals, 1);
    const options: DumpOptions = {
      thread: countFlag(flags, 'thread'),
      chunk: countFlag(flags, 'chunk'),
      words: isSet(flags, 'words'),
      limit: countFlag(flags, 'limit') ?? Infinity,
    };
    return withRecording(invocation, positionals[0], async (recording) => {
      let count = 0;
      for (const entry of entriesOf(recording, options)) {
        if (output.json) process.stdout.write(`${JSON.stringify(entry.data)}\n`);
        else {
          output.line(clip(entry.text(output), output.columns));
          for (const line of entry.words ?? []) output.line(output.dim(line));
        }
        if (++count % ROWS_PER_DRAIN === 0) await output.drained();
      }
    });
  },
};

interface DumpOptions {
  thread: number | undefined;
  chunk: number | undefined;
  words: boolean;
  limit: number;
}

/** One line of the dump. */
interface Entry {
  data: Record<string, unknown>;
  text(style: Invocation['output']): string;
  words?: string[];
}

function* entriesOf(recording: Recording, options: DumpOptions): Generator<Entry> {
  let left = options.limit;
  for (const thread of recording.threads()) {
    if (options.thread !== undefined && thread.id !== options.thread) continue;
    yield threadEntry(thread);
    for (const chunkInfo of recording.chunks(thread.id)) {
      if (options.chunk !== undefined && chunkInfo.chunk !== options.chunk) continue;
      const chunk = recording.tryChunk(thread.id, chunkInfo);
      if (typeof chunk === 'string') {
        yield damageEntry(thread.id, chunkInfo.chunk, chunk);
        continue;
      }
      yield chunkEntry(thread.id, chunkInfo, chunk);
      for (const entry of eventEntries(thread.id, chunk, recording.resolver(thread.id), options.words)) {
        if (left-- <= 0) return;
        yield entry;
      }
      if (chunk.damage !== undefined) yield damageEntry(thread.id, chunkInfo.chunk, chunk.damage);
    }
  }
}

function threadEntry(thread: ThreadRow): Entry {
  const { id, processId, kind, name, produced, stored, dropped, pruned } = thread;
  return {
    data: { type: 'thread', ...thread },
    text: (style) =>
      style.bold(
        `thread ${id} ${printable(kind)} ${printable(name)} of process ${processId}: ${produced} events produced = ${stored} stored + ${dropped} dropped + ${pruned} pruned`,
      ),
  };
}

function chunkEntry(thread: number, chunkInfo: ChunkInfo, { header }: Chunk): Entry {
  const frames = header.frames.map(({ call }) => call);
  const before = header.dropped > 0 ? `, ${header.dropped} events dropped before (${header.dropReason})` : '';
  const open = frames.length > 0 ? `, open calls ${frames.join(' ')}` : '';
  return {
    data: { type: 'chunk', thread, ...chunkInfo, header },
    text: (style) =>
      style.cyan(
        `chunk ${thread}/${chunkInfo.chunk}: ${chunkInfo.events} events from ${header.firstEvent}, ${chunkInfo.calls} calls from ${header.nextCall}, ${formatTime(header.startNs)}, ${chunkInfo.words} words${chunkInfo.final ? '' : ', growing'}${before}${open}`,
      ),
  };
}

function damageEntry(thread: number, chunk: number, damage: string): Entry {
  return {
    data: { type: 'damage', thread, chunk, damage },
    text: (style) => style.red(`chunk ${thread}/${chunk}: cannot be read further: ${printable(damage)}`),
  };
}

function* eventEntries(thread: number, chunk: Chunk, resolver: SiteResolver, wantsWords: boolean): Generator<Entry> {
  const words = wantsWords ? wordsByEvent(chunk) : undefined;
  for (const event of chunk.events()) {
    const own = words?.get(event.event);
    yield {
      data: {
        type: 'event',
        thread,
        event: event.event,
        timeNs: event.timeNs,
        timeExact: event.timeExact,
        ...eventData(event, resolver),
        ...(own ? { words: own } : {}),
      },
      text: (style) => {
        const { kind, place, detail } = describeEvent(event, resolver);
        const head = `${String(event.event).padStart(7)}  ${formatTime(event.timeNs).padStart(12)}${event.timeExact ? ' ' : '~'} ${kind.padEnd(14)}`;
        return `${head} ${detail}${place ? style.dim(`  ${place}`) : ''}`;
      },
      ...(own ? { words: wordLines(own) } : {}),
    };
  }
}

/** The words of each event as hexadecimal, the ones that qualify it (time, cause) included. */
function wordsByEvent(chunk: Chunk): Map<number, string[]> {
  const result = new Map<number, string[]>();
  let from = chunk.header.headerWords;
  chunk.scan((scanner: EventScanner) => {
    const own = chunk.words.subarray(from, scanner.position);
    result.set(
      scanner.event,
      Array.from(own, (word) => (word >>> 0).toString(16).padStart(8, '0')),
    );
    from = scanner.position;
  });
  return result;
}

function wordLines(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < words.length; i += WORDS_PER_LINE) {
    lines.push(`${' '.repeat(24)}${words.slice(i, i + WORDS_PER_LINE).join(' ')}`);
  }
  return lines;
}
