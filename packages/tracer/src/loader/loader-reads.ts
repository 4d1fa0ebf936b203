import fs from 'node:fs';
import { extname } from 'node:path';
import { fileOfUrl } from './es-modules.ts';
import { packageTypeOf } from './package-type.ts';
import type { ScriptKind } from './transform-types.ts';

/*
 * Node 20 has no hooks in the program's own thread. Its loader of ES modules reads files by `fs.promises.readFile`, asked
 * for anew each time (lib/internal/modules/esm/load.js, `getSource`), so that a function in its place sees every text.
 * Against a hooks thread (`module.register`) that saves 40 ms of start-up, and a refused import still fails in the
 * program's thread with its own stack and report. It cannot resolve; TypeScript needs the hooks thread.
 */

const NODE_LOADER = 'node:internal/modules/esm/load';

type ReadFile = typeof fs.promises.readFile;

/** Replaces what Node's loader reads by what `transform` gives; undefined leaves a text alone. */
export function watchLoaderReads(
  transform: (request: { file: string; url: string; source: string; kind: ScriptKind }) => string | undefined,
): void {
  const { readFile } = fs.promises;
  const { apply } = Reflect;
  const watched = async function (this: unknown, path: unknown, ...rest: unknown[]): Promise<unknown> {
    const isLoader = rest.length === 0 && path instanceof URL && callerIsLoader();
    const result = apply(readFile, this, [path, ...rest]) as Promise<Buffer>;
    if (!isLoader) return result;
    const { href: url } = path;
    const file = fileOfUrl(url);
    const kind = file === undefined ? undefined : kindOf(file);
    if (file === undefined || kind === undefined) return result;
    const source = (await result).toString('utf8');
    const code = transform({ file, url, source, kind });
    return code === undefined ? result : Buffer.from(code);
  };
  Object.defineProperty(watched, 'name', { value: readFile.name });
  Object.defineProperty(watched, 'length', { value: readFile.length });
  fs.promises.readFile = watched as ReadFile;
}

/** As Node finds it; undefined for what is no JavaScript. Text without a stated kind may be CommonJS, which is read again. */
function kindOf(file: string): ScriptKind | undefined {
  const extension = extname(file);
  if (extension === '.mjs') return 'module';
  if (extension !== '.js' && extension !== '') return undefined;
  const type = packageTypeOf(file);
  if (type === 'none') return 'unknown';
  return type === 'module' ? 'module' : undefined;
}

/** Whether Node's loader has called the function that asks. */
function callerIsLoader(): boolean {
  const { stackTraceLimit } = Error;
  const holder: { stack?: string } = {};
  try {
    Error.stackTraceLimit = 4;
    Error.captureStackTrace(holder, callerIsLoader);
    return String(holder.stack).includes(NODE_LOADER);
  } catch {
    return false;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
