import { EventScanner } from '@execution-cinema/format';
import { chunkView, nextEvent, type ChunkView } from '../read/chunk-view.ts';
import { chunkOfEvent, type ChunkInfo } from '../read/chunks.ts';
import { keptBy, type GoesOn } from '../read/kept.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { ChunkPast } from './track-past.ts';
import type { SiteResolver } from '../read/sites.ts';
import { Track, type TrackPast } from './track.ts';

/** Told every event of a chunk, after the track has taken it in. True ends the walk. */
export type Visit = (scanner: EventScanner, track: Track) => boolean;

/**
 * Which chunk to look at after the one at index `at` (forward or back); -1: none is left. What it skips holds no hit.
 */
export type NextChunk = (at: number) => number;

/** A track on its way through one chunk. */
class Walk implements GoesOn {
  private readonly view: ChunkView;
  private readonly scanner: EventScanner;
  readonly track: Track;

  constructor(view: ChunkView, resolver: SiteResolver, past: TrackPast) {
    this.view = view;
    this.scanner = new EventScanner(view.words, view.header);
    this.track = new Track(view.header, resolver, past);
  }

  get event(): number {
    return this.scanner.event;
  }

  /** Goes on to the next event for which `visit` holds, and returns its number; undefined at the end of the chunk. */
  goOn(visit: Visit): number | undefined {
    const { view, scanner, track } = this;
    for (;;) {
      // Whoever was told may have looked at other chunks.
      if (view.held !== scanner.words) scanner.words = view.words;
      if (!nextEvent(scanner)) return undefined;
      track.step(scanner);
      if (visit(scanner, track)) return scanner.event;
    }
  }
}

const keptWalks = keptBy<SeekLookup, Walk>();

/** Finds events of one thread, chunk by chunk, without decoding values. */
export class ThreadSearch {
  readonly recording: Recording;
  readonly thread: number;
  readonly index: SeekLookup | undefined;
  readonly chunks: readonly ChunkInfo[];

  constructor(recording: Recording, thread: number, index: SeekLookup | undefined) {
    this.recording = recording;
    this.thread = thread;
    this.index = index;
    this.chunks = recording.chunks(thread);
  }

  /** Index of the chunk that holds the event or the last one before it. Throws RangeError when there is none. */
  chunkAt(event: number): number {
    const at = chunkOfEvent(this.chunks, event);
    if (at < 0) throw new RangeError(`thread ${this.thread} has nothing stored at or before event ${event}`);
    return at;
  }

  /** Walks one chunk; what follows damage is left out. */
  walk(at: number, visit: Visit): void {
    this.begin(at)?.goOn(visit);
  }

  private begin(at: number): Walk | undefined {
    const { recording, thread, index } = this;
    const view = chunkView(recording, thread, this.chunks[at]!);
    return view && new Walk(view, recording.resolver(thread), new ChunkPast(recording, thread, at, index));
  }

  /**
   * Hands a walk that stands at an event, or just before a chunk that begins later, to `use`: one that was there or less
   * far before, if it is kept. Undefined when the chunk cannot be read.
   */
  private from<Result>(at: number, event: number, use: (walk: Walk) => Result): Result | undefined {
    const info = this.chunks[at]!;
    const kept = this.index && keptWalks(this.index);
    const walk = kept?.take(this.thread, info, event) ?? this.begin(at);
    if (!walk) return undefined;
    if (walk.event < event) walk.goOn((scanner) => scanner.event >= event);
    const result = use(walk);
    kept?.keep(this.thread, info, walk);
    return result;
  }

  /** The track just after an event of the thread, or after the last one before it. The next search may take it on. */
  trackAt(event: number): Track {
    const at = this.chunkAt(event);
    const track = this.from(at, event, (walk) => walk.track);
    // Tells why it cannot be read.
    if (!track) this.recording.chunk(this.thread, this.chunks[at]!);
    return track!;
  }

  /** The first event after `event` for which `hit` holds. */
  forward(event: number, hit: Visit, nextChunk: NextChunk = this.nextChunk): number | undefined {
    for (let at = this.startOf(event, nextChunk); at >= 0; at = nextChunk(at)) {
      const found = this.from(at, event, (walk) => walk.goOn(hit));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The last event before `event` for which `hit` holds. */
  back(event: number, hit: Visit, nextChunk: NextChunk = this.chunkBefore): number | undefined {
    for (let at = this.startOf(event, nextChunk); at >= 0; at = nextChunk(at)) {
      let found: number | undefined;
      this.walk(at, (scanner, track) => {
        if (scanner.event >= event) return true;
        if (hit(scanner, track)) found = scanner.event;
        return false;
      });
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private startOf(event: number, nextChunk: NextChunk): number {
    const start = chunkOfEvent(this.chunks, event);
    return start >= 0 ? start : nextChunk(start);
  }

  /** Whether an event of the thread is in the recording. */
  isStored(event: number): boolean {
    const info = this.chunks[chunkOfEvent(this.chunks, event)];
    return info !== undefined && event < info.firstEvent + info.events;
  }

  readonly nextChunk: NextChunk = (at) => (at + 1 < this.chunks.length ? at + 1 : -1);

  readonly chunkBefore: NextChunk = (at) => at - 1;

  /** Chunks in which a site of a sorted list is mentioned, as far as the index knows. */
  mentioning(sites: readonly number[], step: 1 | -1): NextChunk {
    return (from) => {
      for (let at = from + step; at >= 0 && at < this.chunks.length; at += step) {
        const { chunk } = this.chunks[at]!;
        if (this.index?.mentions(this.thread, chunk, sites) !== false) return at;
      }
      return -1;
    };
  }
}
