// Reads one tsconfig with all it extends. Never throws: what cannot be read counts as not said, and `problem` tells why.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createFilesMatcher, createPathsMatcher, parseTsconfig } from 'get-tsconfig';
import type { Cache, TsConfigResult } from 'get-tsconfig';
import { DEFAULT_TYPESCRIPT_MAJOR, effectiveSettings, flag, moduleKindOf } from './compiler-settings.ts';
import type { CompilerSettings, ModuleKind, RawCompilerOptions } from './compiler-settings.ts';
import { loadTypeScript } from './heavy.ts';

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
interface Aliases {
  /** `pattern` is true when a key of `paths` matched; false for the bare `baseUrl` look-up. */
  candidates(specifier: string): { readonly paths: readonly string[]; readonly pattern: boolean };
}

/** One tsconfig file, read. */
export interface Tsconfig {
  readonly project: Project;
  readonly references: readonly string[];
  readonly includes: (file: string) => boolean;
}

/** What holds for a file that no tsconfig governs. */
export const NO_PROJECT: Project = makeProject(undefined, undefined);

/** Reads `configFile`, an absolute path; `cache` keeps what was read of the files it extends. */
export function readTsconfig(configFile: string, cache: Cache): Tsconfig {
  try {
    return describe({ path: configFile, config: parseTsconfig(configFile, cache) }, undefined);
  } catch (error) {
    return readOwnPart(configFile, error instanceof Error ? error.message : String(error));
  }
}

/** The file's own options, as tsc takes them too when an `extends` leads nowhere (say, dependencies not installed). */
function readOwnPart(configFile: string, reason: string): Tsconfig {
  try {
    const ts = loadTypeScript();
    const { config } = ts.readConfigFile(configFile, ts.sys.readFile) as { config?: object };
    if (config && 'extends' in config) {
      const { extends: _lost, ...own } = config;
      return describe({ path: configFile, config: own }, `${configFile} is used without what it extends: ${reason}`);
    }
  } catch {
    // Its own part is no better; the first reason is the one to tell.
  }
  return {
    project: makeProject(undefined, `${configFile} is not used: ${reason}`),
    references: [],
    includes: () => true,
  };
}

function describe(result: TsConfigResult, problem: string | undefined): Tsconfig {
  const matches = createFilesMatcher(result);
  return {
    project: makeProject(result, problem),
    references: (result.config.references ?? []).map(({ path }) => referencedConfig(dirname(result.path), path)),
    includes: (file) => matches(file) !== undefined,
  };
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
