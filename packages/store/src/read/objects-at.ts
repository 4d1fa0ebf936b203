import { isCaptured, type Captured, type Value } from '@execution-cinema/format';
import { chunkView, type ChunkView } from './chunk-view.ts';
import { lastWhere } from './chunks.ts';
import type { SeekLookup } from './past.ts';
import type { Recording } from './recording.ts';

/** Levels of objects within a value that are looked up. */
const DEPTH_MAX = 3;
/** Objects looked up for one value; what is further out keeps its identity only. */
const OBJECTS_PER_VALUE_MAX = 200;
/** Looks into older chunks for all values of a moment; beyond that an object is shown as its own chunk knew it, or by identity. */
const LOOKS_PER_MOMENT_MAX = 500;
/** Chunks looked through for the newest content of an object where there is no index. */
const UNINDEXED_CHUNKS_MAX = 64;

/** An object on the way into a value. */
interface Wanted {
  id: number;
  /** Index of the newest chunk that is known to have captured it. */
  home: number;
}

/**
 * Objects of a thread as they were at one moment, whenever and wherever they were captured last: content, recorded
 * changes since, and the same for what they refer to. Every object is one node, shared by all values that hold it.
 */
export class ObjectsAt {
  private readonly recording: Recording;
  private readonly thread: number;
  /** Index of the chunk of the moment, and its event. */
  private readonly at: number;
  private readonly event: number;
  private readonly index: SeekLookup | undefined;
  private readonly here: ChunkView | undefined;
  /** The view of another chunk that was looked into last. */
  private looked: { at: number; view: ChunkView | undefined } | undefined;
  private budget = LOOKS_PER_MOMENT_MAX;
  private readonly nodes = new Map<number, { node: Captured; asOf: number; home: number; depth: number }>();

  constructor(recording: Recording, thread: number, at: number, event: number, index: SeekLookup | undefined) {
    this.recording = recording;
    this.thread = thread;
    this.at = at;
    this.event = event;
    this.index = index;
    this.here = chunkView(recording, thread, recording.chunks(thread)[at]!);
  }

  /** The value with its objects as they were. `chunk` is the number of the chunk that it was decoded from. */
  value(value: Value, chunk: number): Value {
    if (!isCaptured(value)) return value;
    const shown = value.id === 0 ? undefined : this.nodes.get(value.id);
    if (shown !== undefined && shown.depth >= DEPTH_MAX) return shown.node;
    const chunks = this.recording.chunks(this.thread);
    const home = lastWhere(chunks, (info) => info.chunk <= chunk);
    let level: Wanted[] = [];
    let count = 0;
    const reached: Captured[] = [];
    want(value, home, level);
    for (let depth = DEPTH_MAX; depth > 0 && level.length > 0 && count < OBJECTS_PER_VALUE_MAX; depth--) {
      const wanted = level.filter(({ id }) => (this.nodes.get(id)?.depth ?? 0) < depth);
      count += wanted.length;
      this.load(wanted);
      level = [];
      for (const { id } of wanted) {
        const known = this.nodes.get(id);
        if (!known || known.depth >= depth) continue;
        known.depth = depth;
        reached.push(known.node);
        wantInner(known.node, known.home, level);
      }
    }
    for (const node of reached) this.link(node);
    return this.linked(value);
  }

  /** Event of the last capture or change of an object that was looked up, and whether it lies in this thread's past. */
  asOf(value: Value): number | undefined {
    return isCaptured(value) ? this.nodes.get(value.id)?.asOf : undefined;
  }

  private load(wanted: readonly Wanted[]): void {
    for (const { id, home } of wanted) {
      if (this.nodes.has(id) || this.take(this.at, id)) continue;
      // What cannot change is as its own chunk has it; a program's module may hold thousands of functions.
      if (this.viewAt(home)?.isFixed(id) && this.take(home, id)) continue;
      if (this.budget <= 0) continue;
      this.budget--;
      for (let at = this.newestChunk(id, home); at >= home && at >= 0; at--) if (this.take(at, id)) break;
    }
  }

  private viewAt(at: number): ChunkView | undefined {
    if (this.looked?.at !== at) {
      const info = this.recording.chunks(this.thread)[at];
      this.looked = { at, view: info && chunkView(this.recording, this.thread, info) };
    }
    return this.looked.view;
  }

  /** Index of the newest chunk before the moment's that may have captured an object. */
  private newestChunk(id: number, home: number): number {
    const chunks = this.recording.chunks(this.thread);
    const chunk = this.index?.captureChunk(this.thread, id, chunks[this.at]!.chunk);
    if (chunk === undefined) return Math.min(this.at - 1, home + UNINDEXED_CHUNKS_MAX);
    const newest = lastWhere(chunks, (info) => info.chunk <= chunk);
    return Math.min(this.at - 1, Math.max(home, newest));
  }

  private take(at: number, id: number): boolean {
    const view = at === this.at ? this.here : this.viewAt(at);
    const found = view?.object(id, at === this.at ? this.event : Number.MAX_SAFE_INTEGER);
    if (found) this.nodes.set(id, { node: found.node, asOf: found.asOf, home: at, depth: 0 });
    return found !== undefined;
  }

  /** Puts the nodes in place of identities. */
  private linked(value: Value): Value {
    if (!isCaptured(value)) return value;
    if (value.id === 0) {
      this.link(value);
      return value;
    }
    return this.nodes.get(value.id)?.node ?? value;
  }

  private link(node: Captured): void {
    for (const list of [node.keys, node.items]) {
      for (let i = 0; i < list.length; i++) {
        const inner = list[i];
        if (!isCaptured(inner)) continue;
        if (inner.id === 0) this.link(inner);
        else list[i] = this.nodes.get(inner.id)?.node ?? inner;
      }
    }
  }
}

/** Adds the objects that a value names, itself or within what has no identity. */
function want(value: Captured, home: number, level: Wanted[]): void {
  if (value.id !== 0) level.push({ id: value.id, home });
  else if (value.items.length > 0) wantInner(value, home, level);
}

function wantInner({ keys, items }: Captured, home: number, level: Wanted[]): void {
  for (const key of keys) if (isCaptured(key)) want(key, home, level);
  for (const item of items) if (isCaptured(item)) want(item, home, level);
}
