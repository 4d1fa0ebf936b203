import { chunkOfCall, lastWhere, type ChunkInfo } from './chunks.ts';
import type { ChunkDigest } from './chunk-digest.ts';
import type { ChunkState } from './chunk-state.ts';
import { digestOf } from './digest.ts';
import type { Recording } from './recording.ts';
import type { Frame, ScopeInstance } from './replay.ts';
import { ownerOfCall, ownerOfScope, type LastWrite, type Owner } from './variables.ts';

/** A call that slept at the start of a chunk, as the seek index knows it. */
export interface SleepingCall {
  call: number;
  siteId: number;
  /** Innermost shared scope instance, as `Frame.link`. */
  link: number;
  /** Site of the suspension. */
  suspendSite: number;
  sinceEvent: number;
  sinceNs: number;
}

/** Pseudo variables of a call in the seek index: things besides variables that an older chunk may know of a frame. */
export const POSITION = -1;
export const THIS_VALUE = -2;
export const END = -3;

/** What the seek index answers. All answers are undefined where it does not reach. */
export interface SeekLookup {
  /**
   * The last chunk before `beforeChunk` that touched a variable of an owner which is older than that chunk: its number,
   * or -1 when none did (then only the owner's first chunk can have).
   */
  lastWriteChunk(thread: number, owner: Owner, variable: number, beforeChunk: number): number | undefined;
  /** The same for all variables of the owner; none of the others was touched but in the owner's first chunk. */
  lastWriteChunks(thread: number, owner: Owner, beforeChunk: number): ReadonlyMap<number, number> | undefined;
  /** Calls that sleep when the chunk begins. */
  asleepAt(thread: number, chunk: number): SleepingCall[] | undefined;
  /** Number of the first scope that a chunk opens. */
  nextScope(thread: number, chunk: number): number | undefined;
  /** Whether an event of the chunk names one of these sites (in ascending order). */
  mentions(thread: number, chunk: number, sites: readonly number[]): boolean | undefined;
  /** Whether something was thrown, caught or ended by an exception in the chunk. */
  throws(thread: number, chunk: number): boolean | undefined;
  /**
   * The next chunk after this one, or the last one before it, that may hold something that an older call did: executed,
   * slept, woke, ended. -1: there is none. Undefined where the index does not reach.
   */
  actionChunk(thread: number, call: number, chunk: number, direction: 'after' | 'before'): number | undefined;
  /** The next chunk after this one in which a call begins that this call has scheduled; -1 when there is none. */
  effectChunk(thread: number, call: number, afterChunk: number): number | undefined;
  /**
   * The last chunk before this one that took the content of an object which is older than that chunk; -1 when none did.
   */
  captureChunk(thread: number, object: number, beforeChunk: number): number | undefined;
}

/** Longest chain of scopes or iterations that is followed. */
const CHAIN_MAX = 100_000;

/** Looks up what happened on a thread before the chunk at index `at`, whose own part is `here`. */
export class Past {
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly chunks: readonly ChunkInfo[];
  private readonly at: number;
  private readonly here: ChunkState;
  private readonly births = new Map<number, number>();
  private readonly scopes = new Map<number, ScopeInstance>();
  /** Of chunks by their index. */
  private readonly digests = new Map<number, ChunkDigest>();
  /** Chunks up to this moment before which events were dropped. */
  private readonly drops: readonly ChunkInfo[];
  private readonly index: SeekLookup | undefined;

  constructor(recording: Recording, thread: number, at: number, here: ChunkState, index: SeekLookup | undefined) {
    this.recording = recording;
    this.thread = thread;
    this.chunks = recording.chunks(thread);
    this.at = at;
    this.here = here;
    this.drops = this.chunks.slice(0, at + 1).filter(({ droppedBefore }) => droppedBefore > 0);
    this.index = index;
  }

  private digest(i: number): ChunkDigest | undefined {
    let digest = this.digests.get(i);
    if (!digest) {
      digest = digestOf(this.recording, this.thread, this.chunks[i]!);
      if (digest) this.digests.set(i, digest);
    }
    return digest;
  }

  /** Index of the chunk in which the call began, -1 when that is not stored. */
  birthOfCall(call: number): number {
    return Math.min(chunkOfCall(this.chunks, call), this.at);
  }

  /** Index of the chunk in which the scope was opened; -1 when that is not stored. */
  birthOfScope(instance: number): number {
    if (this.here.hasScope(instance)) return this.at;
    const known = this.births.get(instance);
    if (known !== undefined) return known;
    let low = 0;
    let high = this.at + 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.firstScope(middle) <= instance) low = middle + 1;
      else high = middle;
    }
    this.births.set(instance, low - 1);
    return low - 1;
  }

  private firstScope(i: number): number {
    const info = this.chunks[i]!;
    const indexed = this.index?.nextScope(this.thread, info.chunk);
    if (indexed !== undefined) return indexed;
    const chunk = this.recording.tryChunk(this.thread, info);
    return typeof chunk === 'string' ? 0 : chunk.header.nextScope;
  }

  /** Fills in what happened to an open frame before this chunk: its arguments, start, `this` and position. */
  completeFrame(frame: Frame): void {
    if (frame.begin === undefined) {
      const known = this.frameOf(frame.call);
      if (known?.begin) {
        frame.begin = known.begin;
        frame.chunk = known.chunk;
        frame.startEvent = known.startEvent;
        frame.startNs = known.startNs;
        frame.asyncParent = known.asyncParent;
        frame.thisFrom ??= known.thisFrom;
      }
      // A derived constructor has no `this` until super() returned.
      if (frame.site?.function.kind === 'constructor') {
        frame.thisFrom ??= this.lastSeen(frame.call, THIS_VALUE)?.thisFrom;
      }
    }
    frame.position ??= this.lastSeen(frame.call, POSITION)?.position;
    if (frame.link === 0 && !this.index) frame.link = this.lastLink(frame.call);
  }

  /** Without an index: what an older chunk knew of the scopes of a frame that slept when this one began. */
  private lastLink(call: number): number {
    for (let i = this.at - 1; i >= Math.max(0, this.birthOfCall(call)); i--) {
      const link = this.digest(i)?.frame(call)?.link;
      if (link) return link;
    }
    return 0;
  }

  /** The frame of a call as the chunk knew it in which it began. */
  frameOf(call: number): Frame | undefined {
    const open = this.here.frame(call);
    if (open?.begin) return open;
    const birth = this.birthOfCall(call);
    return birth < 0 || birth >= this.at ? undefined : this.digest(birth)?.frame(call);
  }

  /** The frame of a call as the last older chunk knew it that saw it do something. */
  private lastSeen(call: number, what: number): Frame | undefined {
    const birth = Math.max(0, this.birthOfCall(call));
    const indexed = this.indexedChunk(ownerOfCall(call), what, birth);
    if (indexed !== undefined) return this.digest(indexed)?.frame(call);
    for (let i = this.at - 1; i >= birth; i--) {
      const frame = this.digest(i)?.frame(call);
      if (what === POSITION ? frame?.position : frame?.thisFrom) return frame;
    }
    return undefined;
  }

  /** Index of the chunk that last touched the variable, or of the owner's first; undefined without an index. */
  private indexedChunk(owner: Owner, variable: number, birth: number): number | undefined {
    const chunk = this.index?.lastWriteChunk(this.thread, owner, variable, this.chunks[this.at]!.chunk);
    if (chunk === undefined) return undefined;
    if (chunk < 0) return Math.max(0, birth);
    const i = lastWhere(this.chunks, (info) => info.chunk <= chunk);
    return i < 0 || this.chunks[i]!.chunk !== chunk ? Math.max(0, birth) : i;
  }

  scope(instance: number): ScopeInstance | undefined {
    const known = this.scopes.get(instance);
    if (known) return known;
    const found = this.here.scope(instance) ?? this.olderScope(instance);
    if (found) this.scopes.set(instance, found);
    return found;
  }

  private olderScope(instance: number): ScopeInstance | undefined {
    const birth = this.birthOfScope(instance);
    return birth < 0 || birth >= this.at ? undefined : this.digest(birth)?.scope(instance);
  }

  /** Instance of scope `scopeIndex` that `frame` sees: the nearest on the chain from its innermost one. 0 unknown. */
  instanceOf(frame: Frame, scopeIndex: number): number {
    const { table, load } = frame.site!;
    if (table.scopes[scopeIndex]?.parent === -1) return load.scopeInstance;
    let instance = frame.link;
    for (let steps = 0; instance !== 0 && steps < CHAIN_MAX; steps++) {
      const info = this.scope(instance);
      if (info?.site?.a === scopeIndex && info.site.table === table) return instance;
      instance = info?.parent ?? 0;
    }
    return 0;
  }

  /**
   * Variables of a scope instance, or of those that it was copied from, that were written up to this moment: no others
   * were. Undefined where no index tells.
   */
  writtenIn(instance: number): ReadonlySet<number> | undefined {
    const found = new Set<number>();
    let current = instance;
    for (let steps = 0; current !== 0 && steps < CHAIN_MAX; steps++) {
      for (const variable of this.here.variablesOfScope(current)) found.add(variable);
      const birth = this.birthOfScope(current);
      if (birth < this.at && this.at > 0) {
        const { chunk } = this.chunks[this.at]!;
        const older = this.index?.lastWriteChunks(this.thread, ownerOfScope(current), chunk);
        if (!older) return undefined;
        for (const variable of older.keys()) found.add(variable);
        for (const variable of this.digest(Math.max(0, birth))?.variablesOfScope(current) ?? []) found.add(variable);
      }
      current = this.scope(current)?.from ?? 0;
    }
    return found;
  }

  /** Last write in a scope instance, going back through the iterations that it was copied from. */
  writeInScope(instance: number, variable: number): LastWrite | undefined {
    let current = instance;
    for (let steps = 0; current !== 0 && steps < CHAIN_MAX; steps++) {
      const write = this.write(ownerOfScope(current), variable, this.birthOfScope(current));
      if (write) return write;
      current = this.scope(current)?.from ?? 0;
    }
    return undefined;
  }

  /** Last write of an owner's variable; `birth` is the index of the chunk in which the owner came to be. */
  write(owner: Owner, variable: number, birth: number): LastWrite | undefined {
    const here = writeIn(this.here, owner, variable);
    if (here || birth >= this.at || this.at === 0) return here;
    const indexed = this.indexedChunk(owner, variable, birth);
    if (indexed !== undefined) return writeIn(this.digest(indexed), owner, variable);
    for (let i = this.at - 1; i >= Math.max(0, birth); i--) {
      const write = writeIn(this.digest(i), owner, variable);
      if (write) return write;
    }
    return undefined;
  }

  /** Events dropped between an event and this moment. */
  droppedSince(event: number): number {
    let dropped = 0;
    for (const chunk of this.drops) if (chunk.firstEvent > event) dropped += chunk.droppedBefore;
    return dropped;
  }
}

function writeIn(state: ChunkState | ChunkDigest | undefined, owner: Owner, variable: number): LastWrite | undefined {
  return owner % 2 === 0 ? state?.writeOfCall(owner / 2, variable) : state?.writeOfScope((owner - 1) / 2, variable);
}
