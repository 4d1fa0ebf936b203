import nodeModule from 'node:module';
import { pathToFileURL } from 'node:url';
import type { LoadedScripts } from '../positions/loaded-scripts.ts';
import { withSourceMapComment } from '../positions/source-map-comment.ts';
import { stripsTypes } from './node-capabilities.ts';
import { packageTypeOf } from './package-type.ts';
import { readText } from './file-contents.ts';
import type { Transformer } from './transformer.ts';
import { INSTRUMENTED_MARK, type ScriptKind, type Transformed } from './transform-types.ts';
import { isTypeScriptOfTheProgram } from './typescript-files.ts';
import { moduleFormat, projectOf } from './typescript/index.ts';

/*
 * CommonJS. Two ways lead to instrumented text:
 *
 * - `Module._extensions['.js']` and its kin: ours stand in the place of Node's own function, frame for frame, so that no
 *   stack grows. They read, transform, and call Node's own `_compile`.
 * - `Module.prototype._compile`: reached when somebody else's hook (pirates, ts-node, tsx, @babel/register) has made the
 *   text. Ours transforms what it is given and goes on to Node's; its frame is taken out of stacks again.
 *
 * Invariant: no module is transformed twice, and one that cannot be runs as it is.
 */

export interface CommonJsOptions {
  readonly transformer: Transformer;
  readonly scripts: LoadedScripts;
  /** Our own files, loaded late, go by Node's way. */
  readonly isOwn: (file: string) => boolean;
  /** Open frames of the thread; a module that throws leaves its own open. */
  readonly frames: { depth(): number; restore(depth: number): void };
  /** Whether the program has hooks of its own in Node's loader, which must see every text. */
  readonly hasForeignHooks: () => boolean;
  /** A text that can import ES modules is about to run. */
  readonly meetsImport: () => void;
  /** TypeScript and `import()` are both about: what is imported is resolved as TypeScript means it. */
  readonly meetsTypeScript: () => void;
}

/** May hold an `import()`; more often than not it does not. */
const MAY_IMPORT = /\bimport\s*\(/;

type Compile = (this: CompilingModule, content: string, filename: string, format?: string) => unknown;
interface CompilingModule extends NodeJS.Module {
  _compile: Compile;
}
type ExtensionHandler = (this: unknown, module: CompilingModule, filename: string) => unknown;

interface ModuleClass {
  readonly _cache: Record<string, CompilingModule | undefined>;
  readonly prototype: CompilingModule;
  readonly _extensions: Record<string, ExtensionHandler>;
}

const Module = nodeModule as unknown as ModuleClass;

export interface CommonJs {
  /** Whether a file is being loaded whose text a hook of another tool waits for. */
  isAwaitedByOthers(file: string): boolean;
}

/** Installs the CommonJS side, once per thread. */
export function installCommonJs(options: CommonJsOptions): CommonJs {
  const { transformer, scripts, frames, isOwn, hasForeignHooks, meetsImport, meetsTypeScript } = options;
  const nodeCompile = Module.prototype._compile;
  const nodeLoadJavaScript = Module._extensions['.js']!;

  /** A hook of another tool waits on the module for its text. */
  const isHooked = (module: CompilingModule): boolean =>
    Object.hasOwn(module, '_compile') && module._compile !== nodeCompile;

  /**
   * The text is final: the module's `_compile` is Node's own. It stays there, since V8 names the frames of `_compile` by
   * the property that holds it.
   */
  const useNodeCompile = (module: CompilingModule): void => {
    // Somebody else wants to compile; they get the final text.
    if (Module.prototype._compile !== compileTransformed) return;
    Object.defineProperty(module, '_compile', {
      value: nodeCompile,
      configurable: true,
      enumerable: false,
      writable: true,
    });
  };

  let imports = false;
  let typescript = false;

  /** What V8 gets for a file, and knows it by; undefined: the source itself. */
  const transform = (
    module: CompilingModule,
    request: { file: string; source: string; kind: ScriptKind; compile: boolean },
  ): string | undefined => {
    const { file, source } = request;
    if (!imports && MAY_IMPORT.test(source)) {
      imports = true;
      meetsImport();
    }
    typescript ||= request.compile;
    if (imports && typescript) meetsTypeScript();
    if (source.includes(INSTRUMENTED_MARK)) return undefined;
    const result = transformer.transform({ ...request, name: file });
    if (result === undefined) return undefined;
    // The main file is loaded once more, by the loader of ES modules.
    if (result.kind === 'module' && process.mainModule === module && !request.compile) {
      meetsImport();
      return undefined;
    }
    return remember(result, file, scripts);
  };

  function compileTransformed(this: CompilingModule, content: string, filename: string, format?: string): unknown {
    if (isOwn(filename)) return nodeCompile.call(this, content, filename, format);
    const kind = format === 'module' || format === 'commonjs' ? format : 'unknown';
    const isText = typeof content === 'string' && typeof filename === 'string' && !format?.endsWith('typescript');
    const code = isText ? transform(this, { file: filename, source: content, kind, compile: false }) : undefined;
    if (code === undefined) return nodeCompile.call(this, content, filename, format);
    const depth = frames.depth();
    useNodeCompile(this);
    try {
      return nodeCompile.call(this, code, filename, format);
    } finally {
      frames.restore(depth);
    }
  }

  const loadJavaScript: ExtensionHandler = function (module, filename) {
    const format = formatByName(filename);
    if (format === 'native' || isHooked(module) || hasForeignHooks() || isOwn(filename)) {
      return nodeLoadJavaScript.call(this, module, filename);
    }
    const source = readText(filename);
    const code = transform(module, { file: filename, source, kind: format ?? 'unknown', compile: false });
    const depth = frames.depth();
    useNodeCompile(module);
    try {
      return module._compile(code ?? source, filename, format);
    } finally {
      frames.restore(depth);
    }
  };

  const loadTypeScriptFile: ExtensionHandler = function (module, filename) {
    if (!isTypeScriptOfTheProgram(filename) || isHooked(module) || hasForeignHooks()) {
      return nodeLoadJavaScript.call(this, module, filename);
    }
    const source = readText(filename);
    const project = projectOf(filename);
    const format = moduleFormat({ fileName: filename, source: () => source, project, via: 'require' });
    let code: string | undefined;
    try {
      code = transform(module, { file: filename, source, kind: format, compile: true });
    } catch (error) {
      // What is no TypeScript is refused by Node in its own words, where it knows TypeScript.
      if (stripsTypes) return nodeLoadJavaScript.call(this, module, filename);
      throw error;
    }
    const depth = frames.depth();
    useNodeCompile(module);
    try {
      return module._compile(code ?? source, filename, format);
    } finally {
      frames.restore(depth);
    }
  };

  Module.prototype._compile = compileTransformed;
  // A handler that another tool has put there before us stays; what it makes comes to `_compile`.
  if (isNodes(nodeLoadJavaScript)) Module._extensions['.js'] = loadJavaScript;
  for (const extension of ['.ts', '.cts', '.mts', '.tsx', '.jsx']) {
    if (Module._extensions[extension] === undefined) addHiddenHandler(extension, loadTypeScriptFile);
  }
  return {
    isAwaitedByOthers(file) {
      const module = Module._cache[file];
      return module !== undefined && isHooked(module);
    },
  };
}

/** Whether a handler of `.js` is Node's own, by its text. */
export function isNodes(handler: unknown): boolean {
  return Function.prototype.toString.call(handler).includes('getRequireESMError(');
}

/** The text for V8. Instrumented and compiled ones are remembered for stacks. */
function remember(result: Transformed, file: string, scripts: LoadedScripts): string {
  const { insertions, map, kind } = result;
  if (insertions === '' && map === null) return result.code;
  const code = withSourceMapComment(result.code);
  scripts.add({ name: kind === 'module' ? pathToFileURL(file).href : file, file, code, insertions, map });
  return code;
}

/** The format as Node's handler of `.js` finds it; `native` is for Node's handler itself to deal with. */
function formatByName(filename: string): 'commonjs' | undefined | 'native' {
  if (filename.endsWith('.cjs')) return 'commonjs';
  if (filename.endsWith('.mjs')) return 'native';
  if (!filename.endsWith('.js')) return /\.[cm]?ts$/.test(filename) ? 'native' : undefined;
  const type = packageTypeOf(filename);
  if (type === 'none') return undefined;
  return type === 'commonjs' ? 'commonjs' : 'native';
}

/**
 * Adds a handler that programs do not see when they list extensions: tools decide by that list whether TypeScript needs
 * their help. What a tool then assigns is listed as usual.
 */
function addHiddenHandler(extension: string, handler: ExtensionHandler): void {
  Object.defineProperty(Module._extensions, extension, {
    configurable: true,
    enumerable: false,
    get: () => handler,
    set(value: ExtensionHandler) {
      Object.defineProperty(Module._extensions, extension, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    },
  });
}
