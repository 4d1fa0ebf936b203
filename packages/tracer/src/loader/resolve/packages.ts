// What package.json files say a specifier stands for, where Node's own answer did not lead to a file.
import { realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { resolveExports, resolveImports } from 'resolve-pkg-maps';
import type { PathConditions } from 'resolve-pkg-maps';
import { packageScopeOf, readManifest } from '../typescript/package-scope.ts';

/**
 * The absolute paths that a package of the workspace or an `#import` stands for, whether or not they exist: its
 * package.json names the compiled file, and often only the source is there. Published packages (those whose real
 * folder is inside node_modules) yield nothing.
 */
export function workspaceTargets(specifier: string, parentFile: string, conditions: readonly string[]): string[] {
  if (specifier.startsWith('#')) return importTargets(specifier, parentFile, conditions);
  const { name, subpath } = split(specifier);
  const dir = packageFolder(name, parentFile);
  return dir === undefined || isPublished(dir) ? [] : exportTargets(dir, subpath, conditions);
}

/** The same for a package wherever it is, by its `exports` alone. */
export function exportedTargets(specifier: string, parentFile: string, conditions: readonly string[]): string[] {
  const { name, subpath } = split(specifier);
  const dir = packageFolder(name, parentFile);
  return dir === undefined ? [] : exportTargets(dir, subpath, conditions);
}

function importTargets(specifier: string, parentFile: string, conditions: readonly string[]): string[] {
  const { dir, manifest } = packageScopeOf(parentFile);
  if (dir === undefined || !isMap(manifest.imports)) return [];
  const { imports } = manifest;
  const targets = orNone(() => resolveImports(imports, specifier, conditions));
  return targets.filter((target) => target.startsWith('.')).map((target) => join(dir, target));
}

function exportTargets(dir: string, subpath: string, conditions: readonly string[]): string[] {
  const exported = readManifest(dir)?.exports;
  if (exported === undefined || exported === null) return [join(dir, subpath)];
  const targets = orNone(() => resolveExports(exported as PathConditions, subpath, conditions));
  return targets.map((target) => join(dir, target));
}

function split(specifier: string): { name: string; subpath: string } {
  const parts = specifier.split('/');
  const nameParts = specifier.startsWith('@') ? 2 : 1;
  return { name: parts.slice(0, nameParts).join('/'), subpath: parts.slice(nameParts).join('/') };
}

/** The real folder of the package: the parent's own by its name, or the nearest in a node_modules above it. */
function packageFolder(name: string, parentFile: string): string | undefined {
  const own = packageScopeOf(parentFile);
  if (own.dir !== undefined && own.manifest.name === name && own.manifest.exports !== undefined) return own.dir;
  for (let dir = dirname(parentFile); ; dir = dirname(dir)) {
    const linked = join(dir, 'node_modules', name);
    if (statSync(linked, { throwIfNoEntry: false })?.isDirectory()) return realpathSync(linked);
    if (dirname(dir) === dir) return undefined;
  }
}

function isPublished(dir: string): boolean {
  return dir.includes(`${sep}node_modules${sep}`);
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
