import { R } from '@execution-cinema/format';
import type { Database } from '../../driver/types.ts';
import type { DegradedTotals, LoadMessage, ThreadInfo } from '../messages.ts';
import type { Piece } from '../ring-reader.ts';
import { Budget } from './budget.ts';
import { HeatGauge } from './heat.ts';
import { Ledger, type BudgetMemory } from './ledger.ts';
import { LevelControl } from './level-control.ts';
import { LiveLevels } from './live-levels.ts';
import { SiteTables } from './module-sites.ts';
import { PlanWatch, type PlanChange, type PlanSource } from './plan-watch.ts';

const INTERVAL_MS = 100;
/** What the budget has learned is written down about so often, since a process may be killed. */
const REMEMBER_MS = 3_000;
/** Own time of the program below which there is too little to go by. */
const OWN_NS_MIN = 20e6;
/** Functions that a note names. */
const NAMES_MAX = 10;

export interface LevelsOptions {
  plan?: { file: string; source: PlanSource } | undefined;
  budget?: { share: number; memory: BudgetMemory | undefined } | undefined;
  /** The same in all processes of a run. */
  run: string;
  /** Processor time of the process's main thread; undefined where nobody tells. */
  mainThreadMs(): number | undefined;
  /** Writes a row of `plans`. */
  planChanged(change: PlanChange): void;
  /** Writes a row of `notes`. */
  note(kind: string, text: string): void;
}

/** Everything that moves levels while the program runs, as the recorder feeds it. */
export class Levels {
  readonly control: LevelControl;
  readonly live: LiveLevels;
  private readonly watch: PlanWatch | undefined;
  private readonly budget: Budget | undefined;
  private readonly gauges = new Map<number, { gauge: HeatGauge; busyMs: number }>();
  private readonly rings = new Map<number, Int32Array>();
  private readonly told = new Set<string>();
  private memory: BudgetMemory | undefined;
  private readonly ledger: Ledger;
  private mainThreadMs: number | undefined;
  private readonly tables: SiteTables;
  private readonly options: LevelsOptions;
  private steppedMs = 0;
  private judgedMs = 0;
  private rememberedMs = 0;
  private leftOut = 0;

  constructor(db: Database, options: LevelsOptions) {
    const tables = new SiteTables(db);
    this.options = options;
    this.ledger = new Ledger(tables);
    this.tables = tables;
    this.control = new LevelControl((key) => tables.of(key));
    this.live = new LiveLevels(this.control, tables);
    const parts = { control: this.control, tables, live: this.live };
    if (options.plan !== undefined) {
      const changed = (change: PlanChange): void => options.planChanged(change);
      this.watch = new PlanWatch(options.plan.file, options.plan.source, { ...parts, changed });
    }
    if (options.budget !== undefined) {
      this.memory = options.budget.memory;
      this.budget = new Budget(options.budget.share, {
        ...parts,
        ledger: this.ledger,
        setFollowed: (thread, isFollowed) => {
          const ring = this.rings.get(thread);
          if (ring !== undefined) Atomics.store(ring, R.R_UNFOLLOWED, isFollowed ? 0 : 1);
        },
        say: (text) => options.note('budget', text),
      });
    }
  }

  threadStarted({ thread, levels, ring }: Pick<ThreadInfo, 'thread' | 'levels' | 'ring'>): void {
    this.control.addThread(thread, levels);
    if (this.budget === undefined) return;
    const words = new Int32Array(ring);
    this.rings.set(thread, words);
    this.gauges.set(thread, { gauge: new HeatGauge(words), busyMs: 0 });
    const rate = this.memory?.unfollowed;
    if (rate !== undefined) this.budget.beginUnfollowed(performance.now(), thread, { rate, intervalMs: INTERVAL_MS });
  }

  threadEnded(thread: number): void {
    this.control.removeThread(thread);
    this.gauges.delete(thread);
    this.rings.delete(thread);
    this.budget?.threadEnded(thread);
  }

  /** A module is loaded and in the database. */
  loaded({ thread, base, count, key }: LoadMessage): void {
    this.control.addLoad({ thread, base, count, key });
    this.watch?.loaded(key);
    this.live.loaded(key);
    if (this.budget === undefined) return;
    this.ledger.loaded(key);
    this.tellLeftOut(key);
  }

  /** What is missing in the code is missing in the recording. */
  private tellLeftOut(key: string): void {
    const table = this.tables.of(key);
    if (table === undefined || this.told.has(key)) return;
    this.told.add(key);
    const { functions, insides } = table.leftOut;
    this.leftOut += functions.length + insides.length;
    const parts: string[] = [];
    if (functions.length > 0) parts.push(`left out (${functions.length}): ${listed(functions)}`);
    if (insides.length > 0) parts.push(`recorded without what happens inside (${insides.length}): ${listed(insides)}`);
    if (parts.length === 0) return;
    const share = this.options.budget!.share * 100;
    const reason = `earlier runs showed that functions exceed the budget of ${share}%`;
    this.options.note('budget', `${table.file}: ${reason}; ${parts.join('; ')}`);
  }

  /** What the budget has taken from the recording so far; undefined without one. */
  get degraded(): DegradedTotals | undefined {
    return this.budget && { ...this.budget.totals, leftOut: this.leftOut };
  }

  /** Has what the run has shown so far remembered, if that is anything. */
  remember(): void {
    if (this.memory === undefined || this.ledger.ownNs < OWN_NS_MIN) return;
    try {
      this.memory.remember(this.ledger.take(), this.options.run);
    } catch (error) {
      this.memory = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.options.note('budget', `what the budget learns cannot be kept: ${reason}`);
    }
  }

  /** Whether `stored` is of any use. */
  get measures(): boolean {
    return this.budget !== undefined;
  }

  /** Whether the passing of time alone can change a level: what is only counted does not call. */
  get awaitsTime(): boolean {
    return this.budget?.isHolding ?? false;
  }

  /** A piece is stored; its words still stand. */
  stored(thread: number, words: Int32Array, piece: Piece): void {
    try {
      this.gauges.get(thread)?.gauge.add(words, piece);
    } catch {
      // Words that are not events: whoever reads the chunk says so. Here they only cannot be measured.
    }
  }

  /** Once per turn of the recorder; `moved`: the threads that have produced something since the last one. */
  step(nowMs: number, moved: readonly number[]): void {
    this.watch?.step(nowMs);
    if (this.budget === undefined) return;
    const sinceMs = Math.min(nowMs - this.steppedMs, INTERVAL_MS);
    this.steppedMs = nowMs;
    for (const thread of moved) {
      const entry = this.gauges.get(thread);
      if (entry !== undefined) entry.busyMs += sinceMs;
    }
    if (nowMs - this.judgedMs < INTERVAL_MS) return;
    this.judgedMs = nowMs;
    const mainMs = this.mainThreadWorkedMs();
    const intervals = [...this.gauges].flatMap(([thread, entry]) => {
      const { busyMs } = entry;
      entry.busyMs = 0;
      const heat = entry.gauge.take();
      // What instrumenting takes is neither the program's time nor that of recording.
      if (this.rings.get(thread)?.[R.R_INSTRUMENTING] === 1) return [];
      return { thread, busyMs: (thread === 0 ? mainMs : undefined) ?? busyMs, heat };
    });
    this.budget.judge(nowMs, intervals);
    if (nowMs - this.rememberedMs < REMEMBER_MS) return;
    // The first stretch begins with the thread, not with the process.
    if (this.rememberedMs > 0) this.remember();
    this.rememberedMs = nowMs;
  }

  /** Since the last time: more exact than whether a thread moves, and not misled by other programs on the machine. */
  private mainThreadWorkedMs(): number | undefined {
    const before = this.mainThreadMs;
    this.mainThreadMs = this.options.mainThreadMs();
    return before === undefined || this.mainThreadMs === undefined ? undefined : this.mainThreadMs - before;
  }
}

function listed(names: readonly string[]): string {
  const rest = names.length - NAMES_MAX;
  return `${names.slice(0, NAMES_MAX).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
