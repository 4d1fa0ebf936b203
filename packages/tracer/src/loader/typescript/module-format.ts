// Whether a TypeScript or JSX file is loaded as an ES module or as CommonJS.
import { extname } from 'node:path';
import { parse } from 'es-module-lexer/js';
import type { Import } from 'es-module-lexer/js';
import type { ModuleFormat } from './compile.ts';
import type { Project } from './tsconfig.ts';
import { packageScopeOf } from './package-scope.ts';

export interface FormatQuestion {
  /** Absolute path of a .ts, .tsx, .mts, .cts or .jsx file. */
  readonly fileName: string;
  /** Its text, asked for only when neither extension nor package.json decide. */
  readonly source: () => string;
  readonly project: Project;
  /** How the program reaches the file: a file that can be both is what its user expects. */
  readonly via: 'import' | 'require';
}

/**
 * The extension decides, then the nearest package.json's "type". With neither, files without module syntax are CommonJS,
 * as in Node; of those with it, `import.meta` and top-level await need an ES module, and the rest is what tsc
 * or tsx would make of it: CommonJS where tsconfig says so, or where it could not run as an ES module in Node by itself
 * (imports without extension, `__dirname`), else an ES module.
 */
export function moduleFormat({ fileName, source, project, via }: FormatQuestion): ModuleFormat {
  const extension = extname(fileName);
  if (extension === '.mts' || extension === '.mjs') return 'module';
  if (extension === '.cts' || extension === '.cjs') return 'commonjs';
  const { type } = packageScopeOf(fileName);
  if (type) return type;

  const syntax = moduleSyntaxOf(source());
  if (syntax === 'none' || syntax === 'commonjs') return 'commonjs';
  if (syntax === 'module-only') return 'module';
  if (via === 'require') return 'commonjs';
  if (project.runsOnPlainNode) return 'module';
  if (project.moduleKind === 'commonjs' || project.moduleKind === 'node') return 'commonjs';
  return syntax === 'bundler-style' ? 'commonjs' : 'module';
}

/**
 * none: no import or export that is left after erasing types. commonjs: `export =` or `import x = require`.
 * module-only: cannot be CommonJS. bundler-style: relative imports without extension, or names of CommonJS.
 */
type ModuleSyntax = 'none' | 'commonjs' | 'module-only' | 'bundler-style' | 'plain';

const RUNTIME_EXTENSION = /\.(?:[cm]?[jt]s|[jt]sx|json|node|wasm)$/;

function moduleSyntaxOf(source: string): ModuleSyntax {
  if (/^\s*export\s*=|^\s*(?:export\s+)?import\s+[\w$]+\s*=\s*require\b/m.test(source)) return 'commonjs';
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(source);
  } catch {
    // JSX text can look like an open string to the lexer.
    return moduleSyntaxByLine(source);
  }
  const [imports, exports] = parsed;
  const awaits = hasTopLevelAwait(source);
  if (awaits || imports.some(({ type }) => type === 'import-meta')) return 'module-only';
  const statics = imports.filter(isRuntimeStatic);
  if (statics.length === 0 && exports.every(({ typeOnly }) => typeOnly)) return 'none';
  const specifiers = statics.map(({ specifier }) => specifier ?? '');
  return specifiers.some(isExtensionless) || usesCommonJsNames(source) ? 'bundler-style' : 'plain';
}

function moduleSyntaxByLine(source: string): ModuleSyntax {
  if (/\bimport\.meta\b/.test(source) || hasTopLevelAwait(source)) return 'module-only';
  if (!/^\s*(?:import|export)\b(?!\s+(?:type|interface|declare)\b|\s*\()/m.test(source)) return 'none';
  const specifiers = [...source.matchAll(/\bfrom\s*(['"])(.*?)\1/g)].map((match) => match[2] ?? '');
  return specifiers.some(isExtensionless) || usesCommonJsNames(source) ? 'bundler-style' : 'plain';
}

function isRuntimeStatic(entry: Import): boolean {
  return (entry.type === 'static' || entry.type === 'reexport-star') && !entry.typeOnly;
}

function isExtensionless(specifier: string): boolean {
  return /^\.{1,2}(?:\/|$)/.test(specifier) && !RUNTIME_EXTENSION.test(specifier);
}

/** `__dirname` and its kind without a declaration of the file's own. */
function usesCommonJsNames(source: string): boolean {
  return (
    /\b(?:__dirname|__filename)\b|\bmodule\.exports\b|\brequire\.main\b/.test(source) &&
    !/\b(?:const|let|var)\s+(?:__dirname|__filename|require|module)\b/.test(source)
  );
}

/**
 * Seen without a parser: an `await` at the start of a line or of a top-level declaration, or anywhere in a file that has
 * no async function. Misses one inside a block of a file that has async functions; V8 then names the line.
 */
function hasTopLevelAwait(source: string): boolean {
  if (!/\bawait\b/.test(source)) return false;
  if (
    /^(?:(?:export\s+)?(?:const|let|var|using)\s[^\n=]*=\s*|export\s+default\s+)?await\b|^for\s+await\b/m.test(source)
  ) {
    return true;
  }
  return !/\basync\b/.test(source) && /^[^\n'"`/*]*\bawait\s+[\w$(]/m.test(source);
}
