import nodeModule from 'node:module';
import { extname, resolve } from 'node:path';
import { packageTypeOf } from '../loader/package-type.ts';
import { isOwnSpecifier, wordsOf } from './own-flags.ts';

/*
 * `node --import x app.cjs` is not `node app.cjs` with something before it: Node then runs the main script through the
 * loader of ES modules, inside a promise. Promises settle before `process.nextTick` callbacks, an error at the top level
 * counts as an unhandled rejection and is reported where it was made instead of where it was thrown, and stacks end
 * otherwise. So where Node alone would have run the script as CommonJS, the preload runs it itself, in an immediate: when
 * that returns, ticks, promises, timers and immediates come in the order in which they come after a main script. Node's
 * own attempt is left waiting for the preload for good.
 */

/** Options under which Node does something else than running a script, or is to be left alone. */
const OTHER_MODES =
  /^(?:-[epc]|-pe|--eval|--print|--check|--interactive|-i|--test|--watch.*|--loader.*|--experimental-loader.*|--experimental-default-type.*|--entry-url|--experimental-entry-url|--build-sea.*|--experimental-sea-config.*|--prof-process|--run.*|--completion-bash|--v8-options)(?:=|$)/;

const Module = nodeModule as unknown as {
  _load(request: string, parent: null, isMain: boolean): unknown;
  _findPath(request: string, paths: null, isMain: boolean): string | false;
  runMain(main?: string): unknown;
};

export interface MainScript {
  /** Absolute path of the script that Node is about to run; undefined when it runs none (`-e`, REPL, `--test`). */
  readonly file: string | undefined;
  /** Whether Node alone would run it as CommonJS, or try that first. */
  readonly isCommonJs: boolean;
}

/** What this process is about to run, judged as Node does (`shouldUseESMLoader`). */
export function findMainScript(isCommonJsTypeScript: (file: string) => boolean): MainScript {
  const [, script] = process.argv;
  if (script === undefined || script === '-' || optionsOfNode().some((option) => OTHER_MODES.test(option))) {
    return { file: undefined, isCommonJs: false };
  }
  const file = resolveMain(script);
  const isTypeScript = /\.(?:ts|mts|cts|tsx|jsx)$/.test(file);
  return { file, isCommonJs: isTypeScript ? isCommonJsTypeScript(file) : runsAsCommonJs(file) };
}

function resolveMain(script: string): string {
  const found = Module._findPath(resolve(script), null, true);
  return found === false ? resolve(script) : found;
}

function runsAsCommonJs(file: string): boolean {
  const extension = extname(file);
  if (extension === '.mjs' || extension === '.mts' || extension === '.wasm') return false;
  return extension === '.cjs' || packageTypeOf(file) !== 'module';
}

/** Whether the tracer is the last thing that `--import` names: then nothing else comes before the script. */
export function isLastImport(): boolean {
  const options = optionsOfNode();
  let last: string | undefined;
  options.forEach((option, index) => {
    if (option === '--import') last = options[index + 1];
    else if (option.startsWith('--import=')) last = option.slice('--import='.length);
  });
  return last !== undefined && isOwnSpecifier(last);
}

/** Whether what runs now is the main script, or the ticks and promises that it has left behind. */
export const afterMain: { runs: boolean } = { runs: false };

/**
 * Runs the main script as CommonJS. The promise that is returned settles only when the script turns out
 * to be an ES module, which Node then runs.
 */
export function runAsCommonJs(beforeScript: () => void): Promise<void> {
  // Node 20 watches its own attempt by this listener, and would end the process with code 13.
  for (const listener of process.listeners('exit')) {
    if (listener.name === 'handleProcessExit') process.off('exit', listener);
  }
  return new Promise((settle) => {
    replaceRunMain(settle);
    setImmediate(function runMainScript() {
      afterMain.runs = true;
      // Before those of the script: the next of Node's callbacks is none of the main script's any more.
      setImmediate(() => (afterMain.runs = false)).unref();
      beforeScript();
      Module._load(process.argv[1]!, null, true);
      if (process.mainModule === undefined) settle();
    });
  });
}

/**
 * Tools such as ts-node run their user's script by `Module.runMain`. Node would wait for the preloads there, and so for
 * us; without `--import` it loads CommonJS at once.
 */
function replaceRunMain(goOn: () => void): void {
  const { runMain } = Module;
  const runMainAgain = function runMainAgain(this: unknown, main: string | undefined = process.argv[1]): unknown {
    if (main !== undefined && runsAsCommonJs(resolveMain(main))) return void Module._load(main, null, true);
    goOn();
    return Reflect.apply(runMain, this, [main]) as unknown;
  };
  Module.runMain = runMainAgain;
}

function optionsOfNode(): string[] {
  return [...wordsOf(process.env['NODE_OPTIONS'] ?? ''), ...process.execArgv];
}
