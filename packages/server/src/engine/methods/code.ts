import { type FunctionEntry, type ModuleSites } from '@execution-cinema/format';
import {
  FUNCTIONS_PER_MODULE,
  levelName,
  sourceOfSite,
  type ModuleInfo,
  type Recording,
} from '@execution-cinema/store';
import { ServerError } from '../../errors.ts';
import type { FunctionView, ModuleView, SourceView } from '../../protocol.ts';
import type { Answer } from './method.ts';

export const code: Answer<'code'> = ({ recording }) => {
  const modules: ModuleView[] = [];
  const functions: FunctionView[] = [];
  for (const id of recording.moduleIds()) {
    const module = recording.module(id);
    if (!module) continue;
    const { sites } = module;
    modules.push({
      id,
      files: sites?.sources ?? [module.file],
      level: levelName(module.level),
      skippedReason: module.skippedReason,
      hasSource: module.textOf() !== null,
    });
    sites?.functions.forEach((entry, index) => functions.push(functionView(module, sites, entry, index)));
  }
  return { modules, functions };
};

function functionView(module: ModuleInfo, sites: ModuleSites, entry: FunctionEntry, index: number): FunctionView {
  return {
    id: module.id * FUNCTIONS_PER_MODULE + index,
    module: module.id,
    file: sites.sources[entry.source] ?? module.file,
    name: entry.name,
    kind: entry.kind,
    line: entry.line,
    column: entry.column,
    endLine: entry.endLine,
    level: levelName(entry.level),
    parameters: entry.parameters,
  };
}

/** Modules that hold code of a file, each with the number of the file among its sources. */
function modulesOfFile(recording: Recording, file: string): { module: ModuleInfo; source: number }[] {
  const found: { module: ModuleInfo; source: number }[] = [];
  for (const id of recording.moduleIds()) {
    const module = recording.module(id);
    const source = module ? (module.sites?.sources ?? [module.file]).indexOf(file) : -1;
    if (module && source >= 0) found.push({ module, source });
  }
  return found;
}

export const source: Answer<'source'> = ({ recording }, { file }) => {
  // Of several versions of a file that were loaded, the last one that has a text.
  const found = modulesOfFile(recording, file);
  const chosen = found.findLast(({ module, source: own }) => module.textOf(own) !== null) ?? found.at(-1);
  if (!chosen) throw new ServerError('UNAVAILABLE', `${file} is no file of this recording`);
  const { module } = chosen;
  const text = module.textOf(chosen.source);
  return {
    file,
    module: module.id,
    text,
    reason: text === null ? 'its text is not in the recording' : null,
    language: languageOf(file),
    recordableLines: recordableLines(found),
    skipped: skippedFunctions(module),
  };
};

function skippedFunctions({ sites, skippedReason }: ModuleInfo): SourceView['skipped'] {
  const own = (sites?.skipped ?? []).map(({ name, line, reason }) => ({ function: name, line, reason }));
  return skippedReason === null ? own : [{ function: '(module)', line: 1, reason: skippedReason }, ...own];
}

function recordableLines(found: readonly { module: ModuleInfo; source: number }[]): Uint32Array {
  const lines = new Set<number>();
  for (const { module, source: number } of found) {
    module.sites?.sites.forEach(([, , , line], index) => {
      // The first two are those of the module as a whole.
      if (index > 1 && sourceOfSite(module.sites!, index) === number) lines.add(line);
    });
  }
  return Uint32Array.from(lines).sort();
}

function languageOf(file: string): SourceView['language'] {
  if (/\.[cm]?ts$/.test(file)) return 'typescript';
  if (file.endsWith('.tsx')) return 'tsx';
  if (file.endsWith('.jsx')) return 'jsx';
  if (/\.[cm]?js$/.test(file)) return 'javascript';
  return file.endsWith('.json') ? 'json' : 'text';
}
