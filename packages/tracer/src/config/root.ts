import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { entryAt, pathBelow, realPath } from './paths.ts';

/**
 * The root of a recording: the nearest workspace root at or above the folder, else the nearest folder with a
 * package.json, else the folder itself.
 */
export function findRoot(cwd: string): string {
  const start = realPath(cwd);
  let packageFolder: string | null = null;
  for (const folder of ancestors(start)) {
    if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder;
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    if (declaresWorkspaces(manifest)) return folder;
    packageFolder ??= folder;
  }
  return packageFolder ?? start;
}

/**
 * The folder that a script outside of the root adds, or null. Tools inside of a node_modules folder elsewhere (npx,
 * globally installed ones) add none: dependencies are not recorded unless asked for.
 */
export function scriptFolder(
  script: string | null | undefined,
  { cwd, root }: { cwd: string; root: string },
): string | null {
  if (script === null || script === undefined || script === '' || script === '-') return null;
  const path = realPath(resolve(cwd, script));
  const folder = entryAt(path) === 'folder' ? path : dirname(path);
  if (pathBelow(root, folder) !== null || folder.split(/[\\/]/).includes('node_modules')) return null;
  return folder;
}

/** The folder and those above it, nearest first. */
export function* ancestors(folder: string): Generator<string> {
  for (let at = folder; ; at = dirname(at)) {
    yield at;
    if (dirname(at) === at) return;
  }
}

/** The package in node_modules that a path with `/` belongs to: `@b/c` of `x/node_modules/@b/c/lib.js`. */
export function packageNameOf(path: string): string | null {
  const from = path.lastIndexOf('node_modules/');
  if (from === -1 || (from > 0 && path[from - 1] !== '/')) return null;
  const [first = '', second = ''] = path.slice(from + 'node_modules/'.length).split('/');
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  return name === '' || name === basename(path) ? null : name;
}

function declaresWorkspaces(manifest: string): boolean {
  try {
    const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    return typeof parsed === 'object' && parsed !== null && Boolean((parsed as { workspaces?: unknown }).workspaces);
  } catch {
    // Somebody else's tool will complain about the file; as a mark of a package's folder it is good enough.
    return false;
  }
}
