import { chunkOfCall } from '../read/chunks.ts';
import { digestOf } from '../read/digest.ts';
import { POSITION, type SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { ownerOfCall } from '../read/variables.ts';
import { UNKNOWN, type TrackPast } from './track.ts';

interface Stood {
  position: number;
  shown: number;
}

/** What chunks of a thread before the one at index `at` say about frames that are older than it. */
export class ChunkPast implements TrackPast {
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly at: number;
  private readonly index: SeekLookup | undefined;
  private readonly known = new Map<number, number>();

  constructor(recording: Recording, thread: number, at: number, index: SeekLookup | undefined) {
    this.recording = recording;
    this.thread = thread;
    this.at = at;
    this.index = index;
  }

  position(call: number): number {
    let position = this.known.get(call);
    if (position === undefined) {
      position = this.last(call)?.stood.position ?? UNKNOWN;
      this.known.set(call, position);
    }
    return position;
  }

  sleeping(call: number): Stood {
    const last = this.last(call);
    if (!last) return { position: UNKNOWN, shown: UNKNOWN };
    const { stood, chunk } = last;
    if (stood.shown !== UNKNOWN) return stood;
    const before = new ChunkPast(this.recording, this.thread, chunk, this.index);
    return { position: stood.position, shown: before.position(call) };
  }

  lastKind(): number {
    const chunks = this.recording.chunks(this.thread);
    const before = chunks[this.at - 1];
    const follows = before && before.firstEvent + before.events === chunks[this.at]!.firstEvent;
    const chunk = follows ? this.recording.tryChunk(this.thread, before) : '';
    let kind = 0;
    if (typeof chunk !== 'string') chunk.scan((scanner) => void (kind = scanner.kind));
    return kind;
  }

  /** The last older chunk that says where the frame stood. */
  private last(call: number): { stood: Stood; chunk: number } | undefined {
    const chunks = this.recording.chunks(this.thread);
    const here = chunks[this.at]!;
    const birth = Math.max(0, chunkOfCall(chunks, call));
    const indexed = this.index?.lastWriteChunk(this.thread, ownerOfCall(call), POSITION, here.chunk);
    let from = this.at - 1;
    if (indexed !== undefined) {
      from = indexed < 0 ? birth : chunks.findLastIndex(({ chunk }) => chunk === indexed);
    }
    for (let i = from; i >= birth; i--) {
      const stood = digestOf(this.recording, this.thread, chunks[i]!)?.stood(call);
      if (stood && stood.position !== UNKNOWN) return { stood, chunk: i };
    }
    return undefined;
  }
}
