import {
  SITE_CATCH,
  SITE_DELETE,
  SITE_FUNCTION,
  SITE_PROPERTY,
  SITE_WRITE,
  type SiteTuple,
} from '@execution-cinema/format';
import { fileMatcher, functionMatcher } from '../read/match.ts';
import type { Recording } from '../read/recording.ts';
import { nameOfSite } from '../read/site-text.ts';
import type { Site } from '../read/sites.ts';

/** Ids of a thread's sites that `wanted` accepts, ascending. Only those that `mayBe` lets pass are looked at. */
export function sitesWhere(
  recording: Recording,
  thread: number,
  wanted: (site: Site) => boolean,
  mayBe: (tuple: Readonly<SiteTuple>) => boolean = () => true,
): number[] {
  const resolver = recording.resolver(thread);
  const found: number[] = [];
  for (const { base, moduleId } of recording.loads(thread)) {
    recording.module(moduleId)?.sites?.sites.forEach((tuple, index) => {
      if (!mayBe(tuple)) return;
      const site = resolver.resolve(base + index);
      if (site && wanted(site)) found.push(base + index);
    });
  }
  return found.sort((a, b) => a - b);
}

/** Sites on a line of a file. */
export function sitesOnLine(recording: Recording, thread: number, file: string, line: number): number[] {
  const inFile = fileMatcher(file);
  return sitesWhere(
    recording,
    thread,
    (site) => inFile(site.file),
    ([, , , siteLine]) => siteLine === line,
  );
}

/** FUNCTION sites of the functions that a name or glob means. */
export function sitesOfFunction(recording: Recording, thread: number, name: string, file?: string): number[] {
  const isMeant = functionMatcher(name);
  const inFile = file === undefined ? () => true : fileMatcher(file);
  return sitesWhere(
    recording,
    thread,
    (site) => isMeant(site.function.name) && inFile(site.file),
    ([kind]) => kind === SITE_FUNCTION,
  );
}

const WRITING: ReadonlySet<number> = new Set([SITE_WRITE, SITE_PROPERTY, SITE_DELETE, SITE_CATCH]);

/** Sites that write a variable or property of this name: `total`, `this.total`. */
export function sitesWriting(recording: Recording, thread: number, name: string): number[] {
  return sitesWhere(
    recording,
    thread,
    (site) => writes(site, name),
    ([kind]) => WRITING.has(kind),
  );
}

function writes(site: Site, name: string): boolean {
  const own = nameOfSite(site);
  if (own === name) return true;
  return site.kind === SITE_PROPERTY || site.kind === SITE_DELETE ? site.table.names[site.a] === name : false;
}
