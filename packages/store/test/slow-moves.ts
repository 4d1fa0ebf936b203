import { K, type DecodedEvent, type ModuleSites } from '@execution-cinema/format';
import type { MoveOptions } from '../src/travel/types.ts';
import { BASE } from './make-recording.ts';

/*
 * Moves the slow way: every event of the thread is written down with what a debugger would show after it, and a move
 * searches that list from one end to the other. None of the reading library's code is used.
 */

interface Shown {
  event: number;
  kind: number;
  payload: number;
  scope: number;
  causeCall: number;
  /** Calls on the stack after the event, outermost first. */
  stack: number[];
  /** The call on top stands elsewhere than when it was on top last. */
  moved: boolean;
  /** Site at which the call on top stands. */
  site: number;
  /** Calls that the event ended. */
  ended: number[];
  /** Call that began, slept or woke. */
  actor: number;
  /** Line at which the acting call stood before. */
  lineBefore: number;
  siteBefore: number;
}

const isEnter = (kind: number): boolean => kind >= K.ENTER_0 && kind <= K.ENTER_MANY;
const isSuspend = (kind: number): boolean => kind === K.SUSPEND || kind === K.SUSPEND_VALUE;
const NO_PLACE: ReadonlySet<number> = new Set([
  K.SCOPE_LINK, K.RETURN_VALUE, K.CORRELATION, K.LOG, K.UNCAUGHT, K.REQUEST_START, K.REQUEST_END, K.MARK, K.AGGREGATE,
]); // prettier-ignore

export class SlowMoves {
  private readonly shown: Shown[] = [];
  private readonly sites: ModuleSites;

  constructor(events: readonly DecodedEvent[], sites: ModuleSites) {
    this.sites = sites;
    const at = new Map<number, number>();
    const shownAt = new Map<number, number>();
    const functions = new Map<number, number>();
    let stack: number[] = [];
    let nextCall = 1;
    for (const { event, kind, payload, number, causeCode, causeCall } of events) {
      const top = stack.at(-1);
      const row: Shown = {
        event, kind, payload, scope: kind === K.WRITE_SCOPED ? number : 0, causeCall: causeCode >= 0 ? causeCall : 0,
        stack, moved: false, site: -1, ended: [], actor: 0, lineBefore: 0, siteBefore: -1,
      }; // prettier-ignore
      let again = false;
      if (isEnter(kind)) {
        row.actor = nextCall++;
        functions.set(row.actor, this.tuple(payload)![2]);
        at.set(row.actor, payload);
        stack = [...stack, row.actor];
      } else if (kind === K.UNWIND) {
        row.ended = stack.slice(stack.length - payload).reverse();
        stack = stack.slice(0, stack.length - payload);
      } else if (kind >= K.LEAVE_VALUE && kind < K.SUSPEND && kind !== K.RETURN_VALUE) {
        row.ended = stack.slice(-1);
        stack = stack.slice(0, -1);
      } else if (isSuspend(kind)) {
        row.actor = top!;
        row.siteBefore = at.get(top!)!;
        at.set(top!, payload);
        stack = stack.slice(0, -1);
      } else if (kind === K.RESUME) {
        row.actor = number;
        stack = [...stack, number];
      } else if (top !== undefined && !NO_PLACE.has(kind) && this.tuple(payload)?.[2] === functions.get(top)) {
        row.actor = top;
        row.siteBefore = at.get(top)!;
        again = row.siteBefore === payload && kind !== K.RESUME_VALUE;
        at.set(top, payload);
      }
      row.lineBefore = this.lineOf(row.siteBefore);
      const now = stack.at(-1);
      if (now !== undefined) {
        row.site = at.get(now)!;
        const before = shownAt.get(now);
        row.moved = before === undefined || again || this.lineOf(before) !== this.lineOf(row.site);
        shownAt.set(now, row.site);
      }
      row.stack = stack;
      this.shown.push(row);
    }
  }

  private tuple(site: number): ModuleSites['sites'][number] | undefined {
    return this.sites.sites[site - BASE];
  }

  private lineOf(site: number): number {
    return this.tuple(site)?.[3] ?? 0;
  }

  /** Event that a move from `event` leads to. */
  move(event: number, options: MoveOptions): number | undefined {
    const { shown } = this;
    const back = options.direction === 'back';
    const here = shown.findIndex((row) => row.event === event);
    const call = shown[here]!.stack.at(-1);
    const find = (hit: (row: Shown, i: number) => boolean): number | undefined => {
      const rows = shown.map((_, i) => i).filter((i) => (back ? i < here : i > here) && hit(shown[i]!, i));
      const i = back ? rows.at(-1) : rows[0];
      return i === undefined ? undefined : shown[i]!.event;
    };
    const before = (i: number): number | undefined => (i < 1 ? undefined : shown[i - 1]!.event);
    const began = shown.findIndex((row) => isEnter(row.kind) && row.actor === call);
    switch (options.kind) {
      case 'event':
        return find(() => true);
      case 'into':
        return find((row, i) => row.moved || row.stack.at(-1) !== shown[i - 1]?.stack.at(-1));
      case 'over':
      case 'out': {
        if (call === undefined) return options.kind === 'over' ? find((row) => row.stack.length > 0) : undefined;
        const steps = (row: Shown): boolean => options.kind === 'over' && row.moved && row.stack.at(-1) === call;
        if (!back) return find((row) => row.ended.includes(call) || steps(row));
        return find(steps) ?? before(began);
      }
      case 'call': {
        const named = (row: Shown): boolean =>
          options.function === undefined ||
          this.sites.functions[this.tuple(row.payload)![2]]!.name === options.function;
        return find((row) => isEnter(row.kind) && named(row));
      }
      case 'line': {
        const line = options.line ?? this.lineOf(shown[here]!.site);
        return find((row) => {
          if (row.kind === K.RESUME || row.actor === 0 || this.lineOf(row.payload) !== line) return false;
          if (isEnter(row.kind)) return true;
          const repeats = row.siteBefore === row.payload && row.kind !== K.RESUME_VALUE;
          return row.lineBefore !== line || repeats;
        });
      }
      case 'write': {
        const name = (row: Shown): string | undefined => this.sites.variables[this.tuple(row.payload)![5]]?.name;
        return find((row) => {
          if (row.kind !== K.WRITE && row.kind !== K.WRITE_SCOPED && row.kind !== K.CATCH) return false;
          if (options.scope !== undefined && options.scope !== row.scope) return false;
          return options.name === undefined || name(row) === options.name;
        });
      }
      case 'throw':
        return find((row, i) => {
          const previous = shown[i - 1]?.kind;
          const follows = previous === K.THROW || previous === K.LEAVE_THROW || previous === K.UNWIND;
          return row.kind === K.THROW || ((row.kind === K.LEAVE_THROW || row.kind === K.CATCH) && !follows);
        });
      case 'effect':
        return call === undefined ? undefined : find((row) => isEnter(row.kind) && row.causeCall === call);
      case 'cause': {
        const root = shown[here]!.stack[0];
        const past = shown.slice(0, here + 1);
        const i = past.findLastIndex((row) => row.actor === root && (isEnter(row.kind) || row.kind === K.RESUME));
        if (root === undefined || i < 0) return undefined;
        const cause = past[i]!.kind === K.RESUME ? root : past[i]!.causeCall;
        if (cause === 0) return undefined;
        return before(
          past
            .slice(0, i)
            .findLastIndex((row) => row.ended.includes(cause) || (isSuspend(row.kind) && row.actor === cause)),
        );
      }
    }
  }
}
