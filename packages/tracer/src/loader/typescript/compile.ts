// TypeScript, TSX and JSX to JavaScript that this Node runs. Pure and synchronous: the caller caches results on disk.
import type { CompilerSettings } from './compiler-settings.ts';
import { stripInPlace } from './strip.ts';
import { transpile } from './transpile.ts';

export type ModuleFormat = 'module' | 'commonjs';

export interface CompileInput {
  /** Absolute path: its extension says whether there is JSX, and it is the source of the map. */
  readonly fileName: string;
  readonly source: string;
  /** What the output is loaded as; see `moduleFormat`. */
  readonly format: ModuleFormat;
  readonly settings: CompilerSettings;
}

export interface SourceMapV3 {
  readonly version: 3;
  /** One entry, the `fileName` of the input. */
  readonly sources: readonly [string];
  readonly sourcesContent: readonly [string];
  readonly names: readonly string[];
  readonly mappings: string;
}

export interface CompileOutput {
  readonly code: string;
  /** `null`: every line and column of the code is that of the source. */
  readonly map: SourceMapV3 | null;
  /** Whether every statement is still on its line, so that stack traces name the right lines even without the map. */
  readonly keepsLines: boolean;
}

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Types are erased and module syntax is edited in place where that gives what tsc would give, else TypeScript compiles
 * the file. Only then do lines move; the map leads back in every case.
 * @throws {TypeScriptSyntaxError} where the source is not TypeScript; the message and place are the compiler's.
 */
export function compileToJavaScript(input: CompileInput): CompileOutput {
  const source = input.source.startsWith(BYTE_ORDER_MARK) ? input.source.slice(1) : input.source;
  const withoutMark = { ...input, source };
  return stripInPlace(withoutMark) ?? transpile(withoutMark);
}
