import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chosenByGlobs, isInNodeModules, matchesPackage } from '@execution-cinema/instrument/plan';
import { pathBelow, withSlashes } from './paths.ts';
import { packageNameOf } from './root.ts';
import type { TracerConfig } from './tracer-config.ts';

/** Why a file is not recorded. */
type SkipReason = 'not a file' | 'not JavaScript' | 'tracer' | 'outside' | 'dependency' | 'excluded' | 'not included';

export interface Selection {
  readonly instrument: boolean;
  readonly reason?: SkipReason;
  /** The glob that decided, where one did. */
  readonly glob?: string;
  /** Relative to the root with `/`, absolute when outside; the URL as given when it is no file. */
  readonly relative: string;
  /** The package in node_modules that the file belongs to; `planForFile` wants it. */
  readonly packageName?: string;
}

/** Loaded as something else than JavaScript; hooks of other tools may make JavaScript of any other extension. */
const NO_JAVASCRIPT = /\.(?:json|node|wasm|css|d\.[cm]?ts)$/i;

export type FileSelector = (pathOrUrl: string) => Selection;

/**
 * Makes the choice of files to record from a configuration. `ownFolders` hold the tracer itself, which is never
 * recorded. A file is chosen by, in this order: `exclude`, `include`, `packages`, its place.
 */
export function createFileSelector(
  config: Pick<TracerConfig, 'root' | 'extraRoots' | 'plan'>,
  ownFolders: readonly string[] = [],
): FileSelector {
  const { root, extraRoots, plan } = config;
  return (pathOrUrl) => {
    const path = filePathOf(pathOrUrl);
    if (path === null) return { instrument: false, reason: 'not a file', relative: pathOrUrl };
    const relative = relativeToRoot(root, path);
    const packageName = packageNameOf(withSlashes(path));
    const facts = { relative, ...(packageName === null ? {} : { packageName }) };
    const skip = (reason: SkipReason, glob?: string | null): Selection => ({
      instrument: false,
      reason,
      ...facts,
      ...(glob === undefined || glob === null ? {} : { glob }),
    });
    if (NO_JAVASCRIPT.test(path)) return skip('not JavaScript');
    if (ownFolders.some((folder) => pathBelow(folder, path) !== null)) return skip('tracer');

    const { chosen, glob } = chosenByGlobs(plan, relative);
    if (chosen === false && glob !== null) return skip('excluded', glob);
    if (chosen === true) return { instrument: true, ...facts, ...(glob === null ? {} : { glob }) };
    const isNamedPackage = packageName !== null && matchesPackage(packageName, plan.packages ?? []);
    if (isNamedPackage) return { instrument: true, ...facts };
    if (chosen === false) return skip('not included');

    const home = [root, ...extraRoots].map((folder) => pathBelow(folder, path)).find((below) => below !== null);
    if (home === undefined || home === null) return skip('outside');
    return isInNodeModules(home) ? skip('dependency') : { instrument: true, ...facts };
  };
}

/** How recordings and globs name a file. */
export function relativeToRoot(root: string, path: string): string {
  return pathBelow(root, path) ?? withSlashes(path);
}

/** The native path of a file URL or an absolute path; null for everything else (`node:fs`, `evalmachine.<anonymous>`). */
function filePathOf(pathOrUrl: string): string | null {
  if (!pathOrUrl.startsWith('file:')) return isAbsolute(pathOrUrl) ? pathOrUrl : null;
  try {
    return fileURLToPath(pathOrUrl);
  } catch {
    return null;
  }
}
