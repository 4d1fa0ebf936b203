import { isFirst, OWN_FILE, RECORDER_BUNDLE } from './launch.ts';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, type Worker } from 'node:worker_threads';
import { RUNTIME_KEY } from '@execution-cinema/format';
import { followProcess, PROCESS, type ProcessEnd } from '@execution-cinema/runtime';
import { learned, type LeftOut } from '../budget/left-out.ts';
import { ConfigError, prepareOutputFolder, resolveConfig, type TracerConfig } from '../config/index.ts';
import { watchProcessEnd } from '../exit/process-end.ts';
import { forgetOwn } from '../loader/own-loads.ts';
import { moduleFormat, projectOf, TYPESCRIPT_FILE } from '../loader/typescript/index.ts';
import { endLine } from './end-line.ts';
import { bundleUrl, installLoader, type Loader } from './loader.ts';
import { findMainScript, isLastImport, runAsCommonJs, type MainScript } from './main-script.ts';
import { hideFlags, withoutFlags } from './own-flags.ts';
import { holdParentChannel } from './parent-channel.ts';
import { installChildProcesses } from '../propagate/child-processes.ts';
import { takeTree, treeEnvironment, type Tree } from '../propagate/tree.ts';
import {
  hideOwnFlag,
  isHooksThread,
  propagateToWorkers,
  realThreadId,
  workerBoot,
  type WorkerParts,
} from '../propagate/workers.ts';
import { offerSnapshots } from '../snapshot/offer.ts';
import { watchListeners } from '../snapshot/signal.ts';
import { dismissRecorder } from './recorder-worker.ts';
import { startRecording, type Recording } from './recording.ts';
import type { ThreadRecording } from './thread-recording.ts';
import { joinRecording } from './worker-recording.ts';
import { say } from '../stderr.ts';

/*
 * The first thing in the process, by `--require` (this bundle) or `--import` (preload.mjs, which loads it). Loading it
 * twice does nothing the second time.
 */

/** Exit code of wrong usage: the program does not start. */
const WRONG_USAGE = 2;

/** What `--require` loads. */
const PRELOAD = fileURLToPath(bundleUrl('preload.cjs'));

/** Commands that are named in notes; further ones are not. */
const UNREACHABLE_NOTES_MAX = 20;

const key = Symbol.for(RUNTIME_KEY);
const holder = globalThis as Record<symbol, unknown>;
/** The channel to the process that has forked this one. */
let parentEnd: ProcessEnd | undefined;
let mainScript: MainScript = { file: undefined, isCommonJs: false };
/** The main script is run by the preload, see there. */
let takesOver = false;
let releaseParentChannel = (): void => {};

// `require.cache` shows the program's own modules only.
forgetOwn(OWN_FILE);
if (isFirst) {
  if (isMainThread) start();
  else if (!isHooksThread()) startInWorker();
}

/**
 * For preload.mjs: what to wait for before Node goes on to the main script; undefined: nothing. Where the script is
 * CommonJS this runs it as Node would without `--import`.
 */
export function takeOverMain(): Promise<void> | undefined {
  return (holder[key] as Partial<Holder> | undefined)?.takeOverMain?.();
}

/** Hidden on what the symbol holds, so that a second loading of this bundle finds the first. */
interface Holder {
  takeOverMain(): Promise<void> | undefined;
}

function takeOver(): Promise<void> | undefined {
  return takesOver ? runAsCommonJs(releaseParentChannel) : undefined;
}

function start(): void {
  mainScript = findMainScript(isCommonJsTypeScript);
  takesOver = mainScript.isCommonJs && isLastImport();
  if (takesOver) releaseParentChannel = holdParentChannel();
  const tree = takeTree(process.env);
  const config = tree?.config ?? configure();
  const { file: budgetFile, leftOut } = learned(config, mainScript.file);
  const recording = isOff(config) ? undefined : record(config, { tree, budgetFile });
  if (recording === undefined) dismissRecorder();
  const loader = install(config, recording, leftOut);
  if (recording !== undefined) {
    propagate(config, recording, { tree, leftOut });
    if (tree === undefined) hideOwnFlags();
  }
  // CommonJS starts the ES module side when it meets an `import()`.
  if (!mainScript.isCommonJs) loader.esModules.ensure();
  if (!mainScript.isCommonJs && hasTypeScriptAround(mainScript.file, config.root)) loader.esModules.ensureResolution();
  if (recording !== undefined) watchEnd(config, recording, loader, tree !== undefined || config.quiet);
}

/** Puts the runtime where instrumented code finds it, and the loader before V8. */
function install(config: TracerConfig, recording: ThreadRecording | undefined, leftOut: LeftOut): Loader {
  const value = Object.defineProperty(recording?.runtime ?? {}, 'takeOverMain', { value: takeOver });
  Object.defineProperty(holder, key, { value, enumerable: false });
  const loader = installLoader(config, recording, leftOut);
  if (recording !== undefined) offerSnapshots(value, recording, loader.scripts);
  recording?.runtime.observe();
  return loader;
}

/** What is started from here on gets the preload by environment. */
function hideOwnFlags(): void {
  hideFlags(process.execArgv);
  const { NODE_OPTIONS } = process.env;
  if (NODE_OPTIONS === undefined) return;
  const rest = withoutFlags(NODE_OPTIONS);
  if (rest === undefined) delete process.env['NODE_OPTIONS'];
  else process.env['NODE_OPTIONS'] = rest;
}

/** Threads and processes that this one starts belong to the same recording. */
function propagate(
  config: TracerConfig,
  recording: Recording,
  { tree, leftOut }: { tree: Tree | undefined; leftOut: LeftOut },
): void {
  const { redactionKey, originHrtimeNs, channel, listening, runtime, sharedMemory: linkMemory } = recording;
  if (tree !== undefined) runtime.links.startedBy(PROCESS, tree.link);
  propagateToProcesses(config, recording);
  if (tree !== undefined && typeof process.send === 'function') {
    parentEnd = followProcess(runtime.links, process, tree.link, 1);
  }
  const isInherited = tree !== undefined;
  const parts: WorkerParts = { runtime, preload: PRELOAD, isInherited };
  const shared = { config, leftOut, redactionKey, originHrtimeNs, channel, listening, linkMemory, isInherited };
  propagateToWorkers(shared, parts);
}

function propagateToProcesses(config: TracerConfig, recording: ThreadRecording): void {
  const { redactionKey, runtime } = recording;
  const tree = { config, redactionKey, parentPid: process.pid };
  let unreachable = 0;
  installChildProcesses({
    links: runtime.links,
    environmentForChild: (nodeOptions, link) => treeEnvironment({ ...tree, link }, PRELOAD, nodeOptions),
    unreachable(command) {
      if (++unreachable > UNREACHABLE_NOTES_MAX) return;
      const text = `${recording.scrub(command)}: what is started with an empty environment cannot be recorded`;
      recording.post({ type: 'note', timeNs: recording.nowNs(), kind: 'not recorded', text });
    },
  });
}

/** A worker thread joins the recording of its process; where there is none, its TypeScript needs no build either. */
function startInWorker(): void {
  const boot = workerBoot();
  hideOwnFlag(boot, PRELOAD);
  if (boot?.execArgv === null) hideFlags(process.execArgv);
  const recording = boot === undefined ? undefined : joinRecording(boot, RECORDER_BUNDLE);
  const loader = install(boot?.config ?? configure(true), recording, boot?.leftOut ?? {});
  loader.esModules.ensure();
  if (boot === undefined || hasTypeScriptAround(boot.script ?? undefined, boot.config.root)) {
    loader.esModules.ensureResolution();
  }
  if (boot === undefined || recording === undefined) return;
  if (boot.start !== 0) recording.runtime.workerLinks.startedBy(boot.start);
  propagateToProcesses(boot.config, recording);
  const isInherited = boot.isInherited || boot.execArgv !== null;
  propagateToWorkers(boot, { runtime: recording.runtime, preload: PRELOAD, isInherited });
  watchProcessEnd({
    beforeExit() {
      recording.drain();
      recording.runtime.beginExit();
    },
    atEnd() {
      loader.esModules.settle();
      recording.end();
    },
    onUncaught: (error, origin) => loader.stacks.whileReadable(() => recording.runtime.uncaught(error, origin)),
    onIdle() {},
    onFatal() {},
    onMessage() {},
    shownThread: (threadId) => shownThread(recording, threadId),
    onWorker: (worker) => watchWorkerEnd(worker, recording),
    onListener() {},
    watched: undefined,
    onWatched() {},
  });
}

function shownThread({ runtime }: ThreadRecording, threadId: unknown): unknown {
  return typeof threadId === 'number' && threadId > 0 ? runtime.linkMemory.shownThreadId(threadId) : threadId;
}

/** A worker that is terminated cannot say so itself. */
function watchWorkerEnd(worker: Worker, recording: ThreadRecording): void {
  const thread = realThreadId(worker);
  worker.once('exit', () => recording.post({ type: 'thread-end', thread, timeNs: recording.nowNs() }));
}

/** `silent`: what there is to say, the main thread has said. */
function configure(silent = false): TracerConfig {
  try {
    const config = resolveConfig({
      cwd: process.cwd(),
      env: process.env,
      script: process.argv[1] ?? null,
      pid: process.pid,
      startTimeMs: Date.now(),
    });
    if (!config.quiet && !silent) for (const warning of config.warnings) say(warning);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    say(`${error.message}\n${error.remedy}`);
    endProcess(WRONG_USAGE);
    throw error;
  }
}

/** Off for good, as flag or variable say; a plan may be off but for some functions. */
function isOff(config: TracerConfig): boolean {
  if (config.level !== 'off') return false;
  const said = config.sources['level'] !== 'plan';
  const off = said || config.plan.rules.every(({ level }) => level === undefined || level === 'off');
  if (off && !config.quiet) say('the level is off, nothing is recorded');
  return off;
}

/** Undefined where the recording has no place: the program runs without. */
function record(
  config: TracerConfig,
  parts: { tree: Tree | undefined; budgetFile: string | undefined },
): Recording | undefined {
  try {
    prepareOutputFolder(config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (!config.quiet) say(`not recorded: ${error.message}. ${error.remedy}`);
    return undefined;
  }
  const recording = startRecording(config, RECORDER_BUNDLE, parts);
  if (!config.quiet && parts.tree === undefined && process.stderr.isTTY) say(`recording to ${config.out}`);
  return recording;
}

function watchEnd(config: TracerConfig, recording: Recording, loader: Loader, quiet: boolean): void {
  watchProcessEnd({
    beforeExit() {
      recording.drain();
      recording.runtime.beginExit();
    },
    atEnd(exitCode) {
      loader.esModules.settle();
      const { notSelected } = loader.counts;
      if (notSelected.size > 0) {
        const text = JSON.stringify(Object.fromEntries(notSelected));
        recording.post({ type: 'note', timeNs: recording.nowNs(), kind: 'files not selected', text });
      }
      const result = recording.end(exitCode);
      if (!quiet) say(endLine(config, result, loader.counts));
    },
    onUncaught: (error, origin) => loader.stacks.whileReadable(() => recording.runtime.uncaught(error, origin)),
    onIdle() {
      // Node looks for top-level awaits that never settle, and quotes them, before `exit`.
      if (mainScript.isCommonJs) return;
      const disarm = loader.report.arm('unsettled await');
      setImmediate(disarm).unref();
    },
    onFatal: (error) => void loader.report.arm({ error }),
    onMessage: () => parentEnd?.received(),
    shownThread: (threadId) => shownThread(recording, threadId),
    onWorker: (worker) => watchWorkerEnd(worker, recording),
    ...watchListeners(config.signal, recording.control),
  });
}

/** The script is TypeScript, or belongs to a project that may hold some. */
function hasTypeScriptAround(script: string | undefined, root: string): boolean {
  if (script !== undefined && TYPESCRIPT_FILE.test(script)) return true;
  let folder = script === undefined ? process.cwd() : dirname(script);
  for (;;) {
    if (existsSync(join(folder, 'tsconfig.json')) || existsSync(join(folder, 'jsconfig.json'))) return true;
    const parent = dirname(folder);
    if (folder === root || parent === folder) return false;
    folder = parent;
  }
}

function isCommonJsTypeScript(file: string): boolean {
  try {
    const source = (): string => readFileSync(file, 'utf8');
    return moduleFormat({ fileName: file, source, project: projectOf(file), via: 'import' }) === 'commonjs';
  } catch {
    return false;
  }
}

function endProcess(code: number): void {
  (process as unknown as { reallyExit(code: number): void }).reallyExit(code);
}
