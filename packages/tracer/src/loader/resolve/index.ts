// What TypeScript programs may write in an import and Node does not understand. The CommonJS and the ES module hook ask
// the same two questions: `resolveAlias` before Node is asked, `resolveAfterFailure` when Node has refused.
//
// Invariant: what Node resolves stays as Node resolves it, `paths` and `baseUrl` of a tsconfig apart, and what nobody
// resolves fails with Node's own error. Nothing in node_modules is touched.
import { isBuiltin } from 'node:module';
import { dirname, isAbsolute, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { projectOf, TYPESCRIPT_FILE } from '../typescript/index.ts';
import { exportedTargets, workspaceTargets } from './packages.ts';
import { exactFile, sourceFileFor } from './source-file.ts';

export interface ResolveRequest {
  readonly specifier: string;
  /** Absolute path of the file that asks; `undefined` for the program's entry. */
  readonly parentFile: string | undefined;
  /** Specifiers of `import` are URLs: percent-encoded, with query and fragment. Those of `require` are paths. */
  readonly kind: 'import' | 'require';
  /** Conditions in force for package.json `exports` and `imports`; `default` is implied. */
  readonly conditions: readonly string[];
}

export interface ResolvedFile {
  /** Absolute real path of an existing file. */
  readonly file: string;
  /** Query and fragment to add to the file's URL again; empty for `require`. */
  readonly suffix: string;
}

/** Node's refusals that a source file in place of a compiled one can heal. */
const HEALABLE_ERRORS = new Set([
  'MODULE_NOT_FOUND',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_PACKAGE_IMPORT_NOT_DEFINED',
]);

/** Relative and rooted specifiers, and URLs. */
const NEVER_ALIASED = /^(?:\.{1,2}(?:\/|$)|\/|(?:node|file|data|https?):)/;

const nodeModules = `${sep}node_modules${sep}`;

/**
 * Where tsconfig's `paths` (or, for TypeScript sources only, `baseUrl`) send the specifier; `undefined`: ask Node.
 * Only files outside node_modules have aliases, and JavaScript ones only with `allowJs`.
 */
export function resolveAlias(request: ResolveRequest): ResolvedFile | undefined {
  return lookUpAliases(request, 'before');
}

/**
 * The file that a specifier means which Node could not resolve, or `undefined`: then throw `error`, unchanged.
 * @param error what Node threw; any other error than "not found" and its kin is left alone.
 */
export function resolveAfterFailure(request: ResolveRequest, error: unknown): ResolvedFile | undefined {
  const { specifier, parentFile } = request;
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string' || !HEALABLE_ERRORS.has(code)) return undefined;
  if (parentFile?.includes(nodeModules)) return undefined;

  const javascript = parentFile === undefined || TYPESCRIPT_FILE.test(parentFile);
  const location = locate(request);
  if (location) {
    const { path, suffix } = location;
    const file = path.includes(nodeModules) ? undefined : sourceFileFor(path, { javascript });
    return file === undefined ? undefined : { file, suffix };
  }
  if (parentFile === undefined || isBuiltin(specifier) || /^[a-z][a-z\d+.-]*:/i.test(specifier)) return undefined;

  const { customConditions } = projectOf(parentFile);
  for (const target of workspaceTargets(specifier, parentFile, [...customConditions, ...request.conditions])) {
    const file = (customConditions.length > 0 ? exactFile(target) : undefined) ?? sourceFileFor(target, { javascript });
    if (file !== undefined) return { file, suffix: '' };
  }
  return lookUpAliases(request, 'after') ?? (javascript ? moduleOnly(request, parentFile, code) : undefined);
}

/**
 * A package that exports itself to `import` alone, wanted by an import statement that was compiled to `require`: Node can
 * require ES modules, it only must be told where.
 */
function moduleOnly(
  { specifier, kind, conditions }: ResolveRequest,
  parentFile: string,
  code: string,
): ResolvedFile | undefined {
  if (kind !== 'require' || code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined;
  const asImport = conditions.map((condition) => (condition === 'require' ? 'import' : condition));
  for (const target of exportedTargets(specifier, parentFile, asImport)) {
    const file = exactFile(target);
    if (file !== undefined) return { file, suffix: '' };
  }
  return undefined;
}

/**
 * Before Node is asked, `baseUrl` must not turn a package into some JavaScript file, nor a `*` pattern take a package out
 * of node_modules round its `exports`; after it has failed, they may.
 */
function lookUpAliases({ specifier, parentFile }: ResolveRequest, node: 'before' | 'after'): ResolvedFile | undefined {
  if (parentFile === undefined || NEVER_ALIASED.test(specifier)) return undefined;
  if (isBuiltin(specifier) || parentFile.includes(nodeModules)) return undefined;
  const { aliases, allowJs } = projectOf(parentFile);
  if (!aliases || !(allowJs || TYPESCRIPT_FILE.test(parentFile))) return undefined;

  const { paths, pattern } = aliases.candidates(specifier);
  const javascript = pattern || node === 'after';
  for (const path of paths) {
    const file = exactFile(path) ?? sourceFileFor(path, { javascript });
    // A file that imports the package it is named after means the package.
    if (file === undefined || file === parentFile) continue;
    if (node === 'before' && path.includes(nodeModules)) return undefined;
    if (javascript || TYPESCRIPT_FILE.test(file)) return { file, suffix: '' };
  }
  return undefined;
}

/** The path that a relative, absolute or file URL specifier names; `undefined` for packages and everything else. */
function locate({ specifier, parentFile, kind }: ResolveRequest): { path: string; suffix: string } | undefined {
  const relative = /^\.{1,2}(?:\/|$)/.test(specifier);
  const from = parentFile === undefined ? process.cwd() : dirname(parentFile);
  if (kind === 'require') {
    return relative || isAbsolute(specifier) ? { path: resolve(from, specifier), suffix: '' } : undefined;
  }
  if (!relative && !specifier.startsWith('/') && !specifier.startsWith('file:')) return undefined;
  try {
    const url = new URL(specifier, pathToFileURL(from + sep));
    const suffix = url.search + url.hash;
    url.search = '';
    url.hash = '';
    return { path: fileURLToPath(url), suffix };
  } catch {
    return undefined;
  }
}
