import { SITE_FUNCTION } from '@execution-cinema/format';
import { countedNs, type ThreadHeat } from './heat.ts';
import type { LevelControl, LoadedModule } from './level-control.ts';
import type { SiteTables } from './module-sites.ts';

/** What an interval of one thread brought. */
export interface ThreadInterval {
  thread: number;
  /** How long the thread worked. */
  busyMs: number;
  heat: ThreadHeat;
}

/** What recording one function took in an interval: its calls, and what happened inside it. */
export interface FunctionHeat {
  load: LoadedModule;
  functionIndex: number;
  boundaryNs: number;
  insideNs: number;
  /** Visits that were recorded, and such that were counted. */
  visits: number;
  insideVisits: number;
  counted: number;
  insideCounted: number;
}

/** Adds an interval's sites up by function. */
export function functionsOf(
  { thread, heat }: ThreadInterval,
  { control, tables }: { control: LevelControl; tables: SiteTables },
): FunctionHeat[] {
  const byName = new Map<string, FunctionHeat>();
  for (const [site, { recordedNs, visits, counted }] of heat.sites) {
    const load = control.find(thread, site);
    const table = load === undefined ? undefined : tables.of(load.key);
    if (load === undefined || table === undefined) continue;
    const functionIndex = table.functions[site - load.base]!;
    const known = byName.get(nameOf({ load, functionIndex })) ?? nothing(load, functionIndex);
    byName.set(nameOf(known), known);
    known.visits += visits;
    known.counted += counted;
    if (table.kinds[site - load.base] === SITE_FUNCTION) known.boundaryNs += recordedNs;
    else {
      known.insideNs += recordedNs;
      known.insideVisits += visits;
      known.insideCounted += counted;
    }
  }
  return [...byName.values()];
}

function nothing(load: LoadedModule, functionIndex: number): FunctionHeat {
  return {
    load,
    functionIndex,
    boundaryNs: 0,
    insideNs: 0,
    visits: 0,
    insideVisits: 0,
    counted: 0,
    insideCounted: 0,
  };
}

/** What a function takes, or would if it were recorded, per nanosecond of the program's own time. */
export interface Rate {
  boundary: number;
  inside: number;
  visits: number;
}

/** `visitNs`: what recording a visit took of those that are only counted. */
export function rateOf(heat: FunctionHeat, visitNs: number, ownNs: number): Rate {
  const { boundaryNs, insideNs, visits, counted, insideCounted } = heat;
  return {
    boundary: (boundaryNs + (counted - insideCounted) * visitNs) / ownNs,
    inside: (insideNs + insideCounted * visitNs) / ownNs,
    visits: (visits + counted) / ownNs,
  };
}

/** Nanoseconds that a function took, counting included. */
export function costNs({ boundaryNs, insideNs, counted }: FunctionHeat): number {
  return boundaryNs + insideNs + countedNs(counted);
}

/** Names a function within the process. */
export function nameOf({ load, functionIndex }: Pick<FunctionHeat, 'load' | 'functionIndex'>): string {
  return `${functionIndex} ${load.key}`;
}
