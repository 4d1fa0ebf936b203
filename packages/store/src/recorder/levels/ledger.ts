import { nameOf, rateOf, type FunctionHeat, type Rate, type ThreadInterval } from './function-heat.ts';
import type { LevelSites, SiteTables } from './module-sites.ts';

/**
 * What recording has taken since the last report, as far as estimated; nanoseconds. Intervals in which it took less than what is
 * allowed count as much less, all their times alike: a program that loads for long must keep its budget when it works.
 * Plain data.
 */
export interface CostReport {
  /** Time of the program itself, recording not included, over all threads. */
  ownNs: number;
  /** Recording that belongs to no function: what is told of requests and the like. */
  otherNs: number;
  /** Following promises, timers and handles, or what that would have taken. */
  followedNs: number;
  /** All modules that are loaded. */
  modules: ReportedModule[];
}

export interface ReportedModule {
  file: string;
  /** Of the source text. */
  hash: string;
  /** Those that took something. */
  functions: ReportedFunction[];
}

/** What recording a function took, or would have taken where it was only counted or switched off. */
export interface ReportedFunction {
  /** See `placeOf`. */
  place: string;
  name: string;
  boundaryNs: number;
  insideNs: number;
}

/** Remembers costs beyond the run; in a package that this one must not know. */
export interface BudgetMemory {
  /** What following takes, as a part of the program's own time, where it is not to be begun with; else undefined. */
  readonly unfollowed: number | undefined;
  /** `run` is the same in all processes of a run. Throws where nothing can be kept; it is not asked again then. */
  remember(report: CostReport, run: string): void;
}

interface Account {
  boundaryNs: number;
  insideNs: number;
}

/** What the ledger must know of an interval beside its heat. */
export interface IntervalFacts {
  functions: readonly FunctionHeat[];
  ownNs: number;
  followedNs: number;
  /** How much the interval counts, up to 1. */
  weight: number;
  /** What a visit of a function took of those that are counted now, by `nameOf`. */
  visitNs(name: string): number;
  /** Functions that are switched off, by `nameOf`, with what they took when they were seen last. */
  off: Iterable<readonly [name: string, rate: Rate]>;
}

/** Adds up what intervals brought, for whom remembers it. */
export class Ledger {
  private readonly tables: SiteTables;
  private readonly loadedKeys = new Set<string>();
  private readonly accounts = new Map<string, Account>();
  private own = 0;
  private otherNs = 0;
  private followedNs = 0;

  constructor(tables: SiteTables) {
    this.tables = tables;
  }

  /** Own time since the last report. */
  get ownNs(): number {
    return this.own;
  }

  loaded(key: string): void {
    this.loadedKeys.add(key);
  }

  add(
    { heat }: Pick<ThreadInterval, 'heat'>,
    { functions, ownNs, followedNs, weight, visitNs, off }: IntervalFacts,
  ): void {
    this.own += ownNs * weight;
    this.otherNs += heat.recordedNs * weight;
    this.followedNs += followedNs * weight;
    for (const one of functions) {
      const name = nameOf(one);
      this.charge(name, rateOf(one, one.counted > 0 ? visitNs(name) : 0, 1), weight);
      this.otherNs -= (one.boundaryNs + one.insideNs) * weight;
    }
    for (const [name, rate] of off) this.charge(name, rate, ownNs * weight);
  }

  private charge(name: string, { boundary, inside }: Rate, ownNs: number): void {
    let account = this.accounts.get(name);
    if (account === undefined) this.accounts.set(name, (account = { boundaryNs: 0, insideNs: 0 }));
    account.boundaryNs += boundary * ownNs;
    account.insideNs += inside * ownNs;
  }

  /** What came together. The ledger begins anew. */
  take(): CostReport {
    const modules = new Map<string, ReportedModule>();
    for (const key of this.loadedKeys) this.moduleOf(key, modules);
    for (const [name, { boundaryNs, insideNs }] of this.accounts) {
      const at = name.indexOf(' ');
      const functionIndex = Number(name.slice(0, at));
      const key = name.slice(at + 1);
      const table = this.tables.of(key);
      const module = this.moduleOf(key, modules);
      if (table === undefined || module === undefined) continue;
      const place = table.placeOf(functionIndex);
      module.functions.push({ place, name: table.names[functionIndex]!, boundaryNs, insideNs });
    }
    const { own: ownNs, otherNs, followedNs } = this;
    this.accounts.clear();
    this.own = this.otherNs = this.followedNs = 0;
    return { ownNs, otherNs: Math.max(0, otherNs), followedNs, modules: [...modules.values()] };
  }

  private moduleOf(key: string, modules: Map<string, ReportedModule>): ReportedModule | undefined {
    const table: LevelSites | undefined = this.tables.of(key);
    if (table === undefined) return undefined;
    // A text that was compiled in two ways, with other functions left out, is one.
    const name = `${table.hash} ${table.file}`;
    let module = modules.get(name);
    if (module === undefined) modules.set(name, (module = { file: table.file, hash: table.hash, functions: [] }));
    return module;
  }
}
