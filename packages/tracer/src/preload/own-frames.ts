import nodeModule from 'node:module';
import { isNodes } from '../loader/commonjs.ts';
import { withText, type FrameView, type OwnFrameReplacement } from '../positions/call-sites.ts';
import { lineInNode } from '../positions/node-sources.ts';
import { afterMain } from './main-script.ts';
import { nodeFramesBelowMain } from './node-frames.ts';

/*
 * Frames of ours that stand where Node's own would stand, by the names of our functions: stacks show Node's.
 */

/** Node calls everything through this function while `async_hooks` are in use, as the runtime's are. */
const HOOKS_TRAMPOLINE = 'callbackTrampoline';
const HOOKS_TRAMPOLINE_FILE = 'node:internal/async_hooks';

/**
 * What the main script leaves behind runs from Node itself where the script does; with another immediate behind ours,
 * from the queue of immediates.
 */
const QUEUES = new Set(['node:internal/process/task_queues', 'node:internal/timers']);
const TICKS = 'processTicksAndRejections (';

/** Function names in commonjs.ts and main-script.ts. */
const LOADERS = new Set(['loadJavaScript', 'loadTypeScriptFile']);
const MAIN = 'runMainScript';
const RUN_MAIN = 'runMainAgain';

/**
 * V8 names a method by the property that holds it. These hold ours, so that Node's have no name left; their frames are
 * told by the line on which the function begins.
 */
const NAMELESS = ['Module.prototype._compile', 'Module._resolveFilename'] as const;
const NO_NAME = '.<anonymous> (';
const NODE_LOADER = 'internal/modules/cjs/loader';

/**
 * Call before the loader is installed, while Node's own functions are in place.
 * @param smallFile any `.js` or `.cjs` file that can be read
 */
export function learnOwnFrames(smallFile: string): FrameView {
  const loader: OwnFrameReplacement = { sites: nodeLoaderFrame(smallFile) };
  let main: OwnFrameReplacement | undefined;
  let nameByLine: ReadonlyMap<number, string> | undefined;
  return {
    own(site) {
      const name = site.getFunctionName();
      if (name !== null && LOADERS.has(name)) return loader;
      if (name === RUN_MAIN) return { sites: nodeFramesBelowMain().slice(0, -1) };
      if (name !== MAIN) return undefined;
      // Below it is the queue of immediates.
      main ??= { sites: nodeFramesBelowMain(), endsStack: true };
      return main;
    },
    nodes(site) {
      if (site.getFileName() === HOOKS_TRAMPOLINE_FILE && site.getFunctionName() === HOOKS_TRAMPOLINE) return undefined;
      if (afterMain.runs && QUEUES.has(site.getFileName() ?? '')) return asAfterMain(site);
      if (site.getFileName() !== `node:${NODE_LOADER}`) return site;
      const text = site.toString();
      if (!text.includes(NO_NAME)) return site;
      nameByLine ??= namesByLine();
      const name = nameByLine.get((site as unknown as { getEnclosingLineNumber(): number }).getEnclosingLineNumber());
      return name === undefined ? site : withText(site, text.replace(NO_NAME, `.${name} (`));
    },
  };
}

function asAfterMain(site: NodeJS.CallSite): NodeJS.CallSite | undefined {
  const name = site.getFunctionName();
  if (name === 'runNextTicks' || name === 'processImmediate') return undefined;
  const text = site.toString();
  return text.startsWith(TICKS) ? withText(site, `process.${text}`) : site;
}

/** How stacks show the call of `_compile` in Node's handler of `.js`: it is run, and the stack read inside. */
function nodeLoaderFrame(file: string): NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const extensions = (nodeModule as unknown as { _extensions: { '.js'(module: object, file: string): void } })
    ._extensions;
  let frames: NodeJS.CallSite[] = [];
  if (!isNodes(extensions['.js'])) return frames;
  const keepFrames = (): void => {
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder);
    frames = (holder.stack as NodeJS.CallSite[]).slice(1).map((site) => withText(site, site.toString()));
  };
  try {
    Error.stackTraceLimit = 2;
    Error.prepareStackTrace = (_error, trace) => trace;
    extensions['.js']({ id: file, filename: file, _compile: keepFrames }, file);
  } catch {
    // Without it the frame is left out.
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
  return frames;
}

function namesByLine(): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const method of NAMELESS) {
    const line = lineInNode(NODE_LOADER, `${method} = function`);
    if (line !== undefined) names.set(line, method.slice(method.lastIndexOf('.') + 1));
  }
  return names;
}
