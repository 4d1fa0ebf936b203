// The nearest package.json above a file, as Node looks for it, read once per folder.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ModuleFormat } from './compile.ts';

/** The fields that resolving and loading need; anything may be of the wrong type. */
export interface PackageManifest {
  readonly name?: unknown;
  readonly main?: unknown;
  readonly type?: unknown;
  readonly exports?: unknown;
  readonly imports?: unknown;
}

export interface PackageScope {
  /** Folder of the package.json; `undefined` when there is none up to the root or a node_modules. */
  readonly dir: string | undefined;
  readonly manifest: PackageManifest;
  /** The explicit "type"; `undefined` where it is missing or unknown to Node. */
  readonly type: ModuleFormat | undefined;
}

const NO_SCOPE: PackageScope = { dir: undefined, manifest: {}, type: undefined };

const scopes = new Map<string, PackageScope>();

/** The package that a file belongs to. */
export function packageScopeOf(file: string): PackageScope {
  return scopeOfDirectory(dirname(file));
}

function scopeOfDirectory(dir: string): PackageScope {
  const known = scopes.get(dir);
  if (known) return known;
  const scope = readScope(dir);
  scopes.set(dir, scope);
  return scope;
}

function readScope(dir: string): PackageScope {
  if (basename(dir) === 'node_modules') return NO_SCOPE;
  const manifest = readManifest(dir);
  if (manifest) {
    const { type } = manifest;
    return { dir, manifest, type: type === 'module' || type === 'commonjs' ? type : undefined };
  }
  const parent = dirname(dir);
  return parent === dir ? NO_SCOPE : scopeOfDirectory(parent);
}

/** `undefined` without a readable package.json; a malformed one counts as missing, Node itself reports it. */
export function readManifest(dir: string): PackageManifest | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return undefined;
  }
}
