import type { LevelControl } from './level-control.ts';
import type { SiteTables } from './module-sites.ts';

/** Level that somebody has asked for while the program runs; undefined: as before. */
export type LevelOverride = (file: string, functionName: string) => number | undefined;

/** Level of one function in a running process. */
export interface LiveLevel {
  file: string;
  function: string;
  /** 0 off .. 3 expressions. */
  level: number;
  /** Highest level that the loaded code can record at. */
  ceiling: number;
}

/** Overrides in force at a time; the newest counts. */
const OVERRIDES_MAX = 100;

/** Levels as they are changed from outside, over those of the plan. */
export class LiveLevels {
  private readonly control: LevelControl;
  private readonly tables: SiteTables;
  private readonly overrides: LevelOverride[] = [];

  constructor(control: LevelControl, tables: SiteTables) {
    this.control = control;
    this.tables = tables;
  }

  /** Level in force of a function for which the plan says `level`. */
  over(file: string, functionName: string, level: number): number {
    for (let i = this.overrides.length - 1; i >= 0; i--) {
      const asked = this.overrides[i]!(file, functionName);
      if (asked !== undefined) return asked;
    }
    return level;
  }

  /** Adds an override, for modules that load later too. Returns how many functions have another level now. */
  add(override: LevelOverride): number {
    if (this.overrides.length >= OVERRIDES_MAX) this.overrides.shift();
    this.overrides.push(override);
    let changed = 0;
    for (const key of this.control.loadedKeys()) {
      const table = this.tables.of(key);
      if (table !== undefined) changed += this.control.changeLevels(key, (name) => override(table.file, name));
    }
    return changed;
  }

  /** A module has been loaded. */
  loaded(key: string): void {
    if (this.overrides.length === 0) return;
    const table = this.tables.of(key);
    if (table === undefined) return;
    this.control.changeLevels(key, (name) => {
      for (let i = this.overrides.length - 1; i >= 0; i--) {
        const asked = this.overrides[i]!(table.file, name);
        if (asked !== undefined) return asked;
      }
      return undefined;
    });
  }

  /** Every function that some thread of the process has loaded. */
  list(): LiveLevel[] {
    const found: LiveLevel[] = [];
    for (const key of this.control.loadedKeys()) {
      const table = this.tables.of(key);
      const levels = this.control.levelsOf(key);
      if (table === undefined || levels === undefined) continue;
      for (const [index, name] of table.names.entries()) {
        found.push({ file: table.file, function: name, level: levels[index]!, ceiling: table.ceilings[index]! });
      }
    }
    return found;
  }
}
