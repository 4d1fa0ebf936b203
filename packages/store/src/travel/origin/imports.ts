import { nodeIn, nodesIn, textIn } from '@execution-cinema/codemap';
import { SITE_WRITE } from '@execution-cinema/format';
import { WRITES } from '../moves.ts';
import { sitesWhere } from '../targets.ts';
import { ThreadSearch } from '../thread-search.ts';
import { treeOf } from './source-trees.ts';
import type { Tracer } from './tracer.ts';
import type { Place, Trail } from './trail.ts';

/** A binding of another module: the last write there. */
export function importedVariable(tracer: Tracer, name: string, place: Place): Trail | undefined {
  const site = tracer.siteOfCall(place);
  const isImport = site?.table.variables.some((variable) => variable.kind === 'import' && variable.name === name);
  const tree = site && treeOf(tracer.recording, site);
  if (!isImport || !tree) return undefined;
  let from: { file: string; name: string } | undefined;
  tree.each(tree.program, (node) => {
    if (node.type !== 'ImportDeclaration') return;
    for (const specifier of nodesIn(node, 'specifiers')) {
      if (textIn(nodeIn(specifier, 'local')!, 'name') !== name) continue;
      const imported = nodeIn(specifier, 'imported');
      from = {
        file: String(nodeIn(node, 'source')!['value']).replace(/^.*\//, ''),
        name: imported ? (textIn(imported, 'name') ?? '') : name,
      };
    }
  });
  if (!from) return undefined;
  const { file, name: exported } = from;
  const base = file.replace(/\.[cm]?[jt]sx?$/, '');
  const sites = sitesWhere(tracer.recording, place.thread, (candidate) => {
    const variable = candidate.table.variables[candidate.a];
    if (
      candidate.kind !== SITE_WRITE ||
      variable?.name !== exported ||
      candidate.table.scopes[variable.scope]?.kind !== 'module'
    )
      return false;
    return (
      candidate.file
        .split('/')
        .pop()!
        .replace(/\.[cm]?[jt]sx?$/, '') === base
    );
  });
  if (sites.length === 0) return undefined;
  const wanted = new Set(sites);
  const search = new ThreadSearch(tracer.recording, place.thread, tracer.index);
  const event = search.back(
    place.event + 1,
    ({ kind, payload }) => WRITES.has(kind) && wanted.has(payload),
    search.mentioning(sites, -1),
  );
  if (event === undefined) return undefined;
  return tracer.variable(exported, { thread: place.thread, event, call: tracer.callAt(place.thread, event) });
}
