import nodeModule from 'node:module';
import { quietly } from './quietly.ts';
import { resolveAfterFailure, resolveAlias, type ResolveRequest } from './resolve/index.ts';

type ResolveFilename = (
  this: unknown,
  request: string,
  parent: NodeJS.Module | null | undefined,
  isMain: boolean,
  options?: unknown,
) => string;

const Module = nodeModule as unknown as { _resolveFilename: ResolveFilename };

const CONDITIONS = ['node', 'require', 'module-sync', 'node-addons'] as const;

/** `require` resolves as Node does, and where Node refuses, as TypeScript means it. Call once per thread. */
export function installCommonJsResolution(): void {
  const nodeResolve = Module._resolveFilename;
  const { apply } = Reflect;
  Module._resolveFilename = function resolveFilename(request, parent, isMain, options) {
    const asked: ResolveRequest = {
      specifier: String(request),
      parentFile: parent?.filename ?? undefined,
      kind: 'require',
      conditions: CONDITIONS,
    };
    // With `paths` the caller has said itself where to look. From 24 on Node passes options without them.
    const isPlain = (options as { readonly paths?: unknown } | null | undefined)?.paths == null;
    const alias = isPlain && !isMain ? quietly(() => resolveAlias(asked)) : undefined;
    if (alias !== undefined) return alias.file;
    try {
      return apply(nodeResolve, this, [request, parent, isMain, options]);
    } catch (error) {
      const found = isPlain
        ? quietly(() => resolveAfterFailure(isMain ? { ...asked, parentFile: undefined } : asked, error))
        : undefined;
      if (found !== undefined) return found.file;
    }
    // Asked again without a catch: a refusal that nobody catches is reported from the place where Node throws it.
    const limit = Error.stackTraceLimit;
    try {
      // Our frame in its stack must not push out another.
      Error.stackTraceLimit = limit + 1;
      return apply(nodeResolve, this, [request, parent, isMain, options]);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}
