import { analyzeSource, type FileMap, type FunctionEntry } from '@execution-cinema/codemap';
import type { Recording } from '@execution-cinema/store';

/** Maps of the sources that a recording holds, made when they are first asked for. */
export class SourceMaps {
  private readonly recording: Recording;
  private readonly files = new Map<string, FileMap | null>();
  private readonly functions = new Map<string, Map<string, FunctionEntry>>();

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** Map of one of a module's files; null where its text is not in the recording. */
  of(moduleId: number, file: string): FileMap | null {
    const module = this.recording.module(moduleId);
    if (!module) return null;
    let map = this.files.get(file);
    if (map === undefined) {
      const text = module.textOf(Math.max(0, module.sites?.sources.indexOf(file) ?? 0));
      map = text === null ? null : analyzeSource(text, file);
      this.files.set(file, map);
    }
    return map;
  }

  /** A function of one of a module's files by its name and first line. */
  functionOf(moduleId: number, file: string, name: string, line: number): FunctionEntry | undefined {
    const map = this.of(moduleId, file);
    if (!map) return undefined;
    let known = this.functions.get(map.file);
    if (!known) {
      known = new Map(functionsOf(map).map((entry) => [`${entry.name}:${entry.startLine}`, entry]));
      this.functions.set(map.file, known);
    }
    return known.get(`${name}:${line}`);
  }
}

export function functionsOf(map: FileMap): FunctionEntry[] {
  return [...map.functions, ...map.classes.flatMap(({ methods }) => methods)];
}
