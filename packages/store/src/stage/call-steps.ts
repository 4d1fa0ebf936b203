import { EventScanner, H, K, type Value } from '@execution-cinema/format';
import { chunkOfCall, chunkOfEvent, type Chunk, type ChunkInfo } from '../read/chunks.ts';
import { eventName } from '../read/event-names.ts';
import { siteOfEvent } from '../read/event-list.ts';
import { copyValue, LiveObjects } from '../read/live-objects.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { ThreadReplay, type Frame } from '../read/replay.ts';
import { describeSite, nameOfSite } from '../read/site-text.ts';
import type { Site } from '../read/sites.ts';

/** One thing that a call did: an event of its own, or a call that it made. */
export interface CallStep {
  event: number;
  timeNs: number;
  /** As `eventName` has it; `call` for a call that it made. */
  kind: string;
  /** Where the call stood. */
  line: number;
  column: number;
  name: string;
  operator: string;
  value: Value;
  hasValue: boolean;
  /** Of `enter`: the values of the parameters by position. */
  arguments: readonly Value[] | undefined;
  child: ChildCall | undefined;
}

interface ChildCall {
  call: number;
  /** Undefined while it has not ended, as far as was looked. */
  outcome: string | undefined;
  result: Value;
  endEvent: number;
  endNs: number;
}

export interface CallSteps {
  thread: number;
  call: number;
  /** Site of the function; undefined when its module is not in the recording. */
  site: Site | undefined;
  steps: CallStep[];
  /** There are earlier or later steps. */
  before: boolean;
  after: boolean;
}

export interface StepsOptions {
  /** Steps around this event; default the first ones. */
  around?: number;
  /** Default STEPS_DEFAULT; a chunk that was begun is finished. */
  limit?: number;
  /** Tells in which chunks the call does something, as far as it is indexed. */
  index?: SeekLookup;
  /** Called before each chunk beyond the first: false ends the search there. May throw. */
  goOn?: () => boolean;
}

const STEPS_DEFAULT = 500;

/**
 * What one call did, in order, read from the chunks in which it ran. Works outwards from `around` until there is enough,
 * so that a call that goes on for the whole recording costs no more than what is shown of it.
 */
export function callSteps(recording: Recording, thread: number, call: number, options: StepsOptions = {}): CallSteps {
  const limit = options.limit ?? STEPS_DEFAULT;
  const chunks = recording.chunks(thread);
  // What began before the stored part is known from the header of the first chunk that lists it.
  const birth = Math.max(0, chunkOfCall(chunks, call));
  const start = options.around === undefined ? birth : Math.max(birth, chunkOfEvent(chunks, options.around));
  const result: CallSteps = { thread, call, site: undefined, steps: [], before: false, after: false };
  const collector = new StepCollector(recording, thread, call);
  const around = options.around ?? 0;
  const halves = { before: 0, after: 0 };
  const count = (steps: readonly CallStep[]): void => {
    for (const { event } of steps) {
      if (event < around) halves.before++;
      else halves.after++;
    }
  };
  const goOn = options.goOn ?? (() => true);
  const next = (at: number, direction: 'after' | 'before'): number => {
    const chunk = options.index?.actionChunk(thread, call, chunks[at]!.chunk, direction);
    if (chunk === undefined) return direction === 'after' ? at + 1 : at - 1;
    if (direction === 'before') return chunk < 0 ? birth : chunks.findLastIndex((info) => info.chunk <= chunk);
    const found = chunks.findIndex((info) => info.chunk >= chunk);
    return chunk < 0 || found < 0 ? chunks.length : found;
  };
  let at = start;
  for (; at < chunks.length && !collector.hasEnded && halves.after < limit; at = next(at, 'after')) {
    if (at > start && !goOn()) break;
    const steps = collector.read(chunks[at]!);
    result.steps.push(...steps);
    count(steps);
  }
  result.after = at < chunks.length && !collector.hasEnded;
  at = start;
  while (at > birth && halves.before < limit / 2 && goOn()) {
    at = Math.max(birth, next(at, 'before'));
    const steps = collector.read(chunks[at]!);
    result.steps.unshift(...steps);
    count(steps);
  }
  result.before = at > birth;
  result.site = collector.site;
  return trim(result, around, limit);
}

/** No more than `limit` steps, those around an event. */
function trim(result: CallSteps, around: number, limit: number): CallSteps {
  const { steps } = result;
  if (steps.length <= limit) return result;
  const at = steps.findIndex(({ event }) => event >= around);
  const first = Math.max(0, Math.min((at < 0 ? steps.length : at) - Math.floor(limit / 2), steps.length - limit));
  return {
    ...result,
    steps: steps.slice(first, first + limit),
    before: result.before || first > 0,
    after: result.after || first + limit < steps.length,
  };
}

/** Kinds that are no step of their own. */
const SILENT: ReadonlySet<number> = new Set([K.SCOPE_OPEN, K.SCOPE_COPY, K.SCOPE_LINK, K.CORRELATION]);

class StepCollector {
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly call: number;
  private readonly children = new Map<number, ChildCall>();
  /** One of the chunks that were read has its end. */
  hasEnded = false;
  site: Site | undefined;

  constructor(recording: Recording, thread: number, call: number) {
    this.recording = recording;
    this.thread = thread;
    this.call = call;
  }

  read(info: ChunkInfo): CallStep[] {
    const { recording, thread, call } = this;
    const chunk = recording.tryChunk(thread, info);
    if (typeof chunk === 'string' || !this.isActive(chunk)) return [];
    const replay = new ThreadReplay(recording.resolver(thread));
    replay.beginChunk(chunk.header);
    const objects = new LiveObjects();
    const steps: CallStep[] = [];
    for (const event of chunk.events()) {
      objects.begin(event);
      const frame = replay.step(event);
      const { entered } = replay;
      let isOver = false;
      for (const { frame: ended, outcome, value } of replay.ended) {
        const child = this.children.get(ended.call);
        if (child) {
          Object.assign(child, { outcome, result: copyValue(value), endEvent: event.event, endNs: event.timeNs });
        }
        isOver ||= ended.call === call;
      }
      this.hasEnded ||= isOver;
      const site = siteOfEvent(event.kind, event.payload, replay.resolver);
      if (frame?.call === call && !SILENT.has(event.kind)) {
        this.site ??= frame.site;
        steps.push(ownStep(event, frame, site, replay.ended.at(-1)?.value));
      } else if (entered?.parent === call) steps.push(this.childStep(entered, replay.stack.at(-2)));
      objects.end(event, site);
      if (isOver) break;
    }
    return steps;
  }

  private childStep(child: Frame, parent: Frame | undefined): CallStep {
    const place = parent?.position ?? parent?.site;
    const known: ChildCall = { call: child.call, outcome: undefined, result: undefined, endEvent: -1, endNs: -1 };
    this.children.set(child.call, known);
    return {
      event: child.startEvent,
      timeNs: child.startNs,
      kind: 'call',
      line: place?.line ?? 0,
      column: place?.column ?? 0,
      name: child.site?.function.name ?? '(unknown)',
      operator: '',
      value: undefined,
      hasValue: false,
      arguments: undefined,
      child: known,
    };
  }

  /** Whether the call does anything in a chunk: found without decoding values. */
  private isActive(chunk: Chunk): boolean {
    const { call } = this;
    const { header, words } = chunk;
    if (header.frames.at(-1)?.call === call) return true;
    const scanner = new EventScanner(words, header);
    const calls = header.frames.map((frame) => frame.call);
    let next = header.nextCall;
    try {
      while (scanner.next()) {
        const { kind } = scanner;
        if (kind <= K.ENTER_MANY) calls.push(next++);
        else if (kind < K.SUSPEND) {
          if (kind === K.RETURN_VALUE) continue;
          for (let left = kind === K.UNWIND ? scanner.payload : 1; left > 0; left--) calls.pop();
        } else if (kind <= K.SUSPEND_VALUE) calls.pop();
        else if (kind === K.RESUME) calls.push(H.u53(words[scanner.operands]!, words[scanner.operands + 1]!));
        if (calls.at(-1) === call) return true;
      }
    } catch {
      // What follows damage is lost.
    }
    return false;
  }
}

/** What an event of a call's own did. `ended` is the value of the frame that it ended. */
export function ownStep(
  event: { event: number; timeNs: number; kind: number; values: Value[] },
  frame: Frame,
  site: Site | undefined,
  ended: Value,
): CallStep {
  const isEnter = event.kind <= K.ENTER_MANY;
  const isLeave = event.kind >= K.LEAVE_VALUE && event.kind <= K.LEAVE_PENDING && event.kind !== K.LEAVE_THROW;
  const place = (site && site.function === frame.site?.function ? site : frame.position) ?? frame.site;
  return {
    event: event.event,
    timeNs: event.timeNs,
    kind: eventName(event.kind),
    line: place?.line ?? 0,
    column: place?.column ?? 0,
    name: (site && nameOfSite(site)) ?? '',
    operator: (site && describeSite(site).operator) ?? '',
    value: copyValue(isLeave ? ended : event.values.at(-1)),
    hasValue: isLeave || (!isEnter && event.values.length > 0),
    arguments: isEnter ? event.values.map((value) => copyValue(value)) : undefined,
    child: undefined,
  };
}
