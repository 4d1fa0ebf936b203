import type { FunctionEntry, ModuleSites, SiteTuple, VariableEntry } from '@execution-cinema/format';
import { lastWhere } from './chunks.ts';

/** A row of `modules`, with its site table parsed. */
export interface ModuleInfo {
  id: number;
  file: string;
  url: string;
  hash: string;
  format: string;
  level: number;
  /**
   * Text of one of the files of its site table (default: the first), as it was written; null when that is not in the
   * recording. Read when it is asked for.
   */
  textOf(source?: number): string | null;
  functions: number;
  skippedReason: string | null;
  /** Undefined when the module is not instrumented or its table does not parse. */
  sites: ModuleSites | undefined;
}

/** A registration of a module in a thread: row of `loads`. */
export interface Load {
  base: number;
  count: number;
  moduleId: number;
  scopeInstance: number;
}

/** What a thread-wide site id stands for. */
export interface Site {
  id: number;
  index: number;
  kind: number;
  line: number;
  column: number;
  a: number;
  b: number;
  function: FunctionEntry;
  functionIndex: number;
  module: ModuleInfo;
  table: ModuleSites;
  load: Load;
  /** Original file that it lies in, and its place among the table's sources. */
  file: string;
  source: number;
}

const UNKNOWN_FUNCTION = -1;

/** Resolves the site ids of one thread. */
export class SiteResolver {
  private readonly loads: readonly Load[];
  private readonly module: (id: number) => ModuleInfo | undefined;
  private readonly memo = new Map<number, Site>();
  /** By site id, what `functionOf` tells; 0 where nobody has asked about its module yet. */
  private functions = new Int32Array(0);
  /** By module, the number of its first function. */
  private readonly firstFunctions = new Map<number, number>();
  private nextFunction = 1;

  /** `loads` in the order of their bases; `module` finds a module's row by id. */
  constructor(loads: readonly Load[], module: (id: number) => ModuleInfo | undefined) {
    this.loads = loads;
    this.module = module;
  }

  /** The site, or undefined when its module is not in the recording. */
  resolve(id: number): Site | undefined {
    return this.memo.get(id) ?? this.find(id);
  }

  /**
   * A number that the sites of one function share; -1 where `resolve` finds none. A replay asks it for every event, of
   * which few are ever shown.
   */
  functionOf(id: number): number {
    return this.functions[id] || this.numberFunctions(id);
  }

  private numberFunctions(id: number): number {
    const load = this.loadOf(id);
    if (!load) return UNKNOWN_FUNCTION;
    const end = load.base + load.count;
    if (this.functions.length < end) {
      const larger = new Int32Array(Math.max(end, 2 * this.functions.length));
      larger.set(this.functions);
      this.functions = larger;
    }
    this.functions.fill(UNKNOWN_FUNCTION, load.base, end);
    const table = this.module(load.moduleId)?.sites;
    if (table) {
      // A module that was loaded twice has the same functions.
      const first = this.firstFunctions.get(load.moduleId) ?? this.nextFunction;
      if (first === this.nextFunction) this.nextFunction += table.functions.length;
      this.firstFunctions.set(load.moduleId, first);
      table.sites.forEach((tuple, index) => {
        if (index < load.count) this.functions[load.base + index] = first + tuple[2];
      });
    }
    return this.functions[id]!;
  }

  private loadOf(id: number): Load | undefined {
    const load = this.loads[lastWhere(this.loads, ({ base }) => base <= id)];
    return load && id < load.base + load.count ? load : undefined;
  }

  private find(id: number): Site | undefined {
    const load = this.loadOf(id);
    if (!load) return undefined;
    const module = this.module(load.moduleId);
    const tuple = module?.sites?.sites[id - load.base];
    if (!module?.sites || !tuple) return undefined;
    const site = makeSite(id, tuple, load, module, module.sites);
    this.memo.set(id, site);
    return site;
  }
}

/** Which of the table's sources a site lies in. */
export function sourceOfSite({ sites, functions, elsewhere }: ModuleSites, index: number): number {
  return elsewhere?.[index] ?? functions[sites[index]![2]]!.source;
}

function makeSite(id: number, tuple: SiteTuple, load: Load, module: ModuleInfo, table: ModuleSites): Site {
  const [kind, , functionIndex, line, column, a, b] = tuple;
  const entry = table.functions[functionIndex]!;
  const index = id - load.base;
  const source = sourceOfSite(table, index);
  const file = table.sources[source] ?? module.file;
  return {
    id,
    index,
    kind,
    line,
    column,
    a,
    b,
    function: entry,
    functionIndex,
    module,
    table,
    load,
    file,
    source,
  };
}

/** The variable that a write, throw or catch site names, if it names one. */
export function variableOf(site: Site): VariableEntry | undefined {
  return site.a >= 0 ? site.table.variables[site.a] : undefined;
}
