import { R } from '@execution-cinema/format';
import type { Database } from '../../driver/types.ts';
import type { LoadMessage, ThreadInfo } from '../messages.ts';
import type { Piece } from '../ring-reader.ts';
import { Budget } from './budget.ts';
import { HeatGauge } from './heat.ts';
import { LevelControl } from './level-control.ts';
import { LiveLevels } from './live-levels.ts';
import { SiteTables } from './module-sites.ts';
import { PlanWatch, type PlanChange, type PlanSource } from './plan-watch.ts';

const INTERVAL_MS = 100;

export interface LevelsOptions {
  plan?: { file: string; source: PlanSource } | undefined;
  budgetShare?: number | undefined;
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
  private steppedMs = 0;
  private judgedMs = 0;

  constructor(db: Database, options: LevelsOptions) {
    const tables = new SiteTables(db);
    this.control = new LevelControl((key) => tables.of(key));
    this.live = new LiveLevels(this.control, tables);
    const parts = { control: this.control, tables, live: this.live };
    if (options.plan !== undefined) {
      const changed = (change: PlanChange): void => options.planChanged(change);
      this.watch = new PlanWatch(options.plan.file, options.plan.source, { ...parts, changed });
    }
    if (options.budgetShare !== undefined) {
      this.budget = new Budget(options.budgetShare, {
        ...parts,
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
    const intervals = [...this.gauges].map(([thread, entry]) => {
      const { busyMs } = entry;
      entry.busyMs = 0;
      return { thread, busyMs, heat: entry.gauge.take() };
    });
    this.budget.judge(nowMs, intervals);
  }
}
