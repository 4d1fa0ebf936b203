import { H, K } from '@execution-cinema/format';
import { chunkView } from '../../read/chunk-view.ts';
import { chunkOfCall, chunkOfEvent } from '../../read/chunks.ts';
import { callStart, type CallStart } from '../../read/async-callers.ts';
import type { SeekLookup } from '../../read/past.ts';
import type { Recording } from '../../read/recording.ts';
import type { Site } from '../../read/sites.ts';
import type { Value } from '@execution-cinema/format';

/** A call with its beginning and, as far as recorded, its end. */
export interface CallSpan {
  call: number;
  site: Site | undefined;
  start: number;
  /** Event that ended it, -1 while it is open. */
  end: number;
  threw: boolean;
}

/** Chunks looked through for the calls that a call has made. */
const CHUNKS_MAX = 64;

/**
 * Calls that `caller` made before event `before`, newest first, with their ends as far as they lie before it.
 */
export function callsBy(recording: Recording, thread: number, caller: number, before: number): CallSpan[] {
  const chunks = recording.chunks(thread);
  const birth = Math.max(0, chunkOfCall(chunks, caller));
  const last = chunkOfEvent(chunks, before);
  const open = new Map<number, CallSpan>();
  const found: CallSpan[] = [];
  const resolver = recording.resolver(thread);
  for (let at = Math.max(birth, last - CHUNKS_MAX); at <= last; at++) {
    const chunk = recording.tryChunk(thread, chunks[at]!);
    if (typeof chunk === 'string') continue;
    const { header, words } = chunk;
    const stack = header.frames.map(({ call }) => call);
    let next = header.nextCall;
    chunk.scan((scanner) => {
      const { kind, payload, event } = scanner;
      if (event > before) return;
      const end = (threw: boolean): void => {
        const span = open.get(stack.pop() ?? 0);
        if (span) Object.assign(span, { end: event, threw });
      };
      if (kind <= K.ENTER_MANY) {
        if (stack.at(-1) === caller) {
          const span = { call: next, site: resolver.resolve(payload), start: event, end: -1, threw: false };
          open.set(next, span);
          found.push(span);
        }
        stack.push(next++);
      } else if (kind === K.UNWIND) for (let i = 0; i < payload; i++) end(true);
      else if (kind < K.SUSPEND && kind !== K.RETURN_VALUE) end(kind === K.LEAVE_THROW);
      else if (kind === K.SUSPEND || kind === K.SUSPEND_VALUE) stack.pop();
      else if (kind === K.RESUME) stack.push(H.u53(words[scanner.operands]!, words[scanner.operands + 1]!));
    });
  }
  return found.reverse();
}

/** The value with which a call ended at event `end`; a pending return is looked up. */
export function resultOf(
  recording: Recording,
  thread: number,
  end: number,
): { value: Value; chunk: number } | undefined {
  const chunks = recording.chunks(thread);
  const info = chunks[chunkOfEvent(chunks, end)];
  const view = info && chunkView(recording, thread, info);
  if (!view || end < view.firstEvent || end >= view.endEvent) return undefined;
  const event = view.event(end - view.firstEvent);
  if (event.kind === K.LEAVE_UNDEFINED) return { value: undefined, chunk: info.chunk };
  if (event.kind === K.LEAVE_PENDING) {
    for (let at = end - view.firstEvent - 1; at >= 0; at--) {
      const earlier = view.event(at);
      if (earlier.kind === K.RETURN_VALUE) return { value: earlier.values[0], chunk: info.chunk };
    }
    return undefined;
  }
  return event.kind === K.LEAVE_VALUE || event.kind === K.LEAVE_SMI
    ? { value: event.values[0], chunk: info.chunk }
    : undefined;
}

export function startOf(recording: Recording, thread: number, call: number): CallStart | undefined {
  return callStart(recording, thread, call);
}

/** Event that ended a call, undefined while it is open or when that is not stored. */
export function endOf(
  recording: Recording,
  index: SeekLookup | undefined,
  thread: number,
  call: number,
): number | undefined {
  const chunks = recording.chunks(thread);
  const birth = chunkOfCall(chunks, call);
  if (birth < 0) return undefined;
  for (let at = birth; at < chunks.length;) {
    const chunk = recording.tryChunk(thread, chunks[at]!);
    let end: number | undefined;
    if (typeof chunk !== 'string') {
      const { header, words } = chunk;
      const stack = header.frames.map((frame) => frame.call);
      let next = header.nextCall;
      chunk.scan((scanner) => {
        const { kind, payload } = scanner;
        if (kind <= K.ENTER_MANY) stack.push(next++);
        else if (kind === K.UNWIND) {
          if (stack.splice(Math.max(0, stack.length - payload)).includes(call)) end ??= scanner.event;
        } else if (kind < K.SUSPEND && kind !== K.RETURN_VALUE) {
          if (stack.pop() === call) end ??= scanner.event;
        } else if (kind === K.SUSPEND || kind === K.SUSPEND_VALUE) stack.pop();
        else if (kind === K.RESUME) stack.push(H.u53(words[scanner.operands]!, words[scanner.operands + 1]!));
      });
    }
    if (end !== undefined) return end;
    const chunkNumber = index?.actionChunk(thread, call, chunks[at]!.chunk, 'after');
    if (chunkNumber === undefined) at++;
    else {
      at = chunkNumber < 0 ? chunks.length : chunks.findIndex((info) => info.chunk >= chunkNumber);
      if (at < 0) return undefined;
    }
  }
  return undefined;
}
