import {
  SITE_FUNCTION,
  SITE_SCOPE,
  SITE_THROW,
  SITE_WRITE,
  type FunctionEntry,
  type ModuleSites,
  type SiteTuple,
} from '@execution-cinema/format';

/**
 * A site table with functions `(module)`, `hot`, `cold`, each of level 2. Sites: 0 and 1 of the module, then of each
 * other function in turn FUNCTION, WRITE (rank 2), WRITE (rank 3), THROW.
 */
export function smallSiteTable(): ModuleSites {
  const site = (kind: number, rank: 1 | 2 | 3, functionIndex: number): SiteTuple => [
    kind,
    rank,
    functionIndex,
    1,
    0,
    0,
    0,
  ];
  const inner = (index: number): SiteTuple[] => [
    site(SITE_FUNCTION, 1, index),
    site(SITE_WRITE, 2, index),
    site(SITE_WRITE, 3, index),
    site(SITE_THROW, 1, index),
  ];
  return {
    version: 1,
    sources: ['app.js'],
    names: [],
    sites: [site(SITE_FUNCTION, 1, 0), site(SITE_SCOPE, 1, 0), ...inner(1), ...inner(2)],
    functions: ['(module)', 'hot', 'cold'].map((name, index) => functionEntry(name, index)),
    variables: [],
    scopes: [],
    skipped: [],
  };
}

function functionEntry(name: string, index: number): FunctionEntry {
  return {
    site: index === 0 ? 0 : index * 4 - 2,
    name,
    kind: index === 0 ? 'module' : 'function',
    parent: index === 0 ? -1 : 0,
    source: 0,
    line: 1,
    column: 0,
    endLine: 1,
    endColumn: 0,
    parameters: [],
    parameterVariables: [],
    level: 2,
    ceiling: 3,
    scope: 0,
    start: 0,
    end: 0,
  };
}
