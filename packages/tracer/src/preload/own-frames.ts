import nodeModule from 'node:module';
import type { ExtensionHandler } from '../loader/commonjs.ts';
import type { OwnFrameReplacement } from '../positions/call-sites.ts';
import { nodeFramesBelowMain } from './node-frames.ts';

/*
 * Frames of ours that stand where Node's own would stand, by the names of our functions: stacks show Node's. Node's
 * frames are learned when the first stack needs one, by running Node's own function and reading the stack inside it.
 */

/** Function names in commonjs.ts and main-script.ts. */
const LOADERS = new Set(['loadJavaScript', 'loadTypeScript']);
const MAIN = 'runMainScript';

export interface OwnFrames {
  replace(site: NodeJS.CallSite): OwnFrameReplacement | undefined;
}

/**
 * @param nodeLoadJavaScript Node's own handler of `.js`
 * @param smallFile any `.js` or `.cjs` file that can be read
 */
export function createOwnFrames(nodeLoadJavaScript: ExtensionHandler, smallFile: string): OwnFrames {
  let loader: OwnFrameReplacement | undefined;
  let main: OwnFrameReplacement | undefined;
  return {
    replace(site) {
      const name = site.getFunctionName();
      if (name !== null && LOADERS.has(name)) {
        loader ??= { sites: learn((keepFrames) => runNodeLoader(nodeLoadJavaScript, smallFile, keepFrames)) };
        return loader;
      }
      if (name === MAIN) {
        // The frame that called ours belongs to the queue of ticks.
        main ??= { sites: nodeFramesBelowMain(), swallowsCaller: true };
        return main;
      }
      return undefined;
    },
  };
}

/** The frame that calls `keepFrames`. */
function learn(run: (keepFrames: () => void) => void): NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  let frames: NodeJS.CallSite[] = [];
  try {
    run(() => {
      const holder: { stack?: unknown } = {};
      Error.stackTraceLimit = 2;
      Error.prepareStackTrace = (_error, trace) => trace;
      Error.captureStackTrace(holder);
      frames = (holder.stack as NodeJS.CallSite[]).slice(1);
      Error.prepareStackTrace = prepareStackTrace;
    });
  } catch {
    // Without it the frame is left out.
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
  return frames;
}

function runNodeLoader(handler: ExtensionHandler, file: string, keepFrames: () => void): void {
  const pretended = { id: file, filename: file, _compile: keepFrames } as unknown as Parameters<ExtensionHandler>[0];
  handler.call((nodeModule as unknown as { _extensions: object })._extensions, pretended, file);
}
