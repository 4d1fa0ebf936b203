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
export function flowOf({ module, functionIndex, source }: Site, find: FlowFinder): FunctionFlow | null | undefined {
  return flowOfFunction({ module, functionIndex, source }, find);
}

/** The flow of one of the files of a module; null where there is none, undefined while it is not known yet. */
export function flowOfFile(module: ModuleInfo, source: number, find: FlowFinder): SourceFlow | null | undefined {
  return fileFlow(module, source, find).flow;
}

/** How a function of a module goes, by its number; that of a bundle's top level by the file as well. */
export function flowOfFunction(
  { module, functionIndex, source }: Pick<Site, 'module' | 'functionIndex' | 'source'>,
  find: FlowFinder,
): FunctionFlow | null | undefined {
  const table = module.sites!;
  const { flow, functions } = fileFlow(module, source, find);
  if (!flow) return flow;
  let own = functions.get(functionIndex);
  if (own === undefined) {
    const { line, column, endLine, endColumn, kind } = table.functions[functionIndex]!;
    const found = flow.functionAt({ line, column, endLine, endColumn, isModule: kind === 'module' });
    own = found ? new FunctionFlow(flow, found, { table, functionIndex, source }, module.textOf(source)!) : null;
    functions.set(functionIndex, own);
  }
  return own;
}

function fileFlow(module: ModuleInfo, source: number, find: FlowFinder): FileFlow {
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
    const numbers = text === null ? null : find(text, module.sites?.sources[source] ?? module.file, keep);
    if (numbers !== undefined) keep(numbers);
  }
  return entry;
}
