import { H } from '@execution-cinema/format';
import type { CallRow, ChunkReplay } from './chunk-replay.ts';
import { beginFrame, openedScope } from './chunk-state.ts';
import type { ChunkView } from './chunk-view.ts';
import { unknownFrame, type Frame, type ScopeInstance } from './replay.ts';
import type { SiteResolver } from './sites.ts';
import { LastWrite, type Owner } from './variables.ts';

/*
 * What later moments may ask about one whole chunk, in a few hundred words: it was replayed once, when it was indexed.
 *
 * Words: the number of the chunk's first scope; how many frames, writes of frames, scopes, writes of scopes and calls
 * follow; then these lists. Events are told by their numbers from the first one of the chunk, -1 for none.
 *
 * - frames: those open or asleep at the end, by call (two words); site, ENTER, call that caused it (two words),
 *   innermost shared scope, position, where it stood before it fell asleep, last THIS, SUSPEND, first of its writes
 * - writes of frames: variable, last write
 * - scopes: opening event, call on top (two words)
 * - writes of scopes, ascending: instance, variable, last write
 * - calls that opened a scope and have ended, ascending: call (two words), ENTER, last THIS
 */
const COUNTS = 6;
const FRAME_WORDS = 12;
const FRAME_WRITE_WORDS = 2;
const SCOPE_WORDS = 3;
const SCOPE_WRITE_WORDS = 3;
const ENDED_WORDS = 4;

/** The digest of a chunk that was replayed to its end. */
export function encodeDigest({ header, stack, asleep, openers, ...scopes }: ChunkReplay): Uint8Array {
  const frames = [...stack, ...asleep.values()].sort((a, b) => a.call - b.call);
  const open = new Set(frames);
  // Those of older chunks are asked of these.
  const ended = [...openers.values()].filter((row) => row.enter >= 0 && !open.has(row)).sort((a, b) => a.call - b.call);
  const frameWrites = frames.flatMap(({ writes, written }) => writes.slice(0, written));
  const scopeWrites = [...scopes.writesOfScopes].sort(([a], [b]) => a - b);
  const scopeWords = scopeWrites.flatMap(([instance, writes]) =>
    [...writes].sort(([a], [b]) => a - b).flatMap(([variable, at]) => [instance, variable, at]),
  );
  let firstWrite = 0;
  const words = [
    header.nextScope,
    frames.length,
    frameWrites.length / FRAME_WRITE_WORDS,
    scopes.scopeEvents.length,
    scopeWords.length / SCOPE_WRITE_WORDS,
    ended.length,
    ...frames.flatMap((row) => {
      const encoded = frameWords(row, firstWrite);
      firstWrite += row.written / FRAME_WRITE_WORDS;
      return encoded;
    }),
    ...frameWrites,
    ...scopes.scopeEvents.flatMap((at, i) => [at, ...pair(scopes.scopeCalls[i]!)]),
    ...scopeWords,
    ...ended.flatMap(({ call, enter, thisEvent }) => [...pair(call), enter, thisEvent]),
  ];
  return new Uint8Array(Int32Array.from(words).buffer);
}

function frameWords(row: CallRow, firstWrite: number): number[] {
  const { call, siteId, enter, causeCode, causeCall, link, position, shown, thisEvent, sleptAt } = row;
  const cause = causeCode >= 0 ? causeCall : 0;
  const stood = sleptAt >= 0 ? shown : position;
  return [...pair(call), siteId, enter, ...pair(cause), link, position, stood, thisEvent, sleptAt, firstWrite];
}

function pair(number: number): [low: number, high: number] {
  return [number % 2 ** 32, Math.floor(number / 2 ** 32)];
}

/** Reads what `encodeDigest` gave. Values are decoded from the chunk when they are asked for. */
export class ChunkDigest {
  private readonly words: Int32Array;
  private readonly chunk: number;
  private readonly resolver: SiteResolver;
  private readonly view: () => ChunkView | undefined;
  private readonly firstScope: number;
  private readonly scopes: number;
  private readonly frameList: List;
  private readonly frameWrites: number;
  private readonly scopeList: number;
  private readonly scopeWrites: List;
  private readonly ended: List;

  /** `view` finds the view of the chunk, whose number is `chunk`; undefined when that is not stored any more. */
  constructor(words: Int32Array, chunk: number, resolver: SiteResolver, view: () => ChunkView | undefined) {
    this.words = words;
    this.chunk = chunk;
    this.resolver = resolver;
    this.view = view;
    const [firstScope, frames, frameWrites, scopes, scopeWrites, ended] = words as unknown as number[];
    this.firstScope = firstScope! >>> 0;
    this.scopes = scopes!;
    let at = COUNTS;
    const skip = (count: number, size: number): number => (at += count * size) - count * size;
    this.frameList = { from: skip(frames!, FRAME_WORDS), count: frames!, size: FRAME_WORDS };
    this.frameWrites = skip(frameWrites!, FRAME_WRITE_WORDS);
    this.scopeList = skip(scopes!, SCOPE_WORDS);
    this.scopeWrites = { from: skip(scopeWrites!, SCOPE_WRITE_WORDS), count: scopeWrites!, size: SCOPE_WRITE_WORDS };
    this.ended = { from: skip(ended!, ENDED_WORDS), count: ended!, size: ENDED_WORDS };
  }

  /** A call that was open or slept at the end, or that began here and opened a scope. */
  frame(call: number): Frame | undefined {
    const at = this.frameAt(call);
    return at < 0 ? this.endedFrame(call) : this.openFrame(call, at);
  }

  private openFrame(call: number, at: number): Frame {
    const { words, resolver, chunk } = this;
    const frame = unknownFrame(call, words[at + 2]!, resolver);
    frame.link = words[at + 6]! >>> 0;
    const position = words[at + 7]!;
    frame.position = position < 0 ? undefined : resolver.resolve(position);
    frame.chunk = chunk;
    const enter = words[at + 3]!;
    const view = enter >= 0 || words[at + 9]! >= 0 || words[at + 10]! >= 0 ? this.stored() : undefined;
    if (enter >= 0) beginFrame(frame, view!, enter, H.u53(words[at + 4]!, words[at + 5]!));
    if (words[at + 9]! >= 0) frame.thisFrom = { event: view!.event(words[at + 9]!), chunk };
    if (words[at + 10]! >= 0) {
      const { event, timeNs } = view!.event(words[at + 10]!);
      frame.sleeping = { event, timeNs, site: frame.position };
    }
    return frame;
  }

  private endedFrame(call: number): Frame | undefined {
    const { words, chunk } = this;
    const at = this.find(this.ended, (i) => H.u53(words[i]!, words[i + 1]!) - call);
    if (at < 0) return undefined;
    const view = this.stored();
    const enter = view.event(words[at + 2]!);
    const frame = unknownFrame(call, enter.payload, this.resolver);
    frame.chunk = chunk;
    beginFrame(frame, view, words[at + 2]!, 0);
    if (words[at + 3]! >= 0) frame.thisFrom = { event: view.event(words[at + 3]!), chunk };
    return frame;
  }

  /** Where a call stood that was open or slept at the end: its position, and that before it fell asleep; -1 for not known. */
  stood(call: number): { position: number; shown: number } | undefined {
    const at = this.frameAt(call);
    return at < 0 ? undefined : { position: this.words[at + 7]!, shown: this.words[at + 8]! };
  }

  scope(instance: number): ScopeInstance | undefined {
    const { words } = this;
    const number = instance - this.firstScope;
    if (number < 0 || number >= this.scopes) return undefined;
    const at = this.scopeList + number * SCOPE_WORDS;
    const call = H.u53(words[at + 1]!, words[at + 2]!);
    return openedScope(instance, this.stored(), words[at]!, call, this.resolver);
  }

  writeOf(owner: Owner, variable: number): LastWrite | undefined {
    return owner % 2 === 0 ? this.writeOfCall(owner / 2, variable) : this.writeOfScope((owner - 1) / 2, variable);
  }

  writeOfCall(call: number, variable: number): LastWrite | undefined {
    const { words, frameList, frameWrites } = this;
    const at = this.frameAt(call);
    if (at < 0) return undefined;
    const isLast = at + FRAME_WORDS === frameList.from + frameList.count * FRAME_WORDS;
    const end = isLast ? this.scopeList : frameWrites + words[at + FRAME_WORDS + 11]! * FRAME_WRITE_WORDS;
    for (let i = frameWrites + words[at + 11]! * FRAME_WRITE_WORDS; i < end; i += FRAME_WRITE_WORDS) {
      if (words[i] === variable) return new LastWrite(this.stored(), words[i + 1]!);
    }
    return undefined;
  }

  writeOfScope(instance: number, variable: number): LastWrite | undefined {
    const { words } = this;
    const at = this.find(this.scopeWrites, (i) => (words[i]! >>> 0) - instance || words[i + 1]! - variable);
    return at < 0 ? undefined : new LastWrite(this.stored(), words[at + 2]!);
  }

  /** Variables of a scope instance that were written in this chunk. */
  variablesOfScope(instance: number): number[] {
    const { words } = this;
    const { from, count, size } = this.scopeWrites;
    const end = from + count * size;
    const result: number[] = [];
    const first = this.firstFrom(this.scopeWrites, (at) => (words[at]! >>> 0) - instance);
    for (let at = first; at < end && words[at]! >>> 0 === instance; at += size) {
      result.push(words[at + 1]!);
    }
    return result;
  }

  private frameAt(call: number): number {
    const { words } = this;
    return this.find(this.frameList, (i) => H.u53(words[i]!, words[i + 1]!) - call);
  }

  /** Word of the item of an ascending list for which `compare` gives 0, -1 when there is none. */
  private find(list: List, compare: (at: number) => number): number {
    const at = this.firstFrom(list, compare);
    return at < list.from + list.count * list.size && compare(at) === 0 ? at : -1;
  }

  /** Word of the first item for which `compare` does not give less than 0, or behind the last one. */
  private firstFrom({ from, count, size }: List, compare: (at: number) => number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(from + middle * size) < 0) low = middle + 1;
      else high = middle;
    }
    return from + low * size;
  }

  private stored(): ChunkView {
    const view = this.view();
    if (!view) throw new RangeError(`chunk ${this.chunk} is not in the recording any more (pruned?)`);
    return view;
  }
}

/** Items of one size, one behind the other. */
interface List {
  from: number;
  count: number;
  size: number;
}
