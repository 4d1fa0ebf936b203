import { analyzeSource, type FunctionEntry } from '@execution-cinema/codemap';
import type { FunctionFacts, Recording } from '@execution-cinema/store';

export interface Complexity {
  /** How hard it is to follow (SonarSource). */
  cognitive: number;
  /** Ways through it (as eslint counts). */
  cyclomatic: number;
}

/**
 * Complexity of recorded functions, from the sources that the recording itself holds. A file is analysed when one of
 * its functions is first asked for.
 */
export class ComplexityOf {
  private readonly recording: Recording;
  private readonly files = new Map<string, Map<string, FunctionEntry>>();

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** Null for a module's own text, and where the source is not stored or does not parse. */
  of({ module, file, name, line }: Pick<FunctionFacts, 'module' | 'file' | 'name' | 'line'>): Complexity | null {
    const entry = this.functionsOf(module, file).get(`${name}:${line}`);
    return entry ? { cognitive: entry.cognitive, cyclomatic: entry.cyclomatic } : null;
  }

  private functionsOf(module: number, file: string): Map<string, FunctionEntry> {
    const known = this.files.get(file);
    if (known) return known;
    const functions = new Map<string, FunctionEntry>();
    this.files.set(file, functions);
    const info = this.recording.module(module);
    const source = (info?.sites?.sources ?? [info?.file]).indexOf(file);
    const text = source < 0 ? null : info!.textOf(source);
    if (text === null) return functions;
    const map = analyzeSource(text, file);
    for (const entry of [...map.functions, ...map.classes.flatMap(({ methods }) => methods)]) {
      functions.set(`${entry.name}:${entry.startLine}`, entry);
    }
    return functions;
  }
}
