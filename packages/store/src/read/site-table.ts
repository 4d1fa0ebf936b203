import { SITE_TUPLE_LENGTH, type ModuleSites, type SiteTuple } from '@execution-cinema/format';

/** The site table of a module as reading keeps it. */
export type SiteTable = Omit<ModuleSites, 'sites'> & { readonly sites: PackedSites };

/** The sites of a table in one array of numbers: an array for each takes four times the memory, and the collector's time. */
export class PackedSites {
  readonly length: number;
  private readonly numbers: Int32Array;

  constructor(sites: readonly SiteTuple[]) {
    this.length = sites.length;
    this.numbers = new Int32Array(sites.length * SITE_TUPLE_LENGTH);
    sites.forEach((site, index) => this.numbers.set(site, index * SITE_TUPLE_LENGTH));
  }

  /** Undefined where there is none. */
  at(index: number): SiteTuple | undefined {
    if (index < 0 || index >= this.length) return undefined;
    const from = index * SITE_TUPLE_LENGTH;
    return [...this.numbers.subarray(from, from + SITE_TUPLE_LENGTH)] as SiteTuple;
  }

  /** Shows every site, in order. The tuple is the same each time, with other numbers. */
  forEach(visit: (site: Readonly<SiteTuple>, index: number) => void): void {
    const { numbers, length } = this;
    const site = Array.from({ length: SITE_TUPLE_LENGTH }, () => 0) as SiteTuple;
    for (let index = 0, at = 0; index < length; index++) {
      for (let part = 0; part < SITE_TUPLE_LENGTH; part++) site[part] = numbers[at++]!;
      visit(site, index);
    }
  }

  /** Indices of the sites that pass, ascending. */
  where(passes: (site: Readonly<SiteTuple>, index: number) => boolean): number[] {
    const found: number[] = [];
    this.forEach((site, index) => {
      if (passes(site, index)) found.push(index);
    });
    return found;
  }
}

/** Which of the table's sources a site of a function lies in. */
export function sourceOfSite({ functions, elsewhere }: SiteTable, index: number, functionIndex: number): number {
  return elsewhere?.[index] ?? functions[functionIndex]!.source;
}

/** Throws a TypeError for what is no table. */
export function packed(table: ModuleSites): SiteTable {
  return { ...table, sites: new PackedSites(table.sites) };
}
