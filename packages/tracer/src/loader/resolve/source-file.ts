// Which file on disk a path without, or with a compiled file's, extension means.
import { realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { readManifest } from '../typescript/package-scope.ts';

/** Which kinds of file may answer. JavaScript parents get TypeScript only, so that Node's own refusals stay. */
export interface Accept {
  readonly javascript: boolean;
}

/** The sources that a specifier with the extension of their output may stand for, as in TypeScript. */
const SOURCES_OF: { readonly [extension: string]: readonly string[] } = {
  '.js': ['.ts', '.tsx', '.jsx'],
  '.jsx': ['.tsx', '.ts'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

const TYPESCRIPT_EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.jsx'];
const JAVASCRIPT_EXTENSIONS = ['.js', '.mjs', '.cjs', '.json'];

/**
 * The source that `path` (absolute) means when it is no file itself: `.js` -> `.ts`, an extension added, the `main`
 * or the index of a directory. Returns a real path, symbolic links resolved, as Node does.
 */
export function sourceFileFor(path: string, accept: Accept): string | undefined {
  return substituted(path) ?? appended(path, accept) ?? insideDirectory(path, accept);
}

/** `path` itself when it is a file that can run; declaration files have nothing to run. */
export function exactFile(path: string): string | undefined {
  return /\.d\.(?:[cm]?ts|\w+\.ts)$/.test(path) ? undefined : realFile(path);
}

function substituted(path: string): string | undefined {
  const extension = extname(path);
  const base = path.slice(0, path.length - extension.length);
  return firstFile(base, SOURCES_OF[extension] ?? []);
}

function appended(path: string, accept: Accept): string | undefined {
  if (path.endsWith('/') || path.endsWith('\\')) return undefined;
  return firstFile(
    path,
    accept.javascript ? [...TYPESCRIPT_EXTENSIONS, ...JAVASCRIPT_EXTENSIONS] : TYPESCRIPT_EXTENSIONS,
  );
}

function insideDirectory(path: string, accept: Accept): string | undefined {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const main = readManifest(path)?.main;
  if (typeof main === 'string') {
    const target = join(path, main);
    const found =
      (accept.javascript ? exactFile(target) : undefined) ??
      substituted(target) ??
      appended(target, accept) ??
      appended(join(target, 'index'), accept);
    if (found !== undefined) return found;
  }
  return appended(join(path, 'index'), accept);
}

function firstFile(base: string, extensions: readonly string[]): string | undefined {
  for (const extension of extensions) {
    const file = realFile(base + extension);
    if (file !== undefined) return file;
  }
  return undefined;
}

function realFile(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? realpathSync(path) : undefined;
}
