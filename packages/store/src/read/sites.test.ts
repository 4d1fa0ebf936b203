import { expect, test } from 'vitest';
import { randomProgram } from '../../test/random-program.ts';
import { SiteResolver, type ModuleInfo } from './sites.ts';

test('sites of one function share a number, also where a module was loaded twice', () => {
  const sites = randomProgram(5, 10).maker.table;
  const module = (id: number): ModuleInfo => ({
    id,
    file: `${id}.js`,
    url: '',
    hash: '',
    format: '',
    level: 2,
    textOf: () => null,
    functions: sites.functions.length,
    skippedReason: null,
    // Tables of their own, as two modules have.
    sites: id === 3 ? undefined : structuredClone(sites),
  });
  const modules = new Map([1, 2, 3].map((id) => [id, module(id)]));
  const count = sites.sites.length;
  const loads = [
    { base: 100, count, moduleId: 1, scopeInstance: 1 },
    { base: 100 + count, count, moduleId: 3, scopeInstance: 2 },
    { base: 1000 + count, count, moduleId: 2, scopeInstance: 3 },
    { base: 2000 + 2 * count, count, moduleId: 1, scopeInstance: 4 },
  ];
  const resolver = new SiteResolver(loads, (id) => modules.get(id));
  const ids = [50, ...loads.flatMap(({ base }) => Array.from({ length: count + 1 }, (_, i) => base + i))];
  // From the last load on: numbers are given to a module when it is asked for first.
  for (const a of ids.toReversed()) {
    const site = resolver.resolve(a);
    expect(resolver.functionOf(a) > 0).toBe(site !== undefined);
    if (!site) continue;
    const same = ids.filter((b) => resolver.functionOf(b) === resolver.functionOf(a));
    expect(same).toEqual(ids.filter((b) => resolver.resolve(b)?.function === site.function));
  }
});
