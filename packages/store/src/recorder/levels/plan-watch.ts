import { statSync } from 'node:fs';
import type { LevelControl } from './level-control.ts';
import type { LiveLevels } from './live-levels.ts';
import type { SiteTables } from './module-sites.ts';

/** A plan as the recorder sees it. */
export interface LivePlan {
  /** The plan as JSON text, for the recording. */
  json: string;
  /** Level (0 off .. 3 expressions) of the functions of a file, by qualified name. */
  levelsIn(file: string): (functionName: string) => number;
}

/** Plans come from a package that this one must not know. */
export interface PlanSource {
  /** The plan in force at start. */
  current: LivePlan;
  /** Reads the plan file again. Rejects with an error whose message is for people. */
  reload(): Promise<LivePlan>;
  /** What of a change takes effect only when files load again or the program starts again; one line each. */
  needsReload(before: LivePlan, after: LivePlan, loadedFiles: readonly string[]): readonly string[];
}

export interface PlanChange {
  json: string;
  /** For people: what happened. */
  note: string;
}

const POLL_MS = 500;
/** A changed file is read once it has stayed the same for so long: an editor may be in the middle of writing it. */
const SETTLE_MS = 100;

/**
 * Follows the plan file while the program runs: an edit moves the levels of all loaded modules; one that is wrong
 * keeps the old plan. The file is looked at about twice a second while the recorder is awake, and first thing when it
 * wakes up.
 */
export class PlanWatch {
  private readonly file: string;
  private readonly source: PlanSource;
  private readonly control: LevelControl;
  private readonly tables: SiteTables;
  private readonly live: LiveLevels;
  private readonly changed: (change: PlanChange) => void;
  private plan: LivePlan;
  private version: string;
  private lookedMs = 0;
  private pending = '';
  private busy = false;

  constructor(
    file: string,
    source: PlanSource,
    parts: { control: LevelControl; tables: SiteTables; live: LiveLevels; changed: (change: PlanChange) => void },
  ) {
    this.file = file;
    this.source = source;
    this.plan = source.current;
    this.control = parts.control;
    this.tables = parts.tables;
    this.live = parts.live;
    this.changed = parts.changed;
    this.version = versionOf(file);
  }

  /** Looks when it is time. */
  step(nowMs: number): void {
    const settling = this.pending !== '';
    if (this.busy || nowMs - this.lookedMs < (settling ? SETTLE_MS : POLL_MS)) return;
    this.lookedMs = nowMs;
    const version = versionOf(this.file);
    // Without a file the plan stays: an editor may be replacing it.
    if (version === '' || version === this.version) this.pending = '';
    else if (version === this.pending) {
      this.version = version;
      this.pending = '';
      void this.reload();
    } else this.pending = version;
  }

  /** Modules that loaded under the plan at start follow the one in force. */
  loaded(key: string): void {
    if (this.plan !== this.source.current) this.apply(key);
  }

  private async reload(): Promise<void> {
    this.busy = true;
    try {
      const before = this.plan;
      this.plan = await this.source.reload();
      let functions = 0;
      for (const key of this.control.loadedKeys()) functions += this.apply(key);
      const files = [...this.control.loadedKeys()].flatMap((key) => this.tables.of(key)?.file ?? []);
      const reload = this.source.needsReload(before, this.plan, files);
      const note = `the plan has changed: ${functions} functions have another level`;
      this.changed({ json: this.plan.json, note: [note, ...reload].join('; ') });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.changed({ json: this.plan.json, note: `the edited plan is refused, the old one stays: ${reason}` });
    } finally {
      this.busy = false;
    }
  }

  private apply(key: string): number {
    const table = this.tables.of(key);
    if (table === undefined) return 0;
    const levelOf = this.plan.levelsIn(table.file);
    return this.control.changeLevels(key, (name) => this.live.over(table.file, name, levelOf(name)));
  }
}

/** Changes whenever the file does; empty when there is none. */
function versionOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
}
