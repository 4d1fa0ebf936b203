import { inflateRawSync } from 'node:zlib';
import { PLACE_OF_MODULE, placeOf, SKIPPED_BUDGET, type ModuleSites } from '@execution-cinema/format';
import type { Database } from '../../driver/types.ts';

/** What level control needs of a module's site table: flat arrays, by site index or by function index. */
export interface LevelSites {
  key: string;
  file: string;
  /** Of the source text. */
  hash: string;
  names: readonly string[];
  /** First line, per function. */
  lines: Uint32Array;
  /** Level in force at start, per function. */
  startLevels: Uint8Array;
  /** Highest level whose sites exist in the code, per function. */
  ceilings: Uint8Array;
  /** Level from which a site records, per site. */
  ranks: Uint8Array;
  /** Function index, per site. */
  functions: Uint32Array;
  /** SITE_*, per site. */
  kinds: Uint8Array;
  /** Functions that a budget has left out of the code, or whose inside it has, as NAME:LINE. */
  leftOut: { functions: readonly string[]; insides: readonly string[] };
  /** What names a function in every run, by function index. */
  placeOf(functionIndex: number): string;
}

/** Tables kept ready; beyond that the oldest is read again when needed. */
const TABLES_MAX = 500;

/** Site tables by module key, read from the recording itself when they are first needed. */
export class SiteTables {
  private readonly db: Database;
  private readonly tables = new Map<string, LevelSites>();

  constructor(db: Database) {
    this.db = db;
  }

  /** Undefined for a module without a site table, and for one that the database does not have yet. */
  of(key: string): LevelSites | undefined {
    const known = this.tables.get(key);
    if (known !== undefined) return known;
    const row = this.db
      .prepare('SELECT file, hash, sites FROM modules WHERE key = ? AND sites IS NOT NULL')
      .get<{ file: string; hash: string; sites: Uint8Array }>(key);
    if (row === undefined) return undefined;
    let table: LevelSites;
    try {
      table = flatten({ ...row, key }, JSON.parse(inflateRawSync(row.sites).toString()) as ModuleSites);
    } catch {
      return undefined; // Its levels stay as they are.
    }
    if (this.tables.size >= TABLES_MAX) this.tables.delete(this.tables.keys().next().value!);
    this.tables.set(key, table);
    return table;
  }
}

/** Makes the flat form of a site table. */
export function flatten(
  { key, file, hash }: Pick<LevelSites, 'key' | 'file' | 'hash'>,
  { sites, functions, skipped }: ModuleSites,
): LevelSites {
  const sources = Uint32Array.from(functions, ({ source }) => source);
  const lines = Uint32Array.from(functions, ({ line }) => line);
  const columns = Uint32Array.from(functions, ({ column }) => column);
  const left = skipped.filter(({ reason }) => reason.startsWith(SKIPPED_BUDGET));
  return {
    key,
    file,
    hash,
    names: functions.map(({ name }) => name),
    lines,
    startLevels: Uint8Array.from(functions, ({ level }) => level),
    ceilings: Uint8Array.from(functions, ({ ceiling }) => ceiling),
    ranks: Uint8Array.from(sites, ([, rank]) => rank),
    functions: Uint32Array.from(sites, ([, , functionIndex]) => functionIndex),
    kinds: Uint8Array.from(sites, ([kind]) => kind),
    leftOut: {
      functions: left.map(({ name, line }) => `${name}:${line}`),
      insides: functions.filter(({ lowered }) => lowered).map(({ name, line }) => `${name}:${line}`),
    },
    placeOf: (index) =>
      index === 0
        ? PLACE_OF_MODULE
        : placeOf({ source: sources[index]!, line: lines[index]!, column: columns[index]! }),
  };
}
