import type { Problem } from '../verify/verify-recording.ts';
import type { Chunk, ChunkInfo } from './chunks.ts';
import { namesSite } from './event-list.ts';
import type { Recording } from './recording.ts';
import { ThreadReplay } from './replay.ts';

export interface VerifyEventsOptions {
  /** Stop after so many problems. Default 100. */
  problemsMax?: number;
  onProgress?: (progress: { doneEvents: number; totalEvents: number }) => void;
}

const PROBLEMS_DEFAULT = 100;

/**
 * Decodes every event with its values and replays it: each chunk can be read to its end, events name sites that are in
 * the recording, and each chunk begins with the stack, the call number and the scope number that the one before it
 * ended with. Reads chunk by chunk, so it can be used on a running recording.
 */
export function verifyEvents(recording: Recording, options: VerifyEventsOptions = {}): Problem[] {
  const problems: Problem[] = [];
  const problemsMax = options.problemsMax ?? PROBLEMS_DEFAULT;
  const threads = recording.threads();
  const totalEvents = threads.reduce((sum, { stored }) => sum + stored, 0);
  let doneEvents = 0;
  for (const { id: thread } of threads) {
    const check = new ThreadCheck(recording, thread);
    for (const info of recording.chunks(thread)) {
      for (const text of check.chunk(info)) {
        if (problems.length < problemsMax)
          problems.push({ kind: 'content', thread, text: `chunk ${info.chunk}: ${text}` });
      }
      doneEvents += info.events;
      options.onProgress?.({ doneEvents, totalEvents });
    }
  }
  return problems;
}

/** Follows one thread. */
class ThreadCheck {
  private readonly recording: Recording;
  private readonly thread: number;
  private replay: ThreadReplay;
  /** Number of the chunk that may follow; undefined after one that could not be read to its end. */
  private next: number | undefined;

  constructor(recording: Recording, thread: number) {
    this.recording = recording;
    this.thread = thread;
    this.replay = new ThreadReplay(recording.resolver(thread));
  }

  /** What is wrong with a chunk. */
  chunk(info: ChunkInfo): string[] {
    const chunk = this.recording.tryChunk(this.thread, info);
    if (typeof chunk === 'string') {
      this.next = undefined;
      return [chunk];
    }
    const { header } = chunk;
    const problems = this.next === info.chunk && header.dropped === 0 ? this.joint(chunk) : [];
    compare(problems, 'calls itself', header.chunk, info.chunk);
    compare(problems, 'begins with event', header.firstEvent, info.firstEvent);
    if (this.next !== info.chunk) this.replay = new ThreadReplay(this.recording.resolver(this.thread));
    this.replay.beginChunk(chunk.header);
    const { events, unknown } = this.replayChunk(chunk);
    if (unknown.size > 0)
      problems.push(`names ${unknown.size} sites that no module has, the first is ${[...unknown][0]}`);
    if (chunk.damage !== undefined) problems.push(chunk.damage);
    // A chunk that is still growing may have grown since its row was read.
    else if (info.final) compare(problems, 'holds as many events as', events, info.events);
    this.next = chunk.damage === undefined ? info.chunk + 1 : undefined;
    return problems;
  }

  private replayChunk(chunk: Chunk): { events: number; unknown: Set<number> } {
    const unknown = new Set<number>();
    const { replay } = this;
    let events = 0;
    chunk.forEach((event) => {
      replay.step(event);
      events++;
      if (namesSite(event.kind) && !replay.resolver.resolve(event.payload)) unknown.add(event.payload);
    });
    return { events, unknown };
  }

  /** What of a header contradicts the chunk before it. */
  private joint({ header }: Chunk): string[] {
    const { replay } = this;
    const problems: string[] = [];
    compare(problems, 'begins with call', header.nextCall, replay.nextCall);
    compare(problems, 'begins with scope', header.nextScope, replay.nextScope);
    compare(problems, 'begins at depth', header.frames.length + header.framesOmitted, replay.stack.length);
    const expected = replay.stack.slice(header.framesOmitted);
    const wrong = header.frames.findIndex((frame, i) => frame.call !== expected[i]?.call);
    if (wrong >= 0)
      compare(problems, `lists frame ${wrong} as call`, header.frames[wrong]!.call, expected[wrong]?.call ?? 0);
    return problems;
  }
}

function compare(problems: string[], what: string, found: number, expected: number): void {
  if (found !== expected) problems.push(`${what} ${found}, expected ${expected}`);
}
