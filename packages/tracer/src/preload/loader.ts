import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { R } from '@execution-cinema/format';
import type { LeftOut } from '../budget/left-out.ts';
import { createFileSelector, type TracerConfig } from '../config/index.ts';
import { openTransformCache } from '../loader/cache-folder.ts';
import { installCommonJs, type CommonJs } from '../loader/commonjs.ts';
import { installCommonJsResolution } from '../loader/commonjs-resolution.ts';
import { createEsModuleHooks, type EsModuleHooks } from '../loader/es-module-hooks.ts';
import { FileCounts } from '../loader/file-counts.ts';
import { watchForeignHooks } from '../loader/foreign-hooks.ts';
import { isLoadingOwn, requireOwn } from '../loader/own-loads.ts';
import type { TransformBundle } from '../loader/transform-types.ts';
import { Transformer } from '../loader/transformer.ts';
import { installVmCode } from '../loader/vm-code.ts';
import { createAssertionMending } from '../positions/assertion-message.ts';
import { asWithoutUs } from '../positions/call-sites.ts';
import { installFunctionText } from '../positions/function-text.ts';
import { LoadedScripts } from '../positions/loaded-scripts.ts';
import { installStackTraces, type StackTraces } from '../positions/stack-traces.ts';
import { createUncaughtReport, type UncaughtReport } from '../positions/uncaught-report.ts';
import { say } from '../stderr.ts';
import { learnOwnFrames } from './own-frames.ts';
import type { ThreadRecording } from './thread-recording.ts';

/** The folder of the package, and of the bundles in it. */
const BUNDLES = new URL('./', import.meta.url);
const OWN_FILE = fileURLToPath(import.meta.url);

export interface Loader {
  readonly esModules: EsModuleHooks;
  readonly counts: FileCounts;
  readonly report: UncaughtReport;
  readonly stacks: StackTraces;
  /** What V8 has compiled in this thread for the program. */
  readonly scripts: LoadedScripts;
}

/** URL of another bundle beside this one. */
export function bundleUrl(name: string): URL {
  return new URL(name, BUNDLES);
}

/** Installs everything that sees code before V8 does. Without a recording TypeScript is compiled and that is all. */
export function installLoader(config: TracerConfig, recording: ThreadRecording | undefined, leftOut: LeftOut): Loader {
  const scripts = new LoadedScripts();
  const counts = new FileCounts();
  const cache = openTransformCache(config.root);
  const ownFolder = dirname(dirname(OWN_FILE));
  const ownFolders = [ownFolder];
  const transformBundle = fileURLToPath(bundleUrl('transform.cjs'));
  const redactionKey = recording?.redactionKey ?? '0'.repeat(16);
  const count = counts.add.bind(counts);
  const tell = (text: string): void => {
    if (!config.quiet) say(text);
    recording?.post({ type: 'note', timeNs: recording.nowNs(), kind: 'plan', text });
  };
  const transformer = new Transformer({
    config,
    select: recording
      ? createFileSelector(config, ownFolders)
      : (file) => ({ instrument: false, reason: 'not included', relative: file }),
    cache,
    leftOut,
    redactionKey,
    transformBundle,
    post: (message) => recording?.post(message),
    count,
    instrumenting: (isBusy) => {
      if (recording !== undefined) recording.control[R.R_INSTRUMENTING] = isBusy ? 1 : 0;
    },
    tell,
  });
  const foreignHooks = watchForeignHooks();
  let commonJs: CommonJs | undefined;
  const esModules = createEsModuleHooks({
    foreignHooks,
    isAwaitedByOthers: (file) => commonJs?.isAwaitedByOthers(file) === true,
    transformer,
    scripts,
    cache,
    count,
    tell,
    hooksBundle: bundleUrl('hooks.mjs').href,
    hooksData: {
      config,
      leftOut,
      redactionKey,
      ownFolders,
      transformBundle,
      recorderChannel: recording?.channel ?? null,
    },
    hideThread: (threadId) => recording?.runtime.linkMemory.hideThread(threadId),
    recorderPort: () => recording?.openPort() ?? null,
  });
  const runtime = recording?.runtime;
  const ownFrames = learnOwnFrames(fileURLToPath(bundleUrl('api.cjs')));
  commonJs = installCommonJs({
    transformer,
    scripts,
    isOwn: (file) => isLoadingOwn() || file.startsWith(ownFolder),
    frames: {
      depth: () => runtime?.s.d ?? 0,
      restore: (depth) => {
        if (runtime !== undefined && runtime.s.d > depth) runtime.endThrown(depth);
      },
    },
    hasForeignHooks: foreignHooks.inThisThread,
    meetsImport: () => esModules.ensure(),
    meetsTypeScript: () => esModules.ensureResolution(),
  });
  installCommonJsResolution();
  let reporting = false;
  const usesSourceMaps = (): boolean => !reporting && process.sourceMapsEnabled === true;
  const report = createUncaughtReport(scripts, usesSourceMaps);
  const stacks = installStackTraces({
    before: createAssertionMending(scripts, () => {
      const { quoteCall } = requireOwn(transformBundle) as TransformBundle;
      return quoteCall;
    }),
    view: (trace) => asWithoutUs(trace, scripts, OWN_FILE, ownFrames),
    usesSourceMaps,
  });
  stacks.whileReadable(() => runtime?.trustStackFormatter());
  const maskFunctionText = installFunctionText(scripts);
  if (recording !== undefined) installVmCode({ transformer, scripts, maskFunctionText, stacks });
  return {
    stacks,
    scripts,
    esModules,
    counts,
    report: {
      arm(cause) {
        const disarm = report.arm(cause);
        reporting = true;
        return () => {
          disarm();
          reporting = false;
        };
      },
    },
  };
}
