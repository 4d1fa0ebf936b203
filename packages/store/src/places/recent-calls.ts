import { K, type FunctionKind } from '@execution-cinema/format';
import type { ChunkView } from '../read/chunk-view.ts';
import { namesSite } from '../read/event-list.ts';
import { isExecuted } from '../read/chunk-replay.ts';
import type { Frame } from '../read/replay.ts';
import type { SiteResolver } from '../read/sites.ts';

/** What a frame did between two events of its own. */
export interface BetweenEvents {
  /** Site of its last own event; undefined when that lies before what was looked at. */
  site: number | undefined;
  /** What it called since, oldest first; the last may be going on. */
  calls: RecentCall[];
}

/** Site of the next own event of a frame, or that it ends without one; undefined where it was not looked for so far. */
export type NextEvent = number | 'end' | undefined;

export interface RecentCall {
  /** `call`: a function began. `resume`: a generator went on. `log`: something was written to a stream. */
  kind: 'call' | 'resume' | 'log';
  /** Site of the function. */
  site: number;
}

/** Events that are looked at for one frame and for all, and calls of one that are kept: all are for what lies close. */
const EVENTS_OF_FRAME_MAX = 10_000;
const EVENTS_MAX = 20_000;
const CALLS_MAX = 64;

/**
 * What the frames on the stack (innermost first) have done just after `event` since their last own events, as far as the
 * chunk tells. Frames further out than that are left out.
 */
export function sinceOwnEvents(
  view: ChunkView,
  resolver: SiteResolver,
  event: number,
  frames: readonly Frame[],
): BetweenEvents[] {
  const result: BetweenEvents[] = [];
  const first = view.firstEvent;
  const { words } = view;
  let at = Math.min(event, view.endEvent - 1);
  let left = EVENTS_MAX;
  /** How the frame above came on the stack. */
  let last: RecentCall | undefined;
  for (const frame of frames) {
    const since: BetweenEvents = { site: undefined, calls: last ? [last] : [] };
    result.push(since);
    const own = resolver.functionOf(frame.siteId);
    const begin = isNeverResumed(frame) ? frame.startEvent : -1;
    let isOver = false;
    /** Frames above this one. */
    let above = 0;
    last = undefined;
    for (let ofFrame = EVENTS_OF_FRAME_MAX; !last && at >= first && left > 0; at--, left--) {
      if (isOver || ofFrame-- === 0) {
        // What it did before does not matter, or is too far.
        if (begin < first) break;
        at = begin;
        above = 0;
      }
      const head = words[view.head(at - first)]!;
      const kind = K.kindOf(head);
      const payload = head >>> 8;
      if (kind <= K.ENTER_MANY || kind === K.RESUME) {
        const call: RecentCall = { kind: kind === K.RESUME ? 'resume' : 'call', site: payload };
        if (above === 0) {
          if (!isOver && kind !== K.RESUME) since.site = payload;
          last = call;
        } else if (--above === 0 && !isOver) keep(since.calls, call);
      } else if (kind <= K.SUSPEND_VALUE) {
        if (kind !== K.RETURN_VALUE) above += kind === K.UNWIND ? payload : 1;
      } else if (above === 0 && !isOver) {
        if (kind === K.LOG) keep(since.calls, { kind: 'log', site: NO_SITE });
        else if (namesSite(kind) && isExecuted(kind) && resolver.functionOf(payload) === own) {
          since.site = payload;
          isOver = true;
        }
      }
    }
    since.calls.reverse();
    if (!last) break;
  }
  return result;
}

const NO_SITE = -1;

function keep(calls: RecentCall[], call: RecentCall): void {
  if (calls.length < CALLS_MAX) calls.push(call);
}

/**
 * The next own events of these frames after `event`, as far as they are close. Those whose next event matters are said by
 * their places, from the innermost.
 */
export function nextOwnEvents(
  view: ChunkView,
  resolver: SiteResolver,
  event: number,
  frames: readonly Frame[],
  wanted: readonly number[],
): NextEvent[] {
  const result: NextEvent[] = [];
  const most = wanted.reduce((a, b) => Math.max(a, b), -1);
  const first = view.firstEvent;
  const end = Math.min(view.endEvent, event + 1 + FOLLOWING_MAX);
  let place = 0;
  let above = 0;
  for (let at = event + 1; at < end && place <= most; at++) {
    const head = view.words[view.head(at - first)]!;
    const kind = K.kindOf(head);
    const payload = head >>> 8;
    if (kind <= K.ENTER_MANY || kind === K.RESUME) above++;
    else if (kind <= K.SUSPEND_VALUE && kind !== K.RETURN_VALUE) {
      for (let left = kind === K.UNWIND ? payload : 1; left > 0; left--) {
        if (above > 0) above--;
        else {
          // What ends by an exception could have done so anywhere.
          if (result[place] === undefined && !ENDS_ANYWHERE.has(kind))
            result[place] = namesSite(kind) ? payload : 'end';
          place++;
        }
      }
    } else if (above === 0 && namesSite(kind) && isExecuted(kind) && isOwn(resolver, payload, frames[place]!)) {
      result[place] ??= payload;
      if (place === most) break;
    }
  }
  return result;
}

/** Events after the moment that are looked at. */
const FOLLOWING_MAX = 5_000;

const ENDS_ANYWHERE: ReadonlySet<number> = new Set([K.LEAVE_THROW, K.LEAVE_CLOSED, K.UNWIND]);

const PLAIN: ReadonlySet<FunctionKind> = new Set<FunctionKind>([
  'function',
  'arrow',
  'method',
  'getter',
  'setter',
  'constructor',
  'static block',
]);

/** Whether the frame came on the stack where it began. */
function isNeverResumed({ site }: Frame): boolean {
  return site !== undefined && PLAIN.has(site.function.kind);
}

function isOwn(resolver: SiteResolver, site: number, frame: Frame): boolean {
  const own = resolver.functionOf(site);
  return own > 0 && own === resolver.functionOf(frame.siteId);
}
