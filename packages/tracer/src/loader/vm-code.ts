import nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { RUNTIME_KEY } from '@execution-cinema/format';
import type { MaskFunctionText } from '../positions/function-text.ts';
import type { LoadedScripts } from '../positions/loaded-scripts.ts';
import type { StackTraces } from '../positions/stack-traces.ts';
import { isLoadingOwn } from './own-loads.ts';
import { INSTRUMENTED_MARK, type ScriptKind } from './transform-types.ts';
import type { Transformer } from './transformer.ts';

/*
 * Code that reaches V8 through `node:vm` under the name of a file that is recorded: how vitest, jest and their like
 * evaluate modules. Recorded are functions (`vm.compileFunction`), modules (`vm.SourceTextModule`) and scripts that
 * consist of one function round a module; in any other script an injected variable would be a global.
 *
 * `vm.Script` and `vm.SourceTextModule` are not replaced: `super()` finds the class below them by their prototype at
 * run time, and there stands ours. So all ways of node:vm are met (`runInContext`, `runInThisContext`), and no frame of
 * ours stays on the stack.
 *
 * Invariant: code that comes with a code cache, or is to make one, is left alone: V8 tells caches apart by length only.
 */

export interface VmCodeOptions {
  readonly transformer: Transformer;
  readonly scripts: LoadedScripts;
  readonly maskFunctionText: MaskFunctionText;
  readonly stacks: StackTraces;
}

const key = Symbol.for(RUNTIME_KEY);
const { apply, construct, defineProperty, getPrototypeOf, setPrototypeOf } = Reflect;

interface Offsets {
  readonly lineOffset: number;
  readonly columnOffset: number;
}

interface VmModule {
  compileFunction(...args: unknown[]): unknown;
  createContext(...args: unknown[]): unknown;
  readonly Script: { readonly prototype: { runInNewContext(...args: unknown[]): unknown } };
  /** With `--experimental-vm-modules` only. */
  readonly SourceTextModule?: object;
}

/** Instruments what `node:vm` compiles; once per thread, where something is recorded. */
export function installVmCode({ transformer, scripts, maskFunctionText, stacks }: VmCodeOptions): void {
  const prepareContext = contextPreparation(maskFunctionText, stacks);
  const nodeVm = vm as unknown as VmModule;

  /** What V8 gets in place of a text; undefined: the text itself. */
  const transform = (source: unknown, name: unknown, kind: ScriptKind, offsets: Offsets): string | undefined => {
    if (typeof source !== 'string' || typeof name !== 'string' || isLoadingOwn()) return undefined;
    const file = pathOf(name);
    if (file === undefined || source.includes(INSTRUMENTED_MARK)) return undefined;
    const result = transformer.transform({ file, name, source, kind, compile: false });
    if (result === undefined || result.insertions === '') {
      scripts.forget(name);
      return undefined;
    }
    const { code, insertions } = result;
    // Who runs code this way looks after source maps itself.
    scripts.add({ name, file, code, insertions, map: null, ...offsets });
    return code;
  };

  interceptSuper(nodeVm.Script, (args) => {
    const [source, name, lineOffset, columnOffset, cachedData, producesCache, context] = args;
    prepareContext(context);
    if (cachedData !== undefined || producesCache === true) return;
    args[0] = transform(source, name, 'script', offsetsOf({ lineOffset, columnOffset })) ?? source;
  });

  if (nodeVm.SourceTextModule !== undefined) {
    interceptSuper(nodeVm.SourceTextModule, (args) => {
      const options = args[0] as Record<string, unknown>;
      const { sourceText, identifier, cachedData, context } = options;
      prepareContext(context);
      if (cachedData !== undefined) return;
      const code = transform(sourceText, identifier, 'module', offsetsOf(options));
      if (code !== undefined) args[0] = { ...options, sourceText: code };
    });
  }

  const { compileFunction } = nodeVm;
  replace('compileFunction', function (this: unknown, source: unknown, _params: unknown, options: unknown) {
    const args = Array.from(arguments as Iterable<unknown>);
    const given = (typeof options === 'object' && options !== null ? options : {}) as Record<string, unknown>;
    const { filename, cachedData, produceCachedData, parsingContext } = given;
    prepareContext(parsingContext);
    if (cachedData === undefined && produceCachedData !== true) {
      args[0] = transform(source, filename, 'function', offsetsOf(given)) ?? source;
    }
    return apply(compileFunction, this, args);
  });

  const { createContext } = nodeVm;
  replace('createContext', function (this: unknown) {
    const context = apply(createContext, this, Array.from(arguments as Iterable<unknown>));
    prepareContext(context);
    return context;
  });

  const { prototype } = nodeVm.Script;
  const { runInNewContext } = prototype;
  hide(prototype, 'runInNewContext', runInNewContext, function (this: unknown, object: unknown, options: unknown) {
    // Node makes an object into a context once only, and so finds it prepared.
    const context = apply(createContext, vm, [object, contextOptions(options)]);
    prepareContext(context);
    return apply(runInNewContext, this, [context, options]);
  });
  nodeModule.syncBuiltinESMExports();
}

/** `options` of `runInNewContext` as `createContext` has them. */
function contextOptions(options: unknown): unknown {
  if (typeof options !== 'object' || options === null) return undefined;
  const given = options as Record<string, unknown>;
  const { contextName: name, contextOrigin: origin, contextCodeGeneration: codeGeneration, microtaskMode } = given;
  return { name, origin, codeGeneration, microtaskMode };
}

/**
 * The code of another context finds the runtime as that of this one does, by a symbol of its global. It lies on the
 * realm's `Object.prototype`: the global is an object that the program has made, may look through, and may have frozen.
 */
function contextPreparation(maskFunctionText: MaskFunctionText, stacks: StackTraces): (context: unknown) => void {
  const prepared = new WeakSet();
  const realm = new vm.Script('[Object.prototype, Function.prototype, Object.getPrototypeOf(TypeError)]');
  const value = (globalThis as Record<symbol, unknown>)[key];
  return (context) => {
    if (typeof context !== 'object' || context === null || prepared.has(context)) return;
    prepared.add(context);
    const [objects, functions, errors] = realm.runInContext(context) as [object, object, ErrorConstructor];
    defineProperty(objects, key, { value, enumerable: false });
    maskFunctionText(functions);
    stacks.inRealm(errors);
  };
}

/** Lets `before` see, and change, what a class passes to the constructor of the class that it extends. */
function interceptSuper(subclass: object, before: (args: unknown[]) => void): void {
  const parent = getPrototypeOf(subclass) as object & (new (...args: unknown[]) => object);
  const stand = new Proxy(parent, {
    construct(target, args: unknown[], newTarget) {
      before(args);
      return construct(target, args, newTarget) as object;
    },
  });
  setPrototypeOf(subclass, stand);
}

function replace(name: 'compileFunction' | 'createContext', value: (...args: never[]) => unknown): void {
  hide(vm, name, Reflect.get(vm, name) as object, value);
}

/** Stands under the same name, length and visibility as what was there. */
function hide(holder: object, property: string, present: object, value: (...args: never[]) => unknown): void {
  for (const trait of ['name', 'length'] as const) {
    defineProperty(value, trait, { value: Reflect.get(present, trait), configurable: true });
  }
  defineProperty(holder, property, { ...Object.getOwnPropertyDescriptor(holder, property), value });
}

function offsetsOf({ lineOffset, columnOffset }: { lineOffset?: unknown; columnOffset?: unknown }): Offsets {
  return {
    lineOffset: typeof lineOffset === 'number' ? lineOffset : 0,
    columnOffset: typeof columnOffset === 'number' ? columnOffset : 0,
  };
}

/** Absolute path of the file that a name means; undefined when it means none. */
function pathOf(name: string): string | undefined {
  if (name.startsWith('file:')) {
    try {
      return fileURLToPath(name);
    } catch {
      return undefined;
    }
  }
  return name.startsWith('/') || /^[a-z]:[\\/]/i.test(name) ? name : undefined;
}
