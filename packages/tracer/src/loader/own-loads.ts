import nodeModule, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/*
 * What we load late (parser, compilers) goes through the program's own CommonJS loader. It must leave nothing there: it
 * is not instrumented, and `require.cache` does not show it, so that a program that uses the same package gets a copy of
 * its own.
 */

const { _cache: cache, _extensions: extensions } = nodeModule as unknown as {
  readonly _cache: Record<string, unknown>;
  readonly _extensions: Record<string, unknown>;
};
let depth = 0;

/** Node's own way of loading a file, as long as nobody stands there before us. */
const nodeLoad = extensions['.js'];

/** Whether the module that is loading right now is ours. */
export function isLoadingOwn(): boolean {
  return depth > 0;
}

/**
 * Runs code of ours that may load modules; takes them out of the cache again. No code of the program may run inside, and
 * no hook of its tools: @babel/register would compile our files too.
 */
export function loadOwn<Result>(run: () => Result): Result {
  const before = new Set(Object.keys(cache));
  const handlers = ['.js', '.cjs'].filter((extension) => Object.hasOwn(extensions, extension));
  const present = handlers.map((extension) => extensions[extension]);
  depth++;
  try {
    for (const extension of handlers) extensions[extension] = nodeLoad;
    return run();
  } finally {
    depth--;
    handlers.forEach((extension, index) => (extensions[extension] = present[index]));
    for (const key of Object.keys(cache)) if (!before.has(key)) delete cache[key];
  }
}

/** Loads another bundle of ours. */
export function requireOwn(file: string | URL): unknown {
  const path = typeof file === 'string' ? file : fileURLToPath(file);
  return loadOwn(() => createRequire(import.meta.url)(path) as unknown);
}

/** Takes the bundle that is loading out of the cache. */
export function forgetOwn(path: string): void {
  delete cache[path];
}
