import { SourceFlow, type FlowNumbers } from '@execution-cinema/codemap';
import { FunctionFlow } from './function-flow.ts';
import type { ModuleInfo, Site } from '../read/sites.ts';

/**
 * Finds the flow of a text: null where there is none, undefined when it is not known yet (then `found` is called later; the
 * same text may be asked for again meanwhile).
 */
export type FlowFinder = (
  text: string,
  file: string,
  found: (flow: FlowNumbers | null) => void,
) => FlowNumbers | null | undefined;

interface FileFlow {
  /** Null: the text is not in the recording, or cannot be parsed. Undefined: not known yet. */
  flow: SourceFlow | null | undefined;
  functions: Map<number, FunctionFlow | null>;
}

/** By module and the number of the file among its sources. */
const known = new WeakMap<ModuleInfo, Map<number, FileFlow>>();

/** How a function goes, by one of its sites; null where that cannot be told, undefined while it is not known yet. */
export function flowOf(site: Site, find: FlowFinder): FunctionFlow | null | undefined {
  const entry = fileFlow(site, find);
  const { flow, functions } = entry;
  if (!flow) return flow;
  let own = functions.get(site.functionIndex);
  if (own === undefined) {
    const { line, column, endLine, endColumn, kind } = site.function;
    const found = flow.functionAt({ line, column, endLine, endColumn, isModule: kind === 'module' });
    own = found ? new FunctionFlow(flow, found, site, site.module.textOf(site.function.source)!) : null;
    functions.set(site.functionIndex, own);
  }
  return own;
}

function fileFlow(site: Site, find: FlowFinder): FileFlow {
  const {
    module,
    function: { source },
    file,
  } = site;
  let files = known.get(module);
  if (!files) known.set(module, (files = new Map()));
  let entry = files.get(source);
  if (!entry) files.set(source, (entry = { flow: undefined, functions: new Map() }));
  if (entry.flow === undefined) {
    const own = entry;
    const keep = (numbers: FlowNumbers | null): void => {
      own.flow ??= numbers && new SourceFlow(numbers);
    };
    const text = module.textOf(source);
    const numbers = text === null ? null : find(text, file, keep);
    if (numbers !== undefined) keep(numbers);
  }
  return entry;
}
