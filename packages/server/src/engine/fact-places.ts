/* Where facts of the lists happened: their rows know calls, not lines. */
import { splitCallId } from '@execution-cinema/format';
import { framePlacer, standingAt, type FramePlacer, type SeekLookup, type Standing } from '@execution-cinema/store';
import type { Place } from '../protocol.ts';
import type { EngineContext } from './context.ts';
import { flowFinder } from './flows.ts';
import type { Job } from './job.ts';
import { lookupAt } from './state.ts';
import { placeOf } from './views/state-view.ts';

/** Places are looked for so long; facts further down have none. */
const TIME_LIMIT_MS = 200;

/** A fact by its moment; `callId` null: it belongs to no call. */
interface Fact {
  thread: number;
  event: number;
  callId: number | null;
}

/** Finds places of facts that are asked for in the order of time. */
export class FactPlaces {
  private readonly context: EngineContext;
  private readonly job: Job;
  private readonly endMs = performance.now() + TIME_LIMIT_MS;
  private readonly placer: FramePlacer;
  private readonly lookups = new Map<number, SeekLookup>();

  /** `facts` are those that will be asked for. */
  constructor(context: EngineContext, job: Job, facts: readonly Fact[]) {
    this.context = context;
    this.job = job;
    this.placer = framePlacer(flowFinder(job));
    for (const { thread, event } of facts) this.lookups.set(thread, lookupAt(context, { thread, event }, job));
  }

  /** Where the call of something that was written to a stream stood. */
  ofOutput(fact: Fact): Place | null {
    return this.of(fact, this.standing(fact, 0));
  }

  /** Where an exception was thrown, or came from in the function of which it is known. */
  ofException(fact: Fact, stack: string | null, code: Code | null): Place | null {
    const before = this.standing(fact, -1);
    const after = this.standing(fact, 0);
    if (after?.kind === 'throw') return this.of(fact, after);
    return (stack !== null && code && placeInStack(stack, code)) || this.of(fact, before);
  }

  private of({ callId }: Fact, standing: Standing | undefined): Place | null {
    const isIts = standing !== undefined && callId !== null && splitCallId(callId).call === standing.call;
    return isIts && standing.file !== '' ? placeOf(standing) : null;
  }

  private standing({ thread, event }: Fact, offset: number): Standing | undefined {
    if (performance.now() > this.endMs) return undefined;
    this.job.checkpoint();
    try {
      return standingAt(this.context.recording, thread, event + offset, this.lookups.get(thread)!, this.placer);
    } catch {
      // Not stored any more, or no time to look for what lies before its chunk.
      return undefined;
    }
  }
}

/** Lines of a function. */
interface Code {
  file: string;
  line: number;
  endLine: number;
}

const STACK_PLACE = /\(?((?:file:\/\/)?[^\s()]+):(\d+):(\d+)\)?$/;

/** The first line of a stack trace that lies in a function: what V8 threw by itself has no event, but a trace. */
export function placeInStack(stack: string, { file, line: from, endLine }: Code): Place | null {
  for (const text of stack.split('\n').slice(1)) {
    const [, path, line, column] = STACK_PLACE.exec(text) ?? [];
    if (path === undefined || !(path === file || path.endsWith(`/${file}`))) continue;
    const at = Number(line);
    // A trace counts from 1.
    return at >= from && at <= endLine ? { file, line: at, column: Number(column) - 1 } : null;
  }
  return null;
}
