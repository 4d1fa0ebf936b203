import workerThreads, { type MessagePort } from 'node:worker_threads';
import type { LoadedScript, LoadedScripts } from '../positions/loaded-scripts.ts';
import { withSourceMapComment } from '../positions/source-map-comment.ts';
import {
  aliasUrl,
  fileOfUrl,
  healedUrl,
  loadTypeScriptModule,
  transformLoaded,
  type TransformModule,
} from './es-modules.ts';
import type { FileCount } from './file-counts.ts';
import type { HooksMessage, HooksThreadData } from './hooks-messages.ts';
import { register, registerHooks, type ForeignHooks } from './foreign-hooks.ts';
import { watchLoaderReads } from './loader-reads.ts';
import { readsModulesByPromises } from './node-capabilities.ts';
import { importsTypeScript } from './typescript-files.ts';
import type { TransformCache } from './transform-cache.ts';
import type { Transformed } from './transform-types.ts';
import type { Transformer } from './transformer.ts';

/** As they are before the runtime follows the program's. */
const { MessageChannel, receiveMessageOnPort } = workerThreads;

export interface EsModuleOptions {
  readonly transformer: Transformer;
  readonly scripts: LoadedScripts;
  readonly cache: TransformCache;
  readonly foreignHooks: ForeignHooks;
  /** CommonJS asks these hooks too; what it loads for another tool is that tool's. */
  readonly isAwaitedByOthers: (file: string) => boolean;
  readonly count: (count: FileCount) => void;
  /** What the user must know about a file, one sentence. */
  readonly tell: (text: string) => void;
  /** URL of the bundle of hooks-thread.ts. */
  readonly hooksBundle: string;
  readonly hooksData: Omit<HooksThreadData, 'programPort' | 'recorderPort' | 'isForeign' | 'threadId'>;
  /** A thread of ours has been started. */
  readonly hideThread: (threadId: number) => void;
  /** A way from the hooks thread to the recorder; null where nothing is recorded. */
  readonly recorderPort: () => MessagePort | null;
}

/** The ES module side of the loader. */
export interface EsModuleHooks {
  /** Makes sure that ES modules loaded from now on are transformed: a thread of its own starts only when one comes. */
  ensure(): void;
  /** Specifiers are resolved as TypeScript means them, from now on. */
  ensureResolution(): void;
  /** Takes in what the hooks thread has counted so far. */
  settle(): void;
}

/** Chooses the mechanism that this Node has. Nothing is installed before `ensure`. */
export function createEsModuleHooks(options: EsModuleOptions): EsModuleHooks {
  if (registerHooks !== undefined) return inThisThread(options);
  const hooksThread = onHooksThread(options);
  return readsModulesByPromises ? byLoaderReads(options, hooksThread) : hooksThread;
}

/** JavaScript in this thread; with TypeScript everything moves to the hooks thread. */
function byLoaderReads({ transformer, scripts }: EsModuleOptions, hooksThread: EsModuleHooks): EsModuleHooks {
  let watches = false;
  return {
    ...hooksThread,
    ensure() {
      if (watches) return;
      watches = true;
      watchLoaderReads(({ file, url: name, source, kind }) => {
        if (importsTypeScript(source, file)) hooksThread.ensure();
        const result = transformer.transform({ file, name, source, kind, compile: false });
        if (result === undefined || result.kind !== 'module') return undefined;
        return remembered(result, { name, file }, scripts);
      });
    },
    ensureResolution: () => hooksThread.ensure(),
  };
}

/** The text for V8. Instrumented and compiled ones are remembered for stacks. */
function remembered(
  { code: text, insertions, map }: Transformed,
  { name, file }: { name: string; file: string },
  scripts: LoadedScripts,
): string {
  if (insertions === '' && map === null) return text;
  const code = withSourceMapComment(text);
  scripts.add({ name, file, code, insertions, map });
  return code;
}

function inThisThread({ transformer, scripts, foreignHooks, isAwaitedByOthers }: EsModuleOptions): EsModuleHooks {
  const transformModule: TransformModule = (request) => {
    const result = transformer.transform(request);
    return result === undefined ? undefined : remembered(result, request, scripts);
  };
  let loads = false;
  let resolves = false;
  const ensureResolution = (): void => {
    if (resolves) return;
    resolves = true;
    registerHooks!({
      resolve(specifier, context, nextResolve) {
        // CommonJS is resolved in `Module._resolveFilename`, where `require.resolve` passes as well.
        if (context.conditions.includes('require')) return nextResolve(specifier, context);
        const alias = aliasUrl(specifier, context);
        if (alias !== undefined) return { url: alias, importAttributes: context.importAttributes, shortCircuit: true };
        try {
          return nextResolve(specifier, context);
        } catch (error) {
          const url = healedUrl(specifier, context, error);
          if (url === undefined) throw error;
          return { url, importAttributes: context.importAttributes, shortCircuit: true };
        }
      },
    });
  };
  const hooks: Parameters<NonNullable<typeof registerHooks>>[0] = {
    load(url, context, nextLoad) {
      const file = fileOfUrl(url);
      if (file !== undefined && isAwaitedByOthers(file)) return nextLoad(url, context);
      const compile = (): ReturnType<typeof nextLoad> | undefined => {
        const compiled = loadTypeScriptModule(url, transformModule, true);
        if (compiled !== undefined) ensureResolution();
        return compiled as ReturnType<typeof nextLoad> | undefined;
      };
      const transform = (loaded: ReturnType<typeof nextLoad>): ReturnType<typeof nextLoad> =>
        transformLoaded(url, loaded, (request) => {
          if (importsTypeScript(request.source, request.file)) ensureResolution();
          return transformModule(request);
        });
      if (!foreignHooks.present()) return compile() ?? transform(nextLoad(url, context));
      let loaded: ReturnType<typeof nextLoad>;
      try {
        loaded = nextLoad(url, context);
      } catch (error) {
        const compiled = compile();
        if (compiled === undefined) throw error;
        return compiled;
      }
      // Nobody has compiled it.
      if (loaded.format?.endsWith('typescript')) return compile() ?? loaded;
      return transform(loaded);
    },
  };
  return {
    ensure() {
      if (loads) return;
      loads = true;
      let own = registerHooks!(hooks);
      foreignHooks.onRegistered(() => {
        own.deregister();
        own = registerHooks!(hooks);
      });
    },
    ensureResolution,
    settle() {},
  };
}

function onHooksThread(options: EsModuleOptions): EsModuleHooks {
  const { scripts, cache, count, tell, foreignHooks } = options;
  /** One for each time that ours were registered. */
  const ports: MessagePort[] = [];

  function* newScripts(): Generator<LoadedScript> {
    for (const port of ports) yield* scriptsOf(port);
  }

  function* scriptsOf(port: MessagePort): Generator<LoadedScript> {
    for (let next = receive(port); next !== undefined; next = receive(port)) {
      if (next.type === 'count') count(next.count);
      else if (next.type === 'tell') tell(next.text);
      else if (next.type === 'script') yield next.script;
      else {
        const cached = cache.read(next.key);
        if (cached === undefined) continue;
        const { name, file } = next;
        const { insertions, map } = cached;
        yield { name, file, code: withSourceMapComment(cached.code), insertions, map };
      }
    }
  }

  const add = (): void => {
    const { port1, port2 } = new MessageChannel();
    port1.unref();
    ports.push(port1);
    const recorderPort = options.recorderPort();
    const isForeign = foreignHooks.present();
    const threadId = new SharedArrayBuffer(4);
    const data: HooksThreadData = { ...options.hooksData, recorderPort, programPort: port2, isForeign, threadId };
    const transferList = recorderPort === null ? [port2] : [port2, recorderPort];
    // Registered again, it is another module, and the last one alone does anything.
    register(`${options.hooksBundle}?${ports.length}`, { data, transferList });
    // With hooks of others the thread is not ours alone, and would be there without us.
    if (!isForeign) options.hideThread(Atomics.load(new Int32Array(threadId), 0));
    scripts.pullFrom(newScripts);
  };
  const ensure = (): void => {
    if (ports.length === 0) add();
  };
  // Its thread loads everything from now on.
  foreignHooks.onRegistered(add);
  return { ensure, ensureResolution: ensure, settle: () => scripts.refresh() };
}

function receive(port: MessagePort): HooksMessage | undefined {
  return receiveMessageOnPort(port)?.message as HooksMessage | undefined;
}
