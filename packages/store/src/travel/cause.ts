import { K, type EventScanner } from '@execution-cinema/format';
import { chunkOfCall, chunkOfEvent, chunkOfTime } from '../read/chunks.ts';
import type { Moment } from '../read/moments.ts';
import { lastReceipt, receivedAt, sentBy } from './links.ts';
import { ThreadSearch } from './thread-search.ts';

/**
 * What the outermost call on the stack runs for at a moment: where it fell asleep, if it was resumed since; else the
 * last moment of the call that scheduled it; for what the event loop called for a message, and for the arrival of one, where
 * that was sent; for an incoming request when it arrived; for the first code of a thread, when the thread was started.
 */
export function causeOf(search: ThreadSearch, event: number): Moment | undefined {
  const { thread, recording } = search;
  const arrived = receivedAt(recording, { thread, event });
  if (arrived) return sentBy(recording, thread, arrived);
  const { stack, ended, actor } = search.trackAt(event);
  // Where the event has taken the last call off the stack, it is about that one: it ended, or fell asleep.
  const root = stack[0] ?? ended.at(-1) ?? actor;
  if (!root) return undefined;
  const begun = beginOfRun(search, root.call, event);
  if (!begun) return startOfThread(search, root.call);
  if (begun.resumed) return momentBefore(search, departure(search, root.call, begun.event));
  if (begun.causeCall > 0) return momentBefore(search, departure(search, begun.causeCall, begun.event));
  return arrivalOf(search, begun) ?? startOfThread(search, root.call, thread);
}

/** What the event loop called a function for: where the message was sent that had arrived, or the moment a request came in. */
function arrivalOf(search: ThreadSearch, { event, correlation }: Begun): Moment | undefined {
  if (correlation < K.NAMED_CORRELATION_FIRST) return undefined;
  const { recording, thread } = search;
  const number = correlation - K.NAMED_CORRELATION_FIRST;
  const message = lastReceipt(recording, thread, { from: 0, to: event - 1, number });
  if (message) return sentBy(recording, thread, message);
  const { chunks } = search;
  const start = chunkOfEvent(chunks, event);
  for (let at = start; at >= 0 && at > start - CHUNKS_MAX; at--) {
    let found: number | undefined;
    search.walk(at, (scanner) => {
      if (scanner.event >= event) return true;
      if (scanner.kind === K.REQUEST_START && scanner.payload === INCOMING && numberOf(scanner) === number) {
        found = scanner.event;
      }
      return false;
    });
    if (found !== undefined) return { thread, event: found };
  }
  return undefined;
}

/** A thread that was made says by whom within its first events. */
const STARTS_WITHIN = 4;
/** Direction of a REQUEST_START. */
const INCOMING = 0;
/** Chunks that are looked through for the arrival of a request. */
const CHUNKS_MAX = 256;

function numberOf({ words, operands }: EventScanner): number {
  return words[operands]! >>> 0;
}

/** How the outermost call was put on the stack. */
interface Begun {
  event: number;
  resumed: boolean;
  causeCall: number;
  /** Of the chain that it was called for, 0 when that is not known. */
  correlation: number;
}

/** The event with which the outermost call was put on the stack last. */
function beginOfRun(search: ThreadSearch, call: number, event: number): Begun | undefined {
  const birth = Math.max(0, chunkOfCall(search.chunks, call));
  for (let at = search.chunkAt(event); at >= birth; at = chunkBefore(search, call, at, birth)) {
    const found: Begun[] = [];
    search.walk(at, (scanner, track) => {
      if (scanner.event > event) return true;
      if (track.actor?.call !== call || track.top !== track.actor) return false;
      const resumed = scanner.kind === K.RESUME;
      if (!resumed && scanner.kind > K.ENTER_MANY) return false;
      const isCaused = scanner.causeCode >= 0;
      found.push({
        event: scanner.event,
        resumed,
        causeCall: isCaused ? scanner.causeCall : 0,
        correlation: isCaused ? scanner.causeCorrelation : 0,
      });
      return false;
    });
    const last = found.at(-1);
    if (last) return last;
  }
  return undefined;
}

/** The chunk before this one in which a call did something; -1 when there is none. */
function chunkBefore(search: ThreadSearch, call: number, at: number, birth: number): number {
  if (at <= birth) return -1;
  const chunk = search.index?.actionChunk(search.thread, call, search.chunks[at]!.chunk, 'before');
  if (chunk === undefined) return at - 1;
  return Math.max(birth, chunk < 0 ? birth : search.chunks.findLastIndex((info) => info.chunk <= chunk));
}

/** The last event before another one at which a call fell asleep or ended. */
function departure(search: ThreadSearch, call: number, before: number): number | undefined {
  const birth = chunkOfCall(search.chunks, call);
  if (birth < 0) return undefined;
  for (let at = search.chunkAt(before); at >= birth; at = chunkBefore(search, call, at, birth)) {
    const found: number[] = [];
    search.walk(at, (scanner, track) => {
      if (scanner.event >= before) return true;
      const left =
        track.ended.some((frame) => frame.call === call) ||
        ((scanner.kind === K.SUSPEND || scanner.kind === K.SUSPEND_VALUE) && track.actor?.call === call);
      if (left) found.push(scanner.event);
      return false;
    });
    const last = found.at(-1);
    if (last !== undefined) return last;
  }
  return undefined;
}

/** The moment before an event: the call that the event takes off the stack is still on top. */
function momentBefore(search: ThreadSearch, event: number | undefined): Moment | undefined {
  return event !== undefined && search.isStored(event - 1) ? { thread: search.thread, event: event - 1 } : undefined;
}

/** Of the first call of a thread: where the thread was made; where that is not stored, what its maker did when it began. */
function startOfThread(search: ThreadSearch, call: number, thread = search.thread): Moment | undefined {
  const { recording } = search;
  if (call !== 1) return undefined;
  const { firstEvent = 0, events = 0 } = search.chunks[0] ?? {};
  const begin = lastReceipt(recording, thread, {
    from: firstEvent,
    to: Math.min(firstEvent + events, STARTS_WITHIN),
    number: 0,
  });
  const made = begin && sentBy(recording, thread, begin);
  if (made) return made;
  const row = recording.threads().find(({ id }) => id === thread);
  if (!row || row.parentId === null) return undefined;
  const chunks = recording.chunks(row.parentId);
  const info = chunks[chunkOfTime(chunks, row.startNs)];
  if (!info) return undefined;
  const event = recording.chunk(row.parentId, info).eventAt(row.startNs);
  return event === undefined ? undefined : { thread: row.parentId, event };
}

/** The first moment after this one at which a call begins that the call on top has scheduled. */
export function effectOf(search: ThreadSearch, event: number): Moment | undefined {
  const { thread, chunks, index } = search;
  const call = search.trackAt(event).top?.call;
  if (call === undefined) return undefined;
  const found = search.forward(
    event,
    (scanner) => scanner.kind <= K.ENTER_MANY && scanner.causeCode >= 0 && scanner.causeCall === call,
    (from) => {
      const chunk = from < 0 ? undefined : index?.effectChunk(thread, call, chunks[from]!.chunk);
      if (chunk === undefined) return search.nextChunk(from);
      return chunks.findIndex((info) => info.chunk >= chunk);
    },
  );
  return found === undefined ? undefined : { thread, event: found };
}
