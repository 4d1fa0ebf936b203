import { CAUSE_CODES, EventScanner, K } from '@execution-cinema/format';
import { nextEvent } from './chunk-view.ts';
import { chunkOfCall } from './chunks.ts';
import type { Recording } from './recording.ts';
import type { Frame } from './replay.ts';
import type { Site } from './sites.ts';
import type { AsyncCaller } from './state.ts';

/** Callers that are followed; each may cost a look at another chunk. */
const CALLERS_MAX = 12;

/** How a call came to be. */
export interface CallStart {
  event: number;
  site: Site | undefined;
  /** Call on top of the stack then, 0 for none, -1 when that is not stored. */
  parent: number;
  cause: (typeof CAUSE_CODES)[number] | undefined;
  causeCall: number;
}

/** How a call began, undefined when that is not stored. */
export function callStart(recording: Recording, thread: number, call: number): CallStart | undefined {
  const chunks = recording.chunks(thread);
  const info = chunks[chunkOfCall(chunks, call)];
  const chunk = info && recording.tryChunk(thread, info);
  if (!chunk || typeof chunk === 'string') return undefined;
  const { header, words } = chunk;
  const stack = header.frames.map((frame) => frame.call);
  let next = header.nextCall;
  const scanner = new EventScanner(words, header);
  while (nextEvent(scanner)) {
    const { kind, payload } = scanner;
    if (kind <= K.ENTER_MANY) {
      if (next === call) {
        return {
          event: scanner.event,
          site: recording.resolver(thread).resolve(payload),
          parent: stack.at(-1) ?? (header.framesOmitted > 0 ? -1 : 0),
          cause: CAUSE_CODES[scanner.causeCode],
          causeCall: scanner.causeCode >= 0 ? scanner.causeCall : 0,
        };
      }
      stack.push(next++);
    } else if (kind === K.UNWIND) stack.length -= Math.min(payload, stack.length);
    else if (kind < K.RESUME && kind !== K.RETURN_VALUE) stack.pop();
    else if (kind === K.RESUME) {
      const at = scanner.operands;
      stack.push((words[at + 1]! >>> 0) * 2 ** 32 + (words[at]! >>> 0));
    }
  }
  return undefined;
}

/** The calls that led to the outermost one on the stack: what awaits it, or scheduled it, and so on. */
export function asyncCallers(
  recording: Recording,
  thread: number,
  root: number,
  asleep: readonly Frame[],
): AsyncCaller[] {
  const result: AsyncCaller[] = [];
  let start = root > 0 ? callStart(recording, thread, root) : undefined;
  while (start && result.length < CALLERS_MAX) {
    const call = start.parent > 0 ? start.parent : start.causeCall;
    if (call <= 0) break;
    const cause = start.parent > 0 ? 'call' : (start.cause ?? 'unknown');
    start = callStart(recording, thread, call);
    const site = asleep.find((frame) => frame.call === call)?.sleeping?.site ?? start?.site;
    const name = site?.function.name ?? '(unknown)';
    result.push({ call, function: name, file: site?.file ?? '', line: site?.line ?? 0, cause });
  }
  return result;
}
