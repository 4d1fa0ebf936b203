import { SITE_CATCH, SITE_FUNCTION, SITE_THROW } from '@execution-cinema/format';
import type { LevelSites } from './module-sites.ts';

/** Level byte of a site, see docs/ARCHITECTURE.md. */
const OFF = 0;
const RECORD = 1;
const AGGREGATE = 2;
const SECRET = 0x80;

/** How much of a function is counted instead of recorded. */
export type Degradation = 0 | 1 | 2 | 3;
export const NOT_DEGRADED = 0;
/** Entry and exit are recorded, everything inside is counted. */
export const INSIDE_DEGRADED = 1;
/** The whole function is counted. */
export const ALL_DEGRADED = 2;
/** Not even counted. */
export const SWITCHED_OFF = 3;

export interface LoadedModule {
  thread: number;
  base: number;
  count: number;
  key: string;
}

interface ModuleState {
  /** Level of the plan in force, per function. */
  levels: Uint8Array;
  degraded: Uint8Array;
}

/**
 * Writes the level bytes of the traced threads: `levels[site]` says whether a probe records, counts or does nothing.
 * Threads need not cooperate: they read the byte at the next probe. Keeps the levels of the plan and what is degraded
 * apart, so that neither undoes the other.
 */
export class LevelControl {
  private readonly tableOf: (key: string) => LevelSites | undefined;
  private readonly threads = new Map<number, Uint8Array>();
  private readonly loads: LoadedModule[] = [];
  private readonly modules = new Map<string, ModuleState>();

  constructor(tableOf: (key: string) => LevelSites | undefined) {
    this.tableOf = tableOf;
  }

  addThread(thread: number, levels: SharedArrayBuffer): void {
    this.threads.set(thread, new Uint8Array(levels));
  }

  removeThread(thread: number): void {
    this.threads.delete(thread);
    for (let i = this.loads.length - 1; i >= 0; i--) if (this.loads[i]!.thread === thread) this.loads.splice(i, 1);
  }

  /** A module has got its site ids in a thread. What was set for it before holds there too. */
  addLoad(load: LoadedModule): void {
    this.loads.push(load);
    if (this.modules.has(load.key)) this.write(load);
  }

  /** Keys of all modules that some thread has loaded. */
  loadedKeys(): Set<string> {
    return new Set(this.loads.map(({ key }) => key));
  }

  /** The load that a site id of a thread belongs to. */
  find(thread: number, site: number): LoadedModule | undefined {
    return this.loads.findLast((load) => load.thread === thread && site >= load.base && site < load.base + load.count);
  }

  /** Sets levels of functions of a module; undefined leaves one as it is. Returns how many functions changed. */
  changeLevels(key: string, levelOf: (functionName: string) => number | undefined): number {
    const table = this.tableOf(key);
    if (table === undefined) return 0;
    const { levels } = this.stateOf(table);
    let changed = 0;
    for (const [index, name] of table.names.entries()) {
      const level = levelOf(name);
      if (level === undefined || levels[index] === level) continue;
      levels[index] = level;
      changed++;
    }
    if (changed > 0) this.writeModule(key);
    return changed;
  }

  /** Levels in force per function; undefined when the module is not known. */
  levelsOf(key: string): Uint8Array | undefined {
    const table = this.tableOf(key);
    return table === undefined ? undefined : (this.modules.get(key)?.levels ?? table.startLevels);
  }

  /** Counts a function instead of recording it, or the other way round. False when the module is not known. */
  setDegraded(key: string, functionIndex: number, degradation: Degradation): boolean {
    const table = this.tableOf(key);
    if (table === undefined) return false;
    const { degraded } = this.stateOf(table);
    degraded[functionIndex] = degradation;
    this.writeModule(key);
    return true;
  }

  degradation(key: string, functionIndex: number): Degradation {
    return (this.modules.get(key)?.degraded[functionIndex] ?? NOT_DEGRADED) as Degradation;
  }

  private stateOf(table: LevelSites): ModuleState {
    let state = this.modules.get(table.key);
    if (state === undefined) {
      state = { levels: table.startLevels.slice(), degraded: new Uint8Array(table.names.length) };
      this.modules.set(table.key, state);
    }
    return state;
  }

  private writeModule(key: string): void {
    for (const load of this.loads) if (load.key === key) this.write(load);
  }

  private write(load: LoadedModule): void {
    const bytes = this.threads.get(load.thread);
    const table = this.tableOf(load.key);
    const state = this.modules.get(load.key);
    if (bytes === undefined || table === undefined || state === undefined) return;
    const count = Math.min(load.count, table.ranks.length);
    for (let index = 0; index < count; index++) {
      const site = load.base + index;
      const value = levelByte(table, state, index) | (bytes[site]! & SECRET);
      if (bytes[site] !== value) bytes[site] = value;
    }
  }
}

function levelByte(table: LevelSites, state: ModuleState, index: number): number {
  const functionIndex = table.functions[index]!;
  if (table.ranks[index]! > state.levels[functionIndex]!) return OFF;
  const kind = table.kinds[index]!;
  // Throws are rare and what people look for: by them a degraded function is raised again.
  if (kind === SITE_THROW || kind === SITE_CATCH) return RECORD;
  if (state.degraded[functionIndex] === SWITCHED_OFF) return OFF;
  const from = kind === SITE_FUNCTION ? ALL_DEGRADED : INSIDE_DEGRADED;
  return state.degraded[functionIndex]! >= from ? AGGREGATE : RECORD;
}
