import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { InsertionMap } from '@execution-cinema/instrument';

/** An instrumented text that V8 has compiled in this thread, with what leads back to the text it stands for. */
export interface LoadedScript {
  /** As V8 names it in stacks: a path for CommonJS, a URL for ES modules. */
  readonly name: string;
  /** What V8 compiled. */
  readonly code: string;
  /** Encoded `InsertionMap`. */
  readonly insertions: string;
  /** Leads from the text without insertions to TypeScript or JSX; null where that text is the file itself. */
  readonly map: object | null;
  /** Absolute path. */
  readonly file: string;
  /** Where the program has told V8 that the text begins; lines before the first, and columns of the first. */
  readonly lineOffset?: number;
  readonly columnOffset?: number;
}

interface Place {
  /** 1-based. */
  readonly line: number;
  /** 0-based. */
  readonly column: number;
}

/** A loaded script whose tables are decoded at the first question. */
export class ScriptPositions {
  readonly script: LoadedScript;
  readonly #insertions: InsertionMap;
  #sourceMap: SourceMap | undefined;

  constructor(script: LoadedScript) {
    this.script = script;
    this.#insertions = new InsertionMap(script.insertions);
  }

  /** Where the program's author sees this position: in the file as loaded, or in the TypeScript it was made from. */
  original(line: number, column: number): Place {
    const place = this.uninstrumented(line, column);
    if (this.script.map === null) return place;
    this.#sourceMap ??= new SourceMap(this.script.map as SourceMapPayload);
    const entry = this.#sourceMap.findEntry(place.line - 1, place.column);
    return 'originalLine' in entry ? { line: entry.originalLine + 1, column: entry.originalColumn } : place;
  }

  /** The place in the text that Node would have compiled without us. */
  uninstrumented(line: number, column: number): Place {
    const { lineOffset = 0, columnOffset = 0 } = this.script;
    const own = line - lineOffset;
    const shift = own === 1 ? columnOffset : 0;
    const place = this.#insertions.originalPosition(own, column - shift);
    return { line: place.line + lineOffset, column: place.column + shift };
  }

  /** The text that Node would have compiled without us, or the part of it that a part of `code` stands for. */
  withoutInsertions(start = 0, end = this.script.code.length): string {
    return this.#insertions.withoutInsertions(this.script.code, start, end);
  }

  /** One line of the file as its author sees it, without its terminator. */
  sourceLine(line: number): string | undefined {
    return lineOf(this.#sourceText(), line - (this.script.lineOffset ?? 0));
  }

  /** One line of what V8 compiled. */
  codeLine(line: number): string | undefined {
    return lineOf(this.script.code, line - (this.script.lineOffset ?? 0));
  }

  #sourceText(): string | undefined {
    if (this.script.map === null) return this.withoutInsertions();
    try {
      return readFileSync(this.script.file, 'utf8');
    } catch {
      return undefined;
    }
  }
}

/**
 * The instrumented scripts of this thread by the name V8 knows them by. A name that is loaded again (cache deleted, a
 * changed file) stands for its newest text.
 */
export class LoadedScripts {
  readonly #byName = new Map<string, ScriptPositions>();
  #pull: (() => Iterable<LoadedScript>) | undefined;

  add(script: LoadedScript): void {
    this.#byName.set(script.name, new ScriptPositions(script));
  }

  /** The newest text of this name runs as it is. */
  forget(name: string): void {
    this.#byName.delete(name);
  }

  /** Where scripts wait that another thread has instrumented; asked before every answer. */
  pullFrom(pull: () => Iterable<LoadedScript>): void {
    this.#pull = pull;
  }

  find(name: string): ScriptPositions | undefined {
    this.refresh();
    return this.#byName.get(name);
  }

  all(): Iterable<ScriptPositions> {
    this.refresh();
    return this.#byName.values();
  }

  /** Takes in the scripts that wait elsewhere. */
  refresh(): void {
    if (this.#pull) for (const script of this.#pull()) this.add(script);
  }
}

/** `line` is 1-based. */
function lineOf(text: string | undefined, line: number): string | undefined {
  return text?.split(/\r\n|[\n\r\u2028\u2029]/, line)[line - 1];
}
