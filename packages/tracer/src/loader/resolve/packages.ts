// Packages of the workspace: their package.json names the compiled file, and only its source is there.
import { realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { resolveExports, resolveImports } from 'resolve-pkg-maps';
import type { PathConditions } from 'resolve-pkg-maps';
import { packageScopeOf, readManifest } from '../typescript/package-scope.ts';

/**
 * The absolute paths that a package or `#import` specifier stands for by its package.json, whether or not they exist.
 * Packages whose real folder is inside node_modules are published ones and yield nothing.
 */
export function packageTargets(specifier: string, parentFile: string, conditions: readonly string[]): string[] {
  return specifier.startsWith('#')
    ? importTargets(specifier, parentFile, conditions)
    : exportTargets(specifier, parentFile, conditions);
}

function importTargets(specifier: string, parentFile: string, conditions: readonly string[]): string[] {
  const { dir, manifest } = packageScopeOf(parentFile);
  if (dir === undefined || !isMap(manifest.imports)) return [];
  const { imports } = manifest;
  const targets = orNone(() => resolveImports(imports, specifier, conditions));
  return targets.filter((target) => target.startsWith('.')).map((target) => join(dir, target));
}

function exportTargets(specifier: string, parentFile: string, conditions: readonly string[]): string[] {
  const parts = specifier.split('/');
  const nameParts = specifier.startsWith('@') ? 2 : 1;
  const name = parts.slice(0, nameParts).join('/');
  const subpath = parts.slice(nameParts).join('/');
  const dir = workspaceFolder(name, parentFile);
  if (dir === undefined) return [];
  const exported = readManifest(dir)?.exports;
  if (exported === undefined || exported === null) return [join(dir, subpath)];
  const targets = orNone(() => resolveExports(exported as PathConditions, subpath, conditions));
  return targets.map((target) => join(dir, target));
}

/** The package by its own name, or linked in a node_modules above the parent. */
function workspaceFolder(name: string, parentFile: string): string | undefined {
  const own = packageScopeOf(parentFile);
  if (own.dir !== undefined && own.manifest.name === name && own.manifest.exports !== undefined) return own.dir;
  for (let dir = dirname(parentFile); ; dir = dirname(dir)) {
    const linked = join(dir, 'node_modules', name);
    if (statSync(linked, { throwIfNoEntry: false })?.isDirectory()) {
      const real = realpathSync(linked);
      return real.includes(`${sep}node_modules${sep}`) ? undefined : real;
    }
    if (dirname(dir) === dir) return undefined;
  }
}

/** Node has already reported what is wrong with the map. */
function orNone(resolve: () => string[]): string[] {
  try {
    return resolve();
  } catch {
    return [];
  }
}

function isMap(value: unknown): value is { [specifier: string]: PathConditions } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
