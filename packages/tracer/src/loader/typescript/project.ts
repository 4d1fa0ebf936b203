// Finds the tsconfig that governs a file and reads it once. Never throws: a tsconfig that cannot be read counts as none,
// and says so in `problem`.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { createFilesMatcher, createPathsMatcher, findTsconfig, parseTsconfig } from 'get-tsconfig';
import type { Cache, TsConfigResult } from 'get-tsconfig';
import { DEFAULT_TYPESCRIPT_MAJOR, effectiveSettings, flag, moduleKindOf } from './compiler-settings.ts';
import type { CompilerSettings, ModuleKind, RawCompilerOptions } from './compiler-settings.ts';

/** What a file's tsconfig means for running it. One object per tsconfig, shared by its files. */
export interface Project {
  /** Absolute path of the tsconfig; `undefined` when none applies (dependencies never have one). */
  readonly configFile: string | undefined;
  readonly settings: CompilerSettings;
  /** Stable text of everything in the tsconfig chain that changes compiled output: part of a transform cache key. */
  readonly fingerprint: string;
  readonly moduleKind: ModuleKind;
  /** Options that only make sense when Node strips the types itself, so that Node's rules decide the module format. */
  readonly runsOnPlainNode: boolean;
  readonly allowJs: boolean;
  /** Extra conditions for `exports` and `imports` of package.json. */
  readonly customConditions: readonly string[];
  readonly aliases: Aliases | undefined;
  /** Why the tsconfig could not be used, one sentence. */
  readonly problem: string | undefined;
}

/** Where `paths` and `baseUrl` send a specifier: absolute paths without extension search, in order of preference. */
export interface Aliases {
  /** `pattern` is true when a key of `paths` matched; false for the bare `baseUrl` look-up. */
  candidates(specifier: string): { readonly paths: readonly string[]; readonly pattern: boolean };
}

interface LoadedConfig {
  readonly project: Project;
  readonly references: readonly string[];
  readonly includes: (file: string) => boolean;
}

/** A chain of `references` longer than this is cut; solutions are one or two levels deep. */
const REFERENCE_DEPTH_MAX = 8;

const NO_PROJECT: Project = makeProject(undefined, undefined);
const nodeModules = `${sep}node_modules${sep}`;

let nearestByDir = new Map<string, string | undefined>();
let configs = new Map<string, LoadedConfig>();
let fileCache: Cache = new Map();

/**
 * The project of a file, cached per directory and per tsconfig for the life of the process: the nearest tsconfig that
 * includes it, itself or by a project it references; else the next one above; else the nearest (ts-node does so too).
 */
export function projectOf(file: string): Project {
  if (file.includes(nodeModules)) return NO_PROJECT;
  const nearest = nearestConfig(dirname(file));
  for (let config = nearest; config !== undefined; config = nearestConfig(dirname(dirname(config)))) {
    const owner = ownerOf(config, file, 0);
    if (owner) return owner.project;
    if (dirname(dirname(config)) === dirname(config)) break;
  }
  return nearest === undefined ? NO_PROJECT : load(nearest).project;
}

/** Forgets every tsconfig read so far. */
export function forgetProjects(): void {
  nearestByDir = new Map();
  configs = new Map();
  fileCache = new Map();
}

function ownerOf(configFile: string, file: string, depth: number): LoadedConfig | undefined {
  const config = load(configFile);
  if (config.includes(file)) return config;
  if (depth >= REFERENCE_DEPTH_MAX) return undefined;
  for (const reference of config.references) {
    const owner = ownerOf(reference, file, depth + 1);
    if (owner) return owner;
  }
  return undefined;
}

function nearestConfig(dir: string): string | undefined {
  if (!nearestByDir.has(dir)) nearestByDir.set(dir, findTsconfig(dir, 'tsconfig.json', fileCache));
  return nearestByDir.get(dir);
}

function load(configFile: string): LoadedConfig {
  const known = configs.get(configFile);
  if (known) return known;
  let loaded: LoadedConfig;
  try {
    const config = parseTsconfig(configFile, fileCache);
    const result: TsConfigResult = { path: configFile, config };
    const matches = createFilesMatcher(result);
    loaded = {
      project: makeProject(result, undefined),
      references: (config.references ?? []).map(({ path }) => referencedConfig(dirname(configFile), path)),
      includes: (file) => matches(file) !== undefined,
    };
  } catch (error) {
    const problem = `${configFile} is not used: ${error instanceof Error ? error.message : String(error)}`;
    loaded = { project: makeProject(undefined, problem), references: [], includes: () => true };
  }
  configs.set(configFile, loaded);
  return loaded;
}

function referencedConfig(from: string, path: string): string {
  const target = resolve(from, path);
  return statSync(target, { throwIfNoEntry: false })?.isDirectory() ? join(target, 'tsconfig.json') : target;
}

function makeProject(result: TsConfigResult | undefined, problem: string | undefined): Project {
  const raw = result && ((result.config.compilerOptions ?? {}) as RawCompilerOptions);
  const settings = effectiveSettings(raw, result ? typescriptMajorNear(dirname(result.path)) : undefined);
  const conditions = raw?.['customConditions'];
  return {
    configFile: result?.path,
    settings,
    fingerprint: JSON.stringify(Object.values(settings).map((value) => value ?? null)),
    moduleKind: moduleKindOf(raw ?? {}),
    runsOnPlainNode: [
      'verbatimModuleSyntax',
      'erasableSyntaxOnly',
      'allowImportingTsExtensions',
      'rewriteRelativeImportExtensions',
    ].some((name) => raw?.[name] === true),
    allowJs: flag(raw?.['allowJs']) ?? raw?.['checkJs'] === true,
    customConditions: Array.isArray(conditions) ? conditions.filter((name) => typeof name === 'string') : [],
    aliases: result && aliasesOf(result),
    problem,
  };
}

function aliasesOf(result: TsConfigResult): Aliases | undefined {
  const match = createPathsMatcher(result);
  if (!match) return undefined;
  const patterns = Object.keys(result.config.compilerOptions?.paths ?? {});
  return {
    candidates: (specifier) => ({
      paths: match(specifier),
      pattern: patterns.some((pattern) => matchesPattern(pattern, specifier)),
    }),
  };
}

function matchesPattern(pattern: string, specifier: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return pattern === specifier;
  return (
    specifier.length >= pattern.length - 1 &&
    specifier.startsWith(pattern.slice(0, star)) &&
    specifier.endsWith(pattern.slice(star + 1))
  );
}

/** Major version of the `typescript` that tsc would be here; its defaults are the ones the project was written for. */
function typescriptMajorNear(dir: string): number {
  for (let at = dir; ; at = dirname(at)) {
    const manifest = join(at, 'node_modules', 'typescript', 'package.json');
    if (existsSync(manifest)) {
      try {
        const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string };
        const major = Number.parseInt(version ?? '', 10);
        return Number.isNaN(major) ? DEFAULT_TYPESCRIPT_MAJOR : major;
      } catch {
        return DEFAULT_TYPESCRIPT_MAJOR;
      }
    }
    if (dirname(at) === at) return DEFAULT_TYPESCRIPT_MAJOR;
  }
}
