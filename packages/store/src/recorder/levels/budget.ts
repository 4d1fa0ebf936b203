import { againNote, degradedNote } from '../../read/budget-notes.ts';
import { coolDownMs, type CameBack } from './cool-down.ts';
import { FollowBudget } from './follow-budget.ts';
import {
  costNs,
  functionsOf,
  nameOf,
  rateOf,
  type FunctionHeat,
  type Rate,
  type ThreadInterval,
} from './function-heat.ts';
import { countedNs } from './heat.ts';
import type { Ledger } from './ledger.ts';
import {
  ALL_DEGRADED,
  INSIDE_DEGRADED,
  NOT_DEGRADED,
  SWITCHED_OFF,
  type Degradation,
  type LevelControl,
} from './level-control.ts';
import type { DegradedTotals } from '../messages.ts';
import type { SiteTables } from './module-sites.ts';

/** A thread that worked less than this in an interval is not measured: too little to go by. */
const BUSY_MS_MIN = 10;
/** Functions come back as long as recording stays below this part of the budget. */
const RETURN_SHARE = 0.7;
/** What recording a visit takes for which only a count is known. */
const VISIT_NS = 50;
/** What a visit takes to a site that is off. */
const OFF_NS = 6;
/** Part of its cost that a site saves by being counted. */
const SAVED_SHARE = 0.75;
/** What is left of a count after an interval without any. */
const FADE = 0.7;
/** A function that threw is recorded for so long, whatever it costs. */
const RAISED_MS = 30_000;
/** How much an interval counts at least for what is remembered. */
const WEIGHT_MIN = 0.05;
/** Changes that are noted one by one. */
const NOTES_MAX = 200;

interface Degraded {
  key: string;
  functionIndex: number;
  sinceMs: number;
  coolMs: number;
  /** What recording took per visit that is counted now. */
  visitNs: number;
  isOff: boolean;
  /** What it took when it was seen last, at its most. */
  rate: Rate;
}

/**
 * Adaptive recording: holds what recording takes below a share of the program's own time. The functions that cost most
 * are counted instead of recorded, first what happens inside them, then whole; where counting alone is too much they are
 * switched off; at last resources are not followed any more (follow-budget.ts). All come back step by step when they have
 * cooled down. Nothing is lost unseen: what is counted becomes AGGREGATE events, and each change a note.
 */
export class Budget {
  private readonly share: number;
  private readonly control: LevelControl;
  private readonly tables: SiteTables;
  private readonly say: (text: string) => void;
  private readonly ledger: Ledger;
  private readonly following: FollowBudget;
  private readonly degraded = new Map<string, Degraded>();
  /** By function that has come back. */
  private readonly history = new Map<string, CameBack>();
  /** By degraded function: what was counted per interval of late. */
  private readonly recent = new Map<string, number>();
  /** By thread: what the last interval has left of what it was allowed. */
  private readonly leftNs = new Map<number, number>();
  private readonly raisedUntilMs = new Map<string, number>();
  private notes = 0;
  /** By function that was degraded once: how far at its worst. */
  private readonly worst = new Map<string, Degradation>();

  /** `share`: time that recording may take, as a part of the time of the program itself (0.2 is 20%). */
  constructor(
    share: number,
    parts: {
      control: LevelControl;
      tables: SiteTables;
      setFollowed(thread: number, isFollowed: boolean): void;
      say(text: string): void;
      /** Gets what every interval brought. */
      ledger: Ledger;
    },
  ) {
    this.share = share;
    this.control = parts.control;
    this.tables = parts.tables;
    this.say = (text) => parts.say(text);
    this.ledger = parts.ledger;
    this.following = new FollowBudget({ setFollowed: parts.setFollowed, say: (text) => this.note(text) });
  }

  /** Functions that were degraded for some time, by how far they were at their worst. */
  get totals(): Pick<DegradedTotals, 'counted' | 'off'> {
    const off = [...this.worst.values()].filter((degradation) => degradation === SWITCHED_OFF).length;
    return { counted: this.worst.size - off, off };
  }

  /** Whether something is counted, or not followed, that may come back. */
  get isHolding(): boolean {
    return this.degraded.size > 0 || this.following.isHolding;
  }

  /** The thread is not to be followed: `rate` is what that took in earlier runs, as a part of the program's own time. */
  beginUnfollowed(nowMs: number, thread: number, cost: { rate: number; intervalMs: number }): void {
    this.following.beginEnded(nowMs, thread, cost);
  }

  threadEnded(thread: number): void {
    this.following.forget(thread);
    this.leftNs.delete(thread);
  }

  /** Judges one interval of all threads. */
  judge(nowMs: number, intervals: readonly ThreadInterval[]): void {
    let slackNs = 0;
    const counted = new Map<string, number>();
    for (const interval of intervals) {
      const functions = functionsOf(interval, { control: this.control, tables: this.tables });
      for (const site of interval.heat.thrown) this.raise(nowMs, interval.thread, site);
      const { thread, busyMs } = interval;
      const { followedNs } = interval.heat;
      let recordedNs = interval.heat.recordedNs;
      for (const heat of functions) {
        counted.set(nameOf(heat), (counted.get(nameOf(heat)) ?? 0) + heat.counted);
        recordedNs += countedNs(heat.counted);
      }
      const spentNs = recordedNs + followedNs;
      // An estimate may exceed what there was: a tenth of the time is always taken for the program's own.
      const ownNs = Math.max(busyMs * 1e6 - spentNs, busyMs * 1e5) / (1 + this.offShare());
      const missingNs = (this.following.missing(thread) ?? 0) * ownNs;
      let wantedNs = spentNs + missingNs;
      for (const [, { boundary, inside }] of this.switchedOff()) wantedNs += (boundary + inside) * ownNs;
      this.ledger.add(interval, {
        functions,
        ownNs,
        followedNs: missingNs + followedNs,
        weight: ownNs > 0 ? Math.max(WEIGHT_MIN, Math.min(1, wantedNs / (this.share * ownNs))) : WEIGHT_MIN,
        visitNs: (name) => this.degraded.get(name)?.visitNs ?? VISIT_NS,
        off: this.switchedOff(),
      });
      if (busyMs < BUSY_MS_MIN) continue;
      const allowedNs = this.share * ownNs;
      // What one interval leaves the next may take: what is recorded reaches us in pieces.
      const balanceNs = (this.leftNs.get(thread) ?? 0) + allowedNs - spentNs;
      this.leftNs.set(thread, Math.max(0, Math.min(balanceNs, allowedNs)));
      if (balanceNs < 0) {
        const savedNs = this.following.exceeded(nowMs, { thread, followedNs, recordedNs, allowedNs, ownNs });
        this.degradeHottest(nowMs, functions, { ownNs, excessNs: -balanceNs - savedNs });
      }
      slackNs += RETURN_SHARE * allowedNs - spentNs;
    }
    this.remember(counted);
    if (slackNs >= 0) this.bringBack(nowMs, slackNs - this.following.comeBack(nowMs, slackNs));
  }

  /** Counts reach us in bursts: an interval without one does not mean that the function rests. */
  private remember(counted: ReadonlyMap<string, number>): void {
    for (const name of this.degraded.keys()) {
      this.recent.set(name, Math.max(counted.get(name) ?? 0, FADE * (this.recent.get(name) ?? 0)));
    }
  }

  /** What probes that are off take in all, as a part of the program's own time: nobody sees them any more. */
  private offShare(): number {
    let share = 0;
    for (const { isOff, rate } of this.degraded.values()) if (isOff) share += rate.visits * OFF_NS;
    return share;
  }

  private *switchedOff(): Generator<[name: string, rate: Rate]> {
    for (const [name, { isOff, rate }] of this.degraded) if (isOff) yield [name, rate];
  }

  private degradeHottest(
    nowMs: number,
    functions: readonly FunctionHeat[],
    { ownNs, excessNs }: { ownNs: number; excessNs: number },
  ): void {
    let left = excessNs;
    for (const heat of functions.toSorted((a, b) => costNs(b) - costNs(a))) {
      if (left <= 0) return;
      const { load, functionIndex, boundaryNs, insideNs } = heat;
      const now = this.control.degradation(load.key, functionIndex);
      if (now === SWITCHED_OFF || (this.raisedUntilMs.get(nameOf(heat)) ?? 0) > nowMs) continue;
      if (now === ALL_DEGRADED) {
        // Its rest of recorded events stems from before; only what counting costs can still be saved.
        if (countedNs(heat.counted) < boundaryNs + insideNs) continue;
        this.degrade({ nowMs, ownNs }, heat, SWITCHED_OFF);
        left -= countedNs(heat.counted);
      } else if (now === NOT_DEGRADED && insideNs >= boundaryNs) {
        this.degrade({ nowMs, ownNs }, heat, INSIDE_DEGRADED);
        left -= SAVED_SHARE * insideNs;
      } else {
        this.degrade({ nowMs, ownNs }, heat, ALL_DEGRADED);
        left -= SAVED_SHARE * (insideNs + boundaryNs) + countedNs(heat.counted);
      }
    }
  }

  private degrade({ nowMs, ownNs }: { nowMs: number; ownNs: number }, heat: FunctionHeat, to: Degradation): void {
    const { load, functionIndex } = heat;
    const name = nameOf(heat);
    const coolMs = coolDownMs(nowMs, this.history.get(name));
    const before = this.degraded.get(name);
    const visitNs = nsPerVisit(heat, to, before?.visitNs ?? VISIT_NS);
    const rate = rateOf(heat, visitNs, ownNs);
    this.degraded.set(name, {
      key: load.key,
      functionIndex,
      sinceMs: nowMs,
      coolMs,
      visitNs,
      isOff: to === SWITCHED_OFF,
      rate: highest(rate, before?.rate),
    });
    this.control.setDegraded(load.key, functionIndex, to);
    this.worst.set(name, Math.max(to, this.worst.get(name) ?? NOT_DEGRADED) as Degradation);
    this.note(degradedNote(this.place(load.key, functionIndex), to, this.share));
  }

  /** What recording would cost per interval, if the function is visited as it was of late. */
  private returnNs(name: string, { visitNs }: Degraded): number {
    return (this.recent.get(name) ?? 0) * visitNs;
  }

  /**
   * The coolest first, as long as what they would cost fits. Of what is off nothing is known: one function at a time is
   * counted again to see.
   */
  private bringBack(nowMs: number, slackNs: number): void {
    let left = slackNs;
    let isLooking = false;
    const coolest = [...this.degraded]
      .map(([name, degraded]) => ({ name, degraded, wantedNs: this.returnNs(name, degraded) }))
      .sort((a, b) => a.wantedNs - b.wantedNs);
    for (const { name, degraded, wantedNs } of coolest) {
      if (wantedNs > left) return;
      if (nowMs - degraded.sinceMs < degraded.coolMs || (degraded.isOff && isLooking)) continue;
      isLooking ||= degraded.isOff;
      left -= wantedNs;
      const { key, functionIndex } = degraded;
      // What was off is counted first: only that tells how hot it is.
      const wasOff = this.control.degradation(key, functionIndex) === SWITCHED_OFF;
      const to = wasOff ? ALL_DEGRADED : NOT_DEGRADED;
      this.recover(nowMs, name, degraded, to);
      this.note(againNote(this.place(key, functionIndex), to, 'it has cooled down'));
    }
  }

  private recover(nowMs: number, name: string, degraded: Degraded, to: Degradation): void {
    const { key, functionIndex, coolMs } = degraded;
    if (to === NOT_DEGRADED) {
      this.degraded.delete(name);
      this.recent.delete(name);
    } else this.degraded.set(name, { ...degraded, sinceMs: nowMs, isOff: false });
    this.history.set(name, { coolMs, sinceMs: nowMs });
    this.control.setDegraded(key, functionIndex, to);
  }

  private raise(nowMs: number, thread: number, site: number): void {
    const load = this.control.find(thread, site);
    const functionIndex = load === undefined ? undefined : this.tables.of(load.key)?.functions[site - load.base];
    if (load === undefined || functionIndex === undefined) return;
    const name = nameOf({ load, functionIndex });
    this.raisedUntilMs.set(name, nowMs + RAISED_MS);
    const degraded = this.degraded.get(name);
    if (degraded === undefined) return;
    this.recover(nowMs, name, degraded, NOT_DEGRADED);
    this.note(againNote(this.place(load.key, functionIndex), NOT_DEGRADED, 'it threw'));
  }

  private place(key: string, functionIndex: number): string {
    const table = this.tables.of(key);
    if (table === undefined) return key;
    // Many functions have no name of their own.
    return `${table.names[functionIndex]} (${table.file}:${table.lines[functionIndex]})`;
  }

  private note(text: string): void {
    this.notes++;
    if (this.notes < NOTES_MAX) this.say(text);
    else if (this.notes === NOTES_MAX) this.say('the budget moves levels further; that is not noted any more');
  }
}

function highest(rate: Rate, before: Rate | undefined): Rate {
  if (before === undefined) return rate;
  return {
    boundary: Math.max(rate.boundary, before.boundary),
    inside: Math.max(rate.inside, before.inside),
    visits: Math.max(rate.visits, before.visits),
  };
}

/** What recording took per visit of those that are only counted from here on; `before`: of those that are counted already. */
function nsPerVisit(heat: FunctionHeat, to: Degradation, before: number): number {
  if (to === SWITCHED_OFF) return before;
  if (to === INSIDE_DEGRADED) return heat.insideNs / Math.max(1, heat.insideVisits);
  const takenNs = heat.boundaryNs + heat.insideNs + heat.counted * before;
  return takenNs / Math.max(1, heat.visits + heat.counted);
}
