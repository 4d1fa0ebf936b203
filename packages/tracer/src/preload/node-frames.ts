import { nodeMajor } from '../loader/node-capabilities.ts';
import { nodeSources } from '../positions/node-sources.ts';

/*
 * The frames of Node below the main script of a program that was started without `--import`. Nothing runs them in our
 * case, so their positions are read in the sources that Node carries.
 */

interface FrameSpec {
  /** What the frame shows before its position; empty for anonymous ones. */
  readonly name: string;
  readonly functionName: string | null;
  /** Module of Node. */
  readonly id: string;
  /** The call as its line has it, and what of it V8 takes for its place. */
  readonly call: string;
  readonly at: string;
}

const MAIN_FRAMES: readonly FrameSpec[] = [
  ...(nodeMajor >= 22
    ? [
        {
          name: 'wrapModuleLoad',
          functionName: 'wrapModuleLoad',
          id: 'internal/modules/cjs/loader',
          call: 'return Module._load(request, parent, isMain, options);',
          at: '_load',
        },
      ]
    : []),
  {
    name: `${nodeMajor >= 24 ? 'Module' : 'Function'}.executeUserEntryPoint [as runMain]`,
    functionName: 'executeUserEntryPoint',
    id: 'internal/modules/run_main',
    call: `${nodeMajor >= 22 ? 'wrapModuleLoad' : 'Module._load'}(main, null, true)`,
    at: nodeMajor >= 22 ? 'wrapModuleLoad' : '_load',
  },
  {
    name: '',
    functionName: null,
    id: 'internal/main/run_main_module',
    call: '.Module.runMain(mainEntry)',
    at: 'runMain',
  },
];

/** The frames below the main script's; empty where they cannot be found out. */
export function nodeFramesBelowMain(): NodeJS.CallSite[] {
  const sources = nodeSources();
  return MAIN_FRAMES.flatMap((spec) => {
    const site = siteOf(spec, sources[spec.id]);
    return site === undefined ? [] : [site];
  });
}

function siteOf(
  { name, functionName, id, call, at }: FrameSpec,
  source: string | undefined,
): NodeJS.CallSite | undefined {
  const start = source?.indexOf(call) ?? -1;
  if (source === undefined || start === -1) return undefined;
  const place = start + call.indexOf(at);
  const before = source.slice(0, place);
  const line = before.split('\n').length;
  const column = place - before.lastIndexOf('\n');
  const file = `node:${id}`;
  const position = `${file}:${line}:${column}`;
  const methods = {
    getThis: () => undefined,
    getTypeName: () => (name.includes('.') ? name.slice(0, name.indexOf('.')) : null),
    getFunction: () => undefined,
    getFunctionName: () => functionName,
    getMethodName: () => null,
    getFileName: () => file,
    getLineNumber: () => line,
    getColumnNumber: () => column,
    getEvalOrigin: () => undefined,
    isToplevel: () => true,
    isEval: () => false,
    isNative: () => false,
    isConstructor: () => false,
    isAsync: () => false,
    isPromiseAll: () => false,
    getPromiseIndex: () => null,
    getScriptNameOrSourceURL: () => file,
    getScriptHash: () => '',
    getEnclosingLineNumber: () => line,
    getEnclosingColumnNumber: () => column,
    getPosition: () => place,
    toString: () => (name === '' ? position : `${name} (${position})`),
  };
  // As with V8's, the methods are those of the prototype.
  return Object.create(methods) as NodeJS.CallSite;
}
