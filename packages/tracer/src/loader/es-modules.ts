import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { quietly } from './quietly.ts';
import { resolveAfterFailure, resolveAlias, type ResolveRequest } from './resolve/index.ts';
import type { ScriptKind } from './transform-types.ts';
import { isTypeScriptOfTheProgram } from './typescript-files.ts';
import { moduleFormat, projectOf } from './typescript/index.ts';

/*
 * What the hooks of ES modules do, whether they run in the program's thread (`registerHooks`) or on a thread of their
 * own (`module.register`).
 *
 * Invariant: formats other than ES modules, and TypeScript of the program, pass through untouched; URLs never change.
 */

/** Transforms one text; undefined: it runs as it is. */
export type TransformModule = (request: {
  file: string;
  name: string;
  source: string;
  kind: ScriptKind;
  compile: boolean;
}) => string | undefined;

interface LoadResult {
  format?: string | null | undefined;
  source?: unknown;
  shortCircuit?: boolean | undefined;
}

/** The absolute path that a file URL names; undefined for everything else. */
export function fileOfUrl(url: string | undefined): string | undefined {
  if (url === undefined || !url.startsWith('file:')) return undefined;
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/**
 * TypeScript and JSX of the program, read and compiled; undefined for everything else.
 * @param keepsCommonJs whether Node takes the text of CommonJS from here; else it reads the file again as CommonJS
 */
export function loadTypeScriptModule(
  url: string,
  transform: TransformModule,
  keepsCommonJs: boolean,
): LoadResult | undefined {
  const file = fileOfUrl(url);
  if (file === undefined || !isTypeScriptOfTheProgram(file)) return undefined;
  const source = readFileSync(file, 'utf8');
  const project = projectOf(file);
  const format = moduleFormat({ fileName: file, source: () => source, project, via: 'import' });
  if (format === 'commonjs' && !keepsCommonJs) return { format, source: null, shortCircuit: true };
  const name = format === 'module' ? url : file;
  return { format, source: transform({ file, name, source, kind: format, compile: true }), shortCircuit: true };
}

/** The result of the next hook, with the text of an ES module transformed. */
export function transformLoaded<Result extends LoadResult>(
  url: string,
  result: Result,
  transform: TransformModule,
): Result {
  const file = fileOfUrl(url);
  if (file === undefined || result.format !== 'module' || result.source == null) return result;
  const source = textOf(result.source);
  const code =
    source === undefined ? undefined : transform({ file, name: url, source, kind: 'module', compile: false });
  return code === undefined ? result : { ...result, source: code };
}

interface ResolveContext {
  readonly parentURL?: string | undefined;
  readonly conditions: readonly string[];
}

/** What an alias of tsconfig makes of a specifier; undefined: Node is asked. */
export function aliasUrl(specifier: string, context: ResolveContext): string | undefined {
  const found = quietly(() => resolveAlias(requestOf(specifier, context)));
  return found === undefined ? undefined : pathToFileURL(found.file).href + found.suffix;
}

/** What TypeScript means by a specifier that Node has refused; undefined: the refusal stands. */
export function healedUrl(specifier: string, context: ResolveContext, error: unknown): string | undefined {
  const found = quietly(() => resolveAfterFailure(requestOf(specifier, context), error));
  return found === undefined ? undefined : pathToFileURL(found.file).href + found.suffix;
}

function requestOf(specifier: string, { parentURL, conditions }: ResolveContext): ResolveRequest {
  return { specifier, parentFile: fileOfUrl(parentURL), kind: 'import', conditions };
}

function textOf(source: unknown): string | undefined {
  if (typeof source === 'string') return source;
  if (ArrayBuffer.isView(source)) {
    return Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString('utf8');
  }
  return source instanceof ArrayBuffer || source instanceof SharedArrayBuffer
    ? Buffer.from(source).toString('utf8')
    : undefined;
}
