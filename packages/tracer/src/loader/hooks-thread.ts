import type { LoadHook, ResolveHook } from 'node:module';
import { BroadcastChannel, threadId } from 'node:worker_threads';
import { createFileSelector } from '../config/select-file.ts';
import { withSourceMapComment } from '../positions/source-map-comment.ts';
import { aliasUrl, healedUrl, loadTypeScriptModule, transformLoaded, type TransformModule } from './es-modules.ts';
import { openTransformCache } from './cache-folder.ts';
import type { HooksMessage, HooksThreadData } from './hooks-messages.ts';
import { Transformer } from './transformer.ts';

/*
 * Entry of the hooks thread of `module.register`, for Node without `registerHooks`. Site tables go straight to the
 * recorder; what the program's thread needs for its stacks waits in a port until it asks.
 */

let transformModule: TransformModule = () => undefined;
let isForeign = false;

/** Counts the registrations of this thread: hooks of others that came later make us register again. */
const key = Symbol.for('execution-cinema hooks');
const registrations = globalThis as { [key]?: number };
const own = (registrations[key] ?? 0) + 1;
registrations[key] = own;

function isLast(): boolean {
  return registrations[key] === own;
}

/** Called by Node with what `module.register` was given. */
export function initialize(data: HooksThreadData): void {
  const { config, programPort } = data;
  isForeign = data.isForeign;
  Atomics.store(new Int32Array(data.threadId), 0, threadId);
  const recorder = recorderOf(data);
  const tell = (message: HooksMessage): void => programPort.postMessage(message);
  const cache = openTransformCache(config.root);
  const transformer = new Transformer({
    config,
    select:
      recorder === null
        ? (file) => ({ instrument: false, reason: 'not included', relative: file })
        : createFileSelector(config, data.ownFolders),
    cache,
    leftOut: data.leftOut,
    redactionKey: data.redactionKey,
    transformBundle: data.transformBundle,
    post: (message) => recorder?.postMessage(message),
    // A thread of the tracer's own.
    instrumenting() {},
    count: (count) => tell({ type: 'count', count }),
    tell: (text) => tell({ type: 'tell', text }),
  });
  transformModule = (request) => {
    const result = transformer.transform(request);
    if (result === undefined) return undefined;
    const { name, file } = request;
    const { insertions, map, cacheKey } = result;
    const code = withSourceMapComment(result.code);
    if (insertions !== '' || map !== null) {
      tell(
        cache.isWritable
          ? { type: 'cached script', name, file, key: cacheKey }
          : { type: 'script', script: { name, file, code, insertions, map } },
      );
    }
    return code;
  };
}

function recorderOf({
  recorderPort,
  recorderChannel,
}: HooksThreadData): { postMessage(message: unknown): void } | null {
  if (recorderPort !== null || recorderChannel === null) return recorderPort;
  const channel = new BroadcastChannel(recorderChannel);
  (channel as unknown as { unref(): void }).unref();
  return channel;
}

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  if (!isLast()) return nextResolve(specifier, context);
  const alias = aliasUrl(specifier, context);
  if (alias !== undefined) return { url: alias, importAttributes: context.importAttributes, shortCircuit: true };
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    const url = healedUrl(specifier, context, error);
    if (url === undefined) throw error;
    return { url, importAttributes: context.importAttributes, shortCircuit: true };
  }
};

export const load: LoadHook = async (url, context, nextLoad) => {
  if (!isLast()) return nextLoad(url, context);
  // Text of CommonJS given here would change what `require` does in it: Node reads the file again as CommonJS.
  const compile = (): Awaited<ReturnType<LoadHook>> | undefined =>
    loadTypeScriptModule(url, transformModule, false) as Awaited<ReturnType<LoadHook>> | undefined;
  if (!isForeign) return compile() ?? transformLoaded(url, await nextLoad(url, context), transformModule);
  let loaded: Awaited<ReturnType<LoadHook>>;
  try {
    loaded = await nextLoad(url, context);
  } catch (error) {
    // Nobody else knows TypeScript.
    const compiled = compile();
    if (compiled === undefined) throw error;
    return compiled;
  }
  return transformLoaded(url, loaded, transformModule);
};
