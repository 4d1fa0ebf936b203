import { SITE_FUNCTION, type FunctionEntry, type ModuleSites, type SiteTuple, type VariableEntry } from "@execution-cinema/format";

/** A row of `modules`, with its site table parsed on first use. */
export interface ModuleInfo {
  id: number;
  file: string;
  url: string;
  format: string;
  source: string | null;
  skippedReason: string | null;
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
  /** Original file of the function. */
  file: string;
}

/** Resolves the site ids of one thread. */
export class SiteResolver {
  private readonly loads: Load[];
  private readonly module: (id: number) => ModuleInfo | undefined;
  private readonly memo: (Site | undefined)[] = [];

  /** `loads` in any order; `module` finds a module's row by id. */
  constructor(loads: Load[], module: (id: number) => ModuleInfo | undefined) {
    this.loads = loads.toSorted ? loads.toSorted((a, b) => a.base - b.base) : [...loads].sort((a, b) => a.base - b.base);
    this.module = module;
  }

  /** The site, or undefined when its module is not in the recording. */
  resolve(id: number): Site | undefined {
    const known = this.memo[id];
    if (known) return known;
    const load = this.loadOf(id);
    const module = load && this.module(load.moduleId);
    const table = module?.sites;
    const tuple = table?.sites[id - load!.base];
    if (!load || !module || !table || !tuple) return undefined;
    const site = makeSite(id, tuple, load, module, table);
    this.memo[id] = site;
    return site;
  }

  private loadOf(id: number): Load | undefined {
    let low = 0;
    let high = this.loads.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const load = this.loads[middle]!;
      if (id < load.base) high = middle - 1;
      else if (id >= load.base + load.count) low = middle + 1;
      else return load;
    }
    return undefined;
  }
}

function makeSite(id: number, tuple: SiteTuple, load: Load, module: ModuleInfo, table: ModuleSites): Site {
  const [kind, , functionIndex, line, column, a, b] = tuple;
  const entry = table.functions[functionIndex]!;
  return {
    id, index: id - load.base, kind, line, column, a, b, functionIndex,
    function: entry, module, table, load, file: table.sources[entry.source] ?? module.file,
  };
}

/** The variable that a write, throw or catch site names, if it names one. */
export function variableOf(site: Site): VariableEntry | undefined {
  return site.a >= 0 ? site.table.variables[site.a] : undefined;
}

export function isFunctionSite(site: Site): boolean {
  return site.kind === SITE_FUNCTION;
}
