import { H, K, type ChunkHeader, type EventScanner } from '@execution-cinema/format';
import type { Chunk } from '../read/chunks.ts';
import type { SiteResolver } from '../read/sites.ts';
import { Timeline } from '../read/times.ts';
import { SliceList } from './slice-list.ts';
import { DETAIL_DEPTH_MAX, SLICE_OUTCOMES, type SliceOutcome } from './types.ts';

/** Frames that are open at the end of a chunk, outermost first, and since when they have been on the stack. */
export interface OpenStack {
  /** Number of the event that follows; another one means that some are missing. */
  nextEvent: number;
  /** Time of the last event. */
  lastNs: number;
  calls: number[];
  sites: number[];
  startsNs: number[];
}

/** Stands for a frame of which the header tells only that it exists. */
export const NO_SITE = 0xffff_ffff;

/** Everything about the events of one chunk that a picture can show, in full resolution. */
export interface ChunkDetail {
  startNs: number;
  /** Time of the last event. */
  lastNs: number;
  /** Frames on the stack when it begins. */
  startDepth: number;
  firstEvent: number;
  /** Times of its events. */
  timeline: Timeline;
  /** Per event. */
  kinds: Uint8Array;
  /** Frames on the stack after it. */
  depths: Uint16Array;
  /** Slices that ended in it. */
  slices: SliceList;
  /** Indexes of those that were open when it began. */
  older: number[];
  stack: OpenStack;
}

/** Hears what happens on the stack, in order. Sites are FUNCTION sites, NO_SITE where they are not known. */
export interface FrameVisitor {
  /**
   * The chunk begins. `sinceNs` is the time of the event before, `open` are the frames, outermost first; `ended` are
   * slices that ended unseen before it, because events are missing.
   */
  start(sinceNs: number, open: Omit<OpenStack, 'nextEvent' | 'lastNs'>, ended: SliceList): void;
  /** Before what an event does. */
  advance(timeNs: number, kind: number, event: number): void;
  /** A frame was pushed; `isCall`: it begins now, and is not resumed. */
  begin(site: number, isCall: boolean, timeNs: number, call: number): void;
  /** The frame on top was popped. */
  end(site: number, outcome: number, timeNs: number, call: number, startNs: number): void;
}

export const THREW = SLICE_OUTCOMES.indexOf('threw');

const OUTCOME = Object.fromEntries(SLICE_OUTCOMES.map((name, code) => [name, code])) as Record<SliceOutcome, number>;
const SUSPENDABLE = /async|generator/;
const FRAMES_MAX = 0xffff;
/** Slices of a chunk besides those of calls that begin in it: of older frames, and of frames that wake up. */
const SLICES_MORE = 1024;

/** What the last scan needed between its events and its end, for the next one. */
let sparePayloads: Uint32Array | undefined;

/**
 * Takes in the events of one chunk as some scan goes over them, and works them out afterwards: the time of an event is
 * known only when the clock was read again.
 */
export class ChunkScan {
  private kinds: Uint8Array;
  private payloads: Uint32Array;
  private count = 0;
  private callCount = 0;
  private readonly resumed: number[] = [];
  private readonly timeline = new Timeline();
  private readonly chunk: Chunk;

  constructor(chunk: Chunk, events: number) {
    this.chunk = chunk;
    this.kinds = new Uint8Array(events);
    this.payloads = sparePayloads && sparePayloads.length >= events ? sparePayloads : new Uint32Array(events);
    sparePayloads = undefined;
  }

  /** To be called with every event of the chunk, in order. */
  note(scanner: EventScanner): void {
    const at = this.count++;
    if (at >= this.kinds.length) this.grow();
    this.kinds[at] = scanner.kind;
    this.payloads[at] = scanner.payload;
    if (scanner.kind <= K.ENTER_MANY) this.callCount++;
    if (scanner.kind === K.RESUME) {
      const { words } = this.chunk;
      this.resumed.push(H.u53(words[scanner.operands]!, words[scanner.operands + 1]!));
    }
    this.timeline.note(scanner);
  }

  private grow(): void {
    const { kinds, payloads } = this;
    this.kinds = new Uint8Array(kinds.length * 2 + 64);
    this.kinds.set(kinds);
    if (payloads.length >= this.kinds.length) return;
    this.payloads = new Uint32Array(this.kinds.length);
    this.payloads.set(payloads);
  }

  /**
   * After the last event. `before` is how the chunk before it ended, if that is known. `visitor` sees the frames come
   * and go. The memory of `spare` is used again.
   */
  finish(
    before: OpenStack | undefined,
    resolver: SiteResolver,
    visitor?: FrameVisitor,
    spare?: SliceList,
  ): ChunkDetail {
    const { count, payloads } = this;
    const { header, endNs } = this.chunk;
    const kinds = this.kinds.subarray(0, count);
    const timeline = this.timeline.end(header.firstEvent + count, endNs);
    const slices = spare?.cleared() ?? new SliceList(this.callCount + SLICES_MORE);
    const { calls, sites, startsNs, follows } = openAt(header, before, slices, resolver);
    const older = Array.from({ length: slices.count }, (_, i) => i);
    let olderFrames = calls.length;
    visitor?.start(follows ? before!.lastNs : header.startNs, { calls, sites, startsNs }, slices);
    const startDepth = Math.min(FRAMES_MAX, calls.length);
    const depths = new Uint16Array(count);
    let nextCall = header.nextCall;
    let resumptions = 0;
    const end = (timeNs: number, outcome: number): void => {
      const call = calls.pop();
      const site = sites.pop()!;
      const startNs = startsNs.pop()!;
      if (call === undefined) return;
      visitor?.end(site, outcome, timeNs, call, startNs);
      if (calls.length < olderFrames) {
        olderFrames = calls.length;
        if (site !== NO_SITE && olderFrames < DETAIL_DEPTH_MAX) older.push(slices.count);
      }
      if (site !== NO_SITE) slices.add(startNs, timeNs, call, calls.length, site, outcome);
    };
    const begin = (call: number, site: number, timeNs: number, isCall: boolean): void => {
      visitor?.begin(site, isCall, timeNs, call);
      calls.push(call);
      sites.push(site);
      startsNs.push(timeNs);
    };
    for (let i = 0; i < count; i++) {
      const kind = kinds[i]!;
      const timeNs = timeline.at(header.firstEvent + i);
      visitor?.advance(timeNs, kind, header.firstEvent + i);
      if (kind <= K.ENTER_MANY) begin(nextCall++, payloads[i]!, timeNs, true);
      else if (kind < K.WRITE) {
        switch (kind) {
          case K.LEAVE_THROW:
            end(timeNs, OUTCOME.threw);
            break;
          case K.UNWIND:
            for (let left = payloads[i]!; left > 0 && calls.length > 0; left--) end(timeNs, OUTCOME.terminated);
            break;
          case K.LEAVE_CLOSED:
            end(timeNs, OUTCOME.closed);
            break;
          case K.SUSPEND:
          case K.SUSPEND_VALUE:
            end(timeNs, OUTCOME.suspended);
            break;
          case K.RESUME:
            begin(this.resumed[resumptions++]!, payloads[i]!, timeNs, false);
            break;
          case K.RETURN_VALUE:
          case K.RESUME_VALUE:
            break;
          default:
            end(timeNs, OUTCOME.returned);
            break;
        }
      }
      depths[i] = Math.min(FRAMES_MAX, calls.length);
    }
    sparePayloads = payloads;
    const lastNs = count > 0 ? timeline.at(header.firstEvent + count - 1) : header.startNs;
    return {
      startNs: header.startNs,
      lastNs,
      startDepth,
      firstEvent: header.firstEvent,
      timeline,
      kinds,
      depths,
      slices,
      older,
      stack: { nextEvent: header.firstEvent + count, lastNs, calls, sites, startsNs },
    };
  }
}

/** Frames open when a chunk begins. What was open before and is not any more, because events are missing, ends here. */
function openAt(
  header: ChunkHeader,
  before: OpenStack | undefined,
  slices: SliceList,
  resolver: SiteResolver,
): OpenStack & { follows: boolean } {
  const { startNs } = header;
  const follows = before !== undefined && header.firstEvent === before.nextEvent && header.dropped === 0;
  const known = new Map(before?.calls.map((call, i) => [call, i]));
  const stack = {
    nextEvent: 0,
    lastNs: startNs,
    follows,
    calls: [] as number[],
    sites: [] as number[],
    startsNs: [] as number[],
  };
  for (let i = 0; i < header.framesOmitted; i++) {
    const has = follows && i < before.calls.length;
    stack.calls.push(has ? before.calls[i]! : 0);
    stack.sites.push(has ? before.sites[i]! : NO_SITE);
    stack.startsNs.push(has ? before.startsNs[i]! : startNs);
  }
  for (const frame of header.frames) {
    const at = known.get(frame.call);
    stack.calls.push(frame.call);
    stack.sites.push(frame.site);
    stack.startsNs.push(at === undefined ? startNs : before!.startsNs[at]!);
  }
  if (before === undefined || follows) return stack;
  const open = new Set(stack.calls);
  before.calls.forEach((call, depth) => {
    const site = before.sites[depth]!;
    if (open.has(call) || site === NO_SITE) return;
    // An async function may as well have fallen asleep.
    const sleeps = SUSPENDABLE.test(resolver.resolve(site)?.function.kind ?? '');
    slices.add(before.startsNs[depth]!, startNs, call, depth, site, sleeps ? OUTCOME.suspended : OUTCOME.terminated);
  });
  return stack;
}

/** Scans one chunk for its details. */
export function chunkDetail(
  chunk: Chunk,
  events: number,
  before: OpenStack | undefined,
  resolver: SiteResolver,
  visitor?: FrameVisitor,
  spare?: SliceList,
): ChunkDetail {
  const scan = new ChunkScan(chunk, events);
  chunk.scan((scanner) => scan.note(scanner));
  return scan.finish(before, resolver, visitor, spare);
}
