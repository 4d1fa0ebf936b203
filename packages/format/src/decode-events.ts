import * as K from './event-kinds.ts';
import * as H from './chunk-layout.ts';
import { ChunkTables, ValueDecoder } from './decode-value.ts';
import { skipValue, skipValues, type Definitions } from './skip.ts';
import { FORMAT_VERSION, FORMAT_VERSION_MIN } from './version.ts';
import type { Value } from './value.ts';

export interface OpenFrame {
  site: number;
  call: number;
  /** Shared scope instance that the frame closes over (0 none). */
  scope: number;
}

export interface ChunkHeader {
  chunk: number;
  firstEvent: number;
  nextCall: number;
  startNs: number;
  dropped: number;
  dropReason: (typeof H.DROP_REASONS)[number];
  nextScope: number;
  nextObject: number;
  frames: OpenFrame[];
  framesOmitted: number;
  correlation: number;
  clockErrorNs: number;
  headerWords: number;
}

/** Reads a chunk's header. Throws RangeError naming what is wrong when it is not a chunk of this format. */
export function readChunkHeader(words: Int32Array): ChunkHeader {
  if (words.length < H.HEADER_FIXED_WORDS)
    throw new RangeError(`chunk has ${words.length} words, expected at least ${H.HEADER_FIXED_WORDS}`);
  if (words[H.H_MAGIC] !== H.CHUNK_MAGIC) throw new RangeError('not a chunk: wrong magic word');
  const version = words[H.H_VERSION]!;
  if (version < FORMAT_VERSION_MIN || version > FORMAT_VERSION)
    throw new RangeError(`chunk of format ${version}, expected ${FORMAT_VERSION_MIN} to ${FORMAT_VERSION}`);
  const at = (index: number): number => words[index]!;
  const pair = (index: number): number => H.u53(at(index), at(index + 1));
  const frames: OpenFrame[] = [];
  const count = at(H.H_FRAMES);
  const headerWords = at(H.H_WORDS);
  if (headerWords !== H.HEADER_FIXED_WORDS + count * H.HEADER_FRAME_WORDS || headerWords > words.length) {
    throw new RangeError(`chunk header of ${headerWords} words does not fit ${count} frames`);
  }
  for (let i = 0, p = H.HEADER_FIXED_WORDS; i < count; i++, p += H.HEADER_FRAME_WORDS) {
    frames.push({ site: at(p), call: pair(p + 1), scope: at(p + 3) >>> 0 });
  }
  return {
    chunk: at(H.H_CHUNK),
    firstEvent: pair(H.H_FIRST_EVENT),
    nextCall: pair(H.H_NEXT_CALL),
    startNs: pair(H.H_START_NS),
    dropped: pair(H.H_DROPPED),
    dropReason: H.DROP_REASONS[at(H.H_DROP_REASON)] ?? 'none',
    nextScope: at(H.H_NEXT_SCOPE) >>> 0,
    nextObject: at(H.H_NEXT_OBJECT) >>> 0,
    frames,
    framesOmitted: at(H.H_FRAMES_OMITTED),
    correlation: pair(H.H_CORRELATION),
    clockErrorNs: at(H.H_CLOCK_ERROR_NS),
    headerWords,
  };
}

/**
 * Walks the events of one chunk without decoding values (the fast way: indexes, counts). After `next()` returned true:
 * `kind`, `payload`, `event` (sequence number), `at` (word of the header), `operands` (first operand word),
 * `timePoint` (true when a clock reading precedes the event; then `timeNs` is exact), `cause...`.
 */
export class EventScanner {
  /** May be replaced by the same words elsewhere. */
  words: Int32Array;
  readonly end: number;
  position: number;
  kind = 0;
  payload = 0;
  event: number;
  at = 0;
  operands = 0;
  /** Time of the last time point, nanoseconds since the recording began. */
  timeNs: number;
  timePoint = false;
  causeCode = -1;
  causeCall = 0;
  causeCorrelation = 0;
  /** Gets what the events hold that later ones refer to, if set. */
  found: Definitions | undefined;

  constructor(words: Int32Array, header: ChunkHeader, end = words.length) {
    this.words = words;
    this.end = end;
    this.position = header.headerWords;
    this.event = header.firstEvent - 1;
    this.timeNs = header.startNs;
  }

  /** Moves to the next event. False at the end. Throws RangeError on an unknown kind. */
  next(): boolean {
    const { words } = this;
    this.timePoint = false;
    this.causeCode = -1;
    for (;;) {
      if (this.position >= this.end) return false;
      const head = words[this.position]!;
      const kind = K.kindOf(head);
      const payload = head >>> 8;
      if (kind >= K.FIRST_EVENT_KIND) {
        this.kind = kind;
        this.at = this.position;
        this.operands = K.operandsOf(head, this.position);
        this.payload = K.payloadOf(head);
        this.event++;
        this.position = skipOperands(words, kind, this.operands, this.found);
        if (this.position > this.end) throw new RangeError(`chunk ends inside an event at word ${this.at}`);
        return true;
      }
      if (kind === K.END) return false;
      if (kind === K.TIME_SHORT) {
        this.timeNs += payload;
        this.timePoint = true;
        this.position += 1;
      } else if (kind === K.TIME_LONG) {
        this.timeNs += H.u53(words[this.position + 1]!, words[this.position + 2]!);
        this.timePoint = true;
        this.position += 3;
      } else if (kind === K.CAUSE) {
        this.causeCode = payload;
        this.causeCall = H.u53(words[this.position + 1]!, words[this.position + 2]!);
        this.causeCorrelation = H.u53(words[this.position + 3]!, words[this.position + 4]!);
        this.position += 5;
      } else {
        throw new RangeError(`unknown event kind ${kind} at word ${this.position}`);
      }
    }
  }
}

/** Position after the operands of an event of `kind` whose operands begin at `position`. Throws RangeError on an unknown kind. */
export function skipOperands(words: Int32Array, kind: number, position: number, found?: Definitions): number {
  if (kind >= K.ENTER_0 && kind < K.ENTER_MANY) return skipValues(words, position, kind - K.ENTER_0, found);
  switch (kind) {
    case K.ENTER_MANY:
      return skipValues(words, position + 1, words[position]!, found);
    case K.LEAVE_UNDEFINED:
    case K.LEAVE_SMI:
    case K.LEAVE_THROW:
    case K.LEAVE_PENDING:
    case K.LEAVE_CLOSED:
    case K.UNWIND:
    case K.SUSPEND:
      return position;
    case K.LEAVE_VALUE:
    case K.RETURN_VALUE:
    case K.SUSPEND_VALUE:
    case K.RESUME_VALUE:
    case K.WRITE:
    case K.EXPRESSION:
    case K.THROW:
    case K.CATCH:
    case K.THIS:
    case K.LOG:
    case K.LOG_INJECTED:
    case K.UNCAUGHT:
      return skipValue(words, position, found);
    case K.RESUME:
    case K.SCOPE_COPY:
      return position + 2;
    case K.SCOPE_OPEN:
      return position + 1;
    case K.SCOPE_LINK:
      return words[position - 1]! >>> 8 === 0 ? position + 1 : position;
    case K.WRITE_SCOPED:
    case K.REQUEST_END:
      return skipValue(words, position + 1, found);
    case K.PROPERTY:
    case K.PROPERTY_DELETE:
    case K.MARK:
      return skipValues(words, position, 2, found);
    case K.PROPERTY_COMPUTED:
      return skipValues(words, position, 3, found);
    case K.MUTATION:
      return skipValues(words, position + 2, 1 + (words[position]! >>> 8), found);
    case K.REQUEST_START:
      return skipValues(words, position + 1, 2, found);
    case K.SEND:
      return position + 4;
    case K.RECEIVE:
      return position + 5;
    case K.REQUEST_SOCKET:
      return skipValues(words, position + 2, 2, found);
    case K.REQUEST_TRACE:
      return position + 1 + K.TRACE_ID_WORDS + K.PARENT_ID_WORDS;
    case K.AGGREGATE:
      return skipValues(words, position + 1, 4, found);
    case K.CORRELATION:
      return skipValue(words, position + 2, found);
    default:
      throw new RangeError(`unknown event kind ${kind} at word ${position - 1}`);
  }
}

/** One decoded event. Fields that a kind does not have are 0, undefined or empty. */
export interface DecodedEvent {
  kind: number;
  payload: number;
  event: number;
  /** Exact when `timeExact`; else the time of the last time point before it (interpolate with `interpolateTimes`). */
  timeNs: number;
  timeExact: boolean;
  /**
   * u32 or u53 operand: call of RESUME, scope instance, request number, correlation, count, channel, operation and values of
   * MUTATION.
   */
  number: number;
  /** Second operand: instance copied from, size after MUTATION, sequence, requests before it. */
  number2: number;
  /** Third operand: number of what was received. */
  number3: number;
  values: Value[];
  causeCode: number;
  causeCall: number;
  causeCorrelation: number;
}

/** Decodes the events of one chunk one by one, values included. `words` may be cut anywhere after a whole event. */
export class EventDecoder {
  private readonly scanner: EventScanner;
  private readonly values: ValueDecoder;

  constructor(words: Int32Array, header = readChunkHeader(words), tables = new ChunkTables()) {
    this.scanner = new EventScanner(words, header);
    this.values = new ValueDecoder(words, 0, tables);
  }

  /** The next event, undefined at the end. Throws RangeError on what is no event. */
  next(): DecodedEvent | undefined {
    const { scanner, values } = this;
    if (!scanner.next()) return undefined;
    const { kind, payload } = scanner;
    const result: DecodedEvent = {
      kind,
      payload,
      event: scanner.event,
      timeNs: scanner.timeNs,
      timeExact: scanner.timePoint,
      number: 0,
      number2: 0,
      number3: 0,
      values: [],
      causeCode: scanner.causeCode,
      causeCall: scanner.causeCall,
      causeCorrelation: scanner.causeCorrelation,
    };
    values.position = scanner.operands;
    decodeOperands(values, kind, payload, result);
    return result;
  }
}

/** All events of one chunk, see `EventDecoder`. */
export function* decodeEvents(
  words: Int32Array,
  header = readChunkHeader(words),
  tables = new ChunkTables(),
): Generator<DecodedEvent> {
  const decoder = new EventDecoder(words, header, tables);
  for (let event = decoder.next(); event; event = decoder.next()) yield event;
}

/** Reads the operands of an event of `kind` at the decoder's position into `result`. */
export function decodeOperands(
  decoder: ValueDecoder,
  kind: number,
  payload: number,
  result: Pick<DecodedEvent, 'number' | 'number2' | 'number3' | 'values'>,
): void {
  if (kind >= K.ENTER_0 && kind < K.ENTER_MANY) return readValues(decoder, kind - K.ENTER_0, result);
  switch (kind) {
    case K.ENTER_MANY:
      return readValues(decoder, readU32(decoder), result);
    case K.LEAVE_SMI:
      result.values = [(payload << 8) >> 8];
      return;
    case K.RESUME:
      result.number = readPair(decoder);
      return;
    case K.SCOPE_OPEN:
      result.number = readU32(decoder);
      return;
    case K.SCOPE_LINK:
      result.number = K.linkedInstance(decoder.words, decoder.position);
      return;
    case K.SCOPE_COPY:
      result.number = readU32(decoder);
      result.number2 = readU32(decoder);
      return;
    case K.WRITE_SCOPED:
    case K.REQUEST_END:
      result.number = readU32(decoder);
      return readValues(decoder, 1, result);
    case K.MUTATION:
      result.number = readU32(decoder);
      result.number2 = readU32(decoder);
      return readValues(decoder, 1 + (result.number >>> 8), result);
    case K.REQUEST_START:
      result.number = readU32(decoder);
      return readValues(decoder, 2, result);
    case K.SEND:
    case K.RECEIVE:
      result.number = readPair(decoder);
      result.number2 = readPair(decoder);
      if (kind === K.RECEIVE) result.number3 = readU32(decoder);
      return;
    case K.REQUEST_SOCKET:
      result.number = readU32(decoder);
      result.number2 = readU32(decoder);
      return readValues(decoder, 2, result);
    case K.REQUEST_TRACE:
      result.number = readU32(decoder);
      result.values = [readHex(decoder, K.TRACE_ID_WORDS), readHex(decoder, K.PARENT_ID_WORDS)];
      return;
    case K.AGGREGATE:
      result.number = readU32(decoder);
      return readValues(decoder, 4, result);
    case K.CORRELATION:
      result.number = readPair(decoder);
      return readValues(decoder, 1, result);
    case K.PROPERTY:
    case K.PROPERTY_DELETE:
    case K.MARK:
      return readValues(decoder, 2, result);
    case K.PROPERTY_COMPUTED:
      return readValues(decoder, 3, result);
    case K.LEAVE_VALUE:
    case K.RETURN_VALUE:
    case K.SUSPEND_VALUE:
    case K.RESUME_VALUE:
    case K.WRITE:
    case K.EXPRESSION:
    case K.THROW:
    case K.CATCH:
    case K.THIS:
    case K.LOG:
    case K.LOG_INJECTED:
    case K.UNCAUGHT:
      return readValues(decoder, 1, result);
    default:
      return;
  }
}

// Functions of the module, not of `decodeOperands`: making them for every event would cost more than most events.

function readU32(decoder: ValueDecoder): number {
  return decoder.words[decoder.position++]! >>> 0;
}

function readPair(decoder: ValueDecoder): number {
  const low = readU32(decoder);
  return H.u53(low, readU32(decoder));
}

/** Most events have one or two values: a list of their number is a tenth of one that grows. */
function readValues(decoder: ValueDecoder, count: number, result: Pick<DecodedEvent, 'values'>): void {
  if (count === 1) result.values = [decoder.read()];
  else if (count === 2) result.values = [decoder.read(), decoder.read()];
  else for (let i = 0; i < count; i++) result.values.push(decoder.read());
}

function readHex(decoder: ValueDecoder, words: number): string {
  let text = '';
  for (let i = 0; i < words; i++) text += readU32(decoder).toString(16).padStart(8, '0');
  return text;
}
