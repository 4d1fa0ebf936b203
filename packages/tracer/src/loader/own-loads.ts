import nodeModule, { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/*
 * What we load late (parser, compilers) goes through the program's own CommonJS loader. It must leave nothing there: it
 * is not instrumented, and `require.cache` does not show it, so that a program that uses the same package gets a copy of
 * its own.
 */

const cache = (nodeModule as unknown as { _cache: Record<string, unknown> })._cache;
let depth = 0;

/** Whether the module that is loading right now is ours. */
export function isLoadingOwn(): boolean {
  return depth > 0;
}

/** Runs code of ours that may load modules; takes them out of the cache again. No code of the program may run inside. */
export function loadOwn<Result>(run: () => Result): Result {
  const before = new Set(Object.keys(cache));
  depth++;
  try {
    return run();
  } finally {
    depth--;
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
