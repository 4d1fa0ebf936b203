import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';

/** A native absolute path with `/`, as globs and recordings have it. */
export function withSlashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

/** The path below a folder with `/`; null when it is not below it. The folder itself is the empty path. */
export function pathBelow(folder: string, path: string): string | null {
  const below = relative(folder, path);
  if (below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) return null;
  return withSlashes(below);
}

/** The path without symbolic links, as Node names modules; the path itself when it does not exist. */
export function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

/** What is at a path; null where nothing is or nothing can be seen. */
export function entryAt(path: string): 'file' | 'folder' | null {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return 'folder';
    return stats.isFile() ? 'file' : null;
  } catch {
    return null;
  }
}
