import { coolDownMs } from './cool-down.ts';

/** Following may take this part of the budget; the rest is for what it makes sense of. */
const PART_MAX = 0.5;

/** What an interval of one thread brought, in nanoseconds. */
export interface FollowInterval {
  thread: number;
  followedNs: number;
  /** What recording took, following not included. */
  recordedNs: number;
  /** What the budget allows. */
  allowedNs: number;
  /** Time of the program itself. */
  ownNs: number;
}

interface ThreadState {
  isOff: boolean;
  /** It was, while the thread ran: only the passing of time may show that it fits again. */
  isHeld: boolean;
  /** When it was switched last. */
  sinceMs: number;
  coolMs: number;
  /** What following took in the interval that made it stop, and as a part of the program's own time. */
  costNs: number;
  rate: number;
}

/**
 * Ends following promises, timers and handles in a thread where that alone takes most of what the budget allows and
 * nothing else takes more: levels of functions cannot lower it. It comes back when what it took fits again.
 */
export class FollowBudget {
  private readonly setFollowed: (thread: number, isFollowed: boolean) => void;
  private readonly say: (text: string) => void;
  private readonly states = new Map<number, ThreadState>();

  constructor(parts: { setFollowed(thread: number, isFollowed: boolean): void; say(text: string): void }) {
    this.setFollowed = parts.setFollowed;
    this.say = parts.say;
  }

  /** What following would take in a thread that is not followed, as a part of its own time; undefined where it is. */
  missing(thread: number): number | undefined {
    const state = this.states.get(thread);
    return state?.isOff === true ? state.rate : undefined;
  }

  /** Begins a thread unfollowed: earlier runs showed that `rate`, a part of its own time, is too much. */
  beginEnded(nowMs: number, thread: number, { rate, intervalMs }: { rate: number; intervalMs: number }): void {
    const costNs = rate * intervalMs * 1e6;
    const coolMs = coolDownMs(nowMs, undefined);
    this.states.set(thread, { isOff: true, isHeld: false, sinceMs: nowMs, coolMs, costNs, rate });
    this.setFollowed(thread, false);
    this.say(
      `thread ${thread}: promises, timers and handles are not followed from the start, since earlier runs showed that it exceeds the budget: until they are, causes and correlations are unknown`,
    );
  }

  /** Whether a thread is not followed any more that may be again. One that never was calls when it works. */
  get isHolding(): boolean {
    for (const { isOff, isHeld } of this.states.values()) if (isOff && isHeld) return true;
    return false;
  }

  /** The budget is exceeded. Returns the nanoseconds per interval that are saved. */
  exceeded(nowMs: number, { thread, followedNs, recordedNs, allowedNs, ownNs }: FollowInterval): number {
    const past = this.states.get(thread);
    if (past?.isOff === true || followedNs <= recordedNs || followedNs <= PART_MAX * allowedNs) return 0;
    const coolMs = coolDownMs(nowMs, past);
    this.states.set(thread, {
      isOff: true,
      isHeld: true,
      sinceMs: nowMs,
      coolMs,
      costNs: followedNs,
      rate: followedNs / ownNs,
    });
    this.setFollowed(thread, false);
    this.say(
      `thread ${thread}: promises, timers and handles are not followed, which alone takes most of the budget: until they are again, causes and correlations are unknown`,
    );
    return followedNs;
  }

  /** Some of the budget is left. Returns how much of that goes to a thread that is followed again. */
  comeBack(nowMs: number, slackNs: number): number {
    let taken = 0;
    for (const [thread, state] of this.states) {
      if (!state.isOff || nowMs - state.sinceMs < state.coolMs || taken + state.costNs > slackNs) continue;
      taken += state.costNs;
      state.isOff = false;
      state.sinceMs = nowMs;
      this.setFollowed(thread, true);
      this.say(`thread ${thread}: promises, timers and handles are followed again`);
    }
    return taken;
  }

  forget(thread: number): void {
    this.states.delete(thread);
  }
}
