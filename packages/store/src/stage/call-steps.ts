import { EventScanner, H, K, type Value } from '@execution-cinema/format';
import { chunkView, nextEvent, type ChunkView, type LazyEvent } from '../read/chunk-view.ts';
import { chunkOfCall, chunkOfEvent, type ChunkInfo } from '../read/chunks.ts';
import { eventName } from '../read/event-names.ts';
import { siteOfEvent } from '../read/event-list.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { describeSite, nameOfSite } from '../read/site-text.ts';
import type { Site, SiteResolver } from '../read/sites.ts';
import { valueThen } from './value-then.ts';

/** One thing that a call did: an event of its own, or a call that it made. */
export interface CallStep {
  event: number;
  timeNs: number;
  /** As `eventName` has it; `call` for a call that it made. */
  kind: string;
  /** Where the call stood. */
  file: string;
  line: number;
  column: number;
  /** Number of the site in its module that the event names, when that is one of the call's function; else -1. */
  site: number;
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
  /** Event with which the call began, where that is known: nothing of its chunk is looked at up to there. */
  begin?: number;
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
  const collector = new StepCollector(recording, { thread, call, begin: options.begin });
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

/** Kinds that belong to the call on top and say nothing of where it stands. */
const NO_PLACE: ReadonlySet<number> = new Set([
  K.RETURN_VALUE, K.SCOPE_LINK, K.RESUME, K.CORRELATION, K.LOG, K.UNCAUGHT, K.REQUEST_START, K.REQUEST_END, K.MARK,
  K.AGGREGATE, K.SEND, K.RECEIVE, K.REQUEST_SOCKET,
]); // prettier-ignore

const OUTCOMES: ReadonlyMap<number, string> = new Map([
  [K.LEAVE_THROW, 'threw'],
  [K.LEAVE_CLOSED, 'closed'],
  [K.UNWIND, 'terminated'],
]);

/** Where the call stands, as far as a chunk tells. */
interface Standing {
  site: Site | undefined;
  position: Site | undefined;
}

/** A chunk as it is being read. */
interface Reading {
  view: ChunkView;
  /** Values are decoded later, if at all: what waits for that does not keep the view. */
  again: () => ChunkView | undefined;
  scanner: EventScanner;
  /** Calls on the stack, as far as the chunk lists them. */
  calls: number[];
  /** Event with the value of a return that still runs finally blocks, by call. */
  pending: Map<number, number>;
  standing: Standing;
  steps: CallStep[];
}

/** Finds the steps of one call by going through words: a call may take a whole chunk, of which a few lines are shown. */
class StepCollector {
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly call: number;
  private readonly begin: number | undefined;
  private readonly resolver: SiteResolver;
  private readonly children = new Map<number, Child>();
  /** One of the chunks that were read has its end. */
  hasEnded = false;
  site: Site | undefined;

  constructor(
    recording: Recording,
    { thread, call, begin }: { thread: number; call: number; begin: number | undefined },
  ) {
    this.recording = recording;
    this.thread = thread;
    this.call = call;
    this.begin = begin;
    this.resolver = recording.resolver(thread);
  }

  read(info: ChunkInfo): CallStep[] {
    const again = (): ChunkView | undefined => chunkView(this.recording, this.thread, info);
    const view = again();
    if (!view) return [];
    // No other chunk is looked at until it is through.
    const { header, words } = view;
    const own = header.frames.find((frame) => frame.call === this.call);
    if (own) this.site ??= this.resolver.resolve(own.site);
    const reading: Reading = {
      view,
      again,
      scanner: new EventScanner(words, header),
      calls: header.frames.map((frame) => frame.call),
      pending: new Map(),
      standing: { site: this.site, position: undefined },
      steps: [],
    };
    const { scanner, calls } = reading;
    let { nextCall } = header;
    const begin = this.beginIn(view);
    if (begin >= 0) {
      // Calls below it on the stack do nothing that is a step of it.
      scanner.position = view.head(begin);
      scanner.event = view.firstEvent + begin - 1;
      calls.length = 0;
      nextCall = this.call;
    }
    while (!this.hasEnded && nextEvent(scanner)) {
      const { kind } = scanner;
      if (kind <= K.ENTER_MANY) this.enter(reading, nextCall++);
      else if (kind <= K.SUSPEND_VALUE && kind !== K.RETURN_VALUE) this.leave(reading);
      else {
        if (kind === K.RESUME) calls.push(H.u53(words[scanner.operands]!, words[scanner.operands + 1]!));
        else if (kind === K.RETURN_VALUE) reading.pending.set(calls.at(-1) ?? 0, scanner.event);
        if (calls.at(-1) === this.call) this.note(reading);
      }
    }
    return reading.steps;
  }

  /** Where in a chunk the call begins, as far as that is known; -1: not there. */
  private beginIn({ firstEvent, endEvent }: ChunkView): number {
    const { begin } = this;
    return begin !== undefined && begin >= firstEvent && begin < endEvent ? begin - firstEvent : -1;
  }

  private enter(reading: Reading, call: number): void {
    const { calls, scanner, standing } = reading;
    const isChild = calls.at(-1) === this.call;
    calls.push(call);
    if (call === this.call) {
      this.site ??= this.resolver.resolve(scanner.payload);
      standing.site = standing.position = this.site;
      this.add(reading);
    } else if (isChild) this.addChild(reading, call);
  }

  /** Something else than a begin or an end. */
  private note(reading: Reading): void {
    const { standing } = reading;
    const { kind, payload } = reading.scanner;
    const site = siteOfEvent(kind, payload, this.resolver);
    if (kind === K.RESUME) standing.site = this.site ??= this.resolver.resolve(payload);
    else if (site && !NO_PLACE.has(kind) && site.function === standing.site?.function) standing.position = site;
    if (!SILENT.has(kind)) this.add(reading);
  }

  /** A frame leaves the stack; with UNWIND as many as there are. */
  private leave(reading: Reading): void {
    const { calls, pending, scanner, standing } = reading;
    const { kind, payload } = scanner;
    const sleeps = kind === K.SUSPEND || kind === K.SUSPEND_VALUE;
    for (let left = kind === K.UNWIND ? payload : 1; left > 0 && calls.length > 0; left--) {
      const ended = calls.pop()!;
      if (!sleeps) this.children.get(ended)?.endedAt(reading, pending.get(ended));
      if (ended !== this.call) continue;
      this.hasEnded ||= !sleeps;
      if (sleeps) standing.position = this.resolver.resolve(payload) ?? standing.position;
      if (kind !== K.UNWIND) this.add(reading);
    }
    if (kind === K.UNWIND && calls.at(-1) === this.call) this.add(reading);
  }

  private add({ view, again, scanner, pending, standing, steps }: Reading): void {
    const { event, kind, payload } = scanner;
    const site = siteOfEvent(kind, payload, this.resolver);
    steps.push(ownStep({ view, again }, { event, standing, site, returned: pending.get(this.call) }));
  }

  private addChild({ view, scanner, standing, steps }: Reading, call: number): void {
    const { event, payload } = scanner;
    const place = standing.position ?? standing.site;
    const child = new Child(call);
    this.children.set(call, child);
    steps.push({
      event,
      timeNs: view.timeOf(event),
      kind: 'call',
      file: place?.file ?? '',
      line: place?.line ?? 0,
      column: place?.column ?? 0,
      site: -1,
      name: this.resolver.resolve(payload)?.function.name ?? '(unknown)',
      operator: '',
      value: undefined,
      hasValue: false,
      arguments: undefined,
      child,
    });
  }
}

class Child implements ChildCall {
  readonly call: number;
  outcome: string | undefined;
  endEvent = -1;
  endNs = -1;
  private read: (() => Value) | undefined;

  constructor(call: number) {
    this.call = call;
  }

  get result(): Value {
    return this.read?.();
  }

  endedAt({ view, again, scanner: { kind, event } }: Reading, pending: number | undefined): void {
    this.outcome = OUTCOMES.get(kind) ?? 'returned';
    this.endEvent = event;
    this.endNs = view.timeOf(event);
    const returned = kind === K.LEAVE_PENDING ? pending : event;
    if (this.outcome === 'returned') this.read = () => lastValue(again(), returned);
  }
}

/** The last value of an event, as it was then. */
function lastValue(view: ChunkView | undefined, event: number | undefined): Value {
  if (!view || event === undefined) return undefined;
  return valueThen(view, view.event(event - view.firstEvent).values.at(-1), event);
}

function thenIn(view: ChunkView | undefined, value: Value, event: number): Value {
  return view ? valueThen(view, value, event) : value;
}

/** What is known of an event of a call's own besides what stands in it. */
interface OwnFacts {
  event: number;
  standing: Standing;
  site: Site | undefined;
  /** Event with the value that a pending return gives. */
  returned: number | undefined;
}

/** What an event of a call's own did. */
export function ownStep(
  { view, again }: Pick<Reading, 'view' | 'again'>,
  { event, standing, site, returned }: OwnFacts,
): CallStep {
  const lazy = view.event(event - view.firstEvent);
  const valueEvent = lazy.kind === K.LEAVE_PENDING ? returned : event;
  return new OwnStep(lazy, {
    timeNs: view.timeOf(event),
    standing,
    site,
    value: () => lastValue(again(), valueEvent),
    asThen: (value) => thenIn(again(), value, event),
  });
}

interface StepFacts extends Pick<OwnFacts, 'standing' | 'site'> {
  timeNs: number;
  value: () => Value;
  asThen: (value: Value) => Value;
}

/** An event of a call's own. Its values are decoded when they are first asked for. */
class OwnStep implements CallStep {
  readonly event: number;
  readonly timeNs: number;
  readonly kind: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly site: number;
  readonly name: string;
  readonly operator: string;
  readonly hasValue: boolean;
  readonly child = undefined;
  private readonly isEnter: boolean;
  private readonly lazy: LazyEvent;
  private readonly facts: Pick<StepFacts, 'value' | 'asThen'>;
  private known: { value: Value } | undefined;

  constructor(lazy: LazyEvent, { timeNs, standing, site, value, asThen }: StepFacts) {
    const { kind } = lazy;
    const isLeave = kind >= K.LEAVE_VALUE && kind <= K.LEAVE_PENDING && kind !== K.LEAVE_THROW;
    const isOwn = site !== undefined && site.function === standing.site?.function;
    const place = (isOwn ? site : standing.position) ?? standing.site;
    this.event = lazy.event;
    this.timeNs = timeNs;
    this.kind = eventName(kind);
    this.file = place?.file ?? '';
    this.line = place?.line ?? 0;
    this.column = place?.column ?? 0;
    this.site = isOwn ? site.index : -1;
    this.name = (site && nameOfSite(site)) ?? '';
    this.operator = (site && describeSite(site).operator) ?? '';
    this.isEnter = kind <= K.ENTER_MANY;
    this.hasValue = isLeave || (!this.isEnter && lazy.values.length > 0);
    this.lazy = lazy;
    this.facts = { value, asThen };
  }

  get value(): Value {
    this.known ??= { value: this.hasValue ? this.facts.value() : undefined };
    return this.known.value;
  }

  get arguments(): readonly Value[] | undefined {
    return this.isEnter ? this.lazy.values.map(this.facts.asThen) : undefined;
  }
}
