import { inflateRawSync } from 'node:zlib';
import type { ModuleSites } from '@execution-cinema/format';
import type { Database } from '../../driver/types.ts';

/** What level control needs of a module's site table: flat arrays, by site index or by function index. */
export interface LevelSites {
  key: string;
  file: string;
  names: readonly string[];
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
      .prepare('SELECT file, sites FROM modules WHERE key = ? AND sites IS NOT NULL')
      .get<{ file: string; sites: Uint8Array }>(key);
    if (row === undefined) return undefined;
    let table: LevelSites;
    try {
      table = flatten(key, row.file, JSON.parse(inflateRawSync(row.sites).toString()) as ModuleSites);
    } catch {
      return undefined; // Its levels stay as they are.
    }
    if (this.tables.size >= TABLES_MAX) this.tables.delete(this.tables.keys().next().value!);
    this.tables.set(key, table);
    return table;
  }
}

/** Makes the flat form of a site table. */
export function flatten(key: string, file: string, { sites, functions }: ModuleSites): LevelSites {
  return {
    key,
    file,
    names: functions.map(({ name }) => name),
    startLevels: Uint8Array.from(functions, ({ level }) => level),
    ceilings: Uint8Array.from(functions, ({ ceiling }) => ceiling),
    ranks: Uint8Array.from(sites, ([, rank]) => rank),
    functions: Uint32Array.from(sites, ([, , functionIndex]) => functionIndex),
    kinds: Uint8Array.from(sites, ([kind]) => kind),
  };
}
