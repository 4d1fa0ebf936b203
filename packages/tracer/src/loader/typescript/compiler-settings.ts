// The compiler options that change what a compiled file does when it runs, with tsc's own defaults filled in.
// Options that only matter to type checking, declaration files or the layout of the output never reach the compiler
// nor the cache key. `target` is not lowered to: output is what this Node runs, as tsx and esbuild do it.

/** How JSX becomes calls: `React.createElement`, or the functions of `jsx-runtime` / `jsx-dev-runtime`. */
export type JsxMode = 'classic' | 'automatic' | 'automatic-dev';

/** Which family the `module` option belongs to; `node` is node16 to nodenext, `undefined` is not set. */
export type ModuleKind = 'commonjs' | 'node' | 'es' | undefined;

/** What decides the output of one file, besides its text and its module format. */
export interface CompilerSettings {
  readonly verbatimModuleSyntax: boolean;
  readonly useDefineForClassFields: boolean;
  readonly experimentalDecorators: boolean;
  readonly emitDecoratorMetadata: boolean;
  /** `undefined`: the project does not say, so that default imports and callable namespace imports should both work. */
  readonly esModuleInterop: boolean | undefined;
  /** CommonJS files without module syntax get "use strict". */
  readonly alwaysStrict: boolean;
  /** `undefined`: not said; classic when the file itself imports React, else automatic. */
  readonly jsx: JsxMode | undefined;
  readonly jsxFactory: string | undefined;
  readonly jsxFragmentFactory: string | undefined;
  readonly jsxImportSource: string | undefined;
  readonly reactNamespace: string | undefined;
  /** What `import()` becomes in CommonJS output: node16 and later keep it, `module: commonjs` requires. */
  readonly dynamicImport: 'native' | 'require';
}

/** The part of `compilerOptions` that is read here; any value may be of the wrong type, as users write it. */
export type RawCompilerOptions = Readonly<Record<string, unknown>>;

/** TypeScript 6 changed most defaults, so the version that the project itself uses decides. */
export const DEFAULT_TYPESCRIPT_MAJOR = 5;

const CLASS_FIELDS_YEAR = 2022;
const ESNEXT_YEAR = 9999;

/**
 * Fills in the defaults of the TypeScript version that the project uses.
 * `options` undefined means no tsconfig at all: then Node's own behaviour (ES semantics throughout) holds.
 */
export function effectiveSettings(
  options: RawCompilerOptions | undefined,
  typescriptMajor: number = DEFAULT_TYPESCRIPT_MAJOR,
): CompilerSettings {
  const raw = options ?? {};
  const modern = options === undefined || typescriptMajor >= 6;
  const kind = moduleKindOf(raw);
  const targetYear = yearOf(text(raw['target'])) ?? (modern ? ESNEXT_YEAR : defaultTargetYear(raw));
  return {
    verbatimModuleSyntax: flag(raw['verbatimModuleSyntax']) ?? flag(raw['preserveValueImports']) ?? false,
    useDefineForClassFields: flag(raw['useDefineForClassFields']) ?? targetYear >= CLASS_FIELDS_YEAR,
    experimentalDecorators: flag(raw['experimentalDecorators']) ?? false,
    emitDecoratorMetadata: flag(raw['emitDecoratorMetadata']) ?? false,
    esModuleInterop: flag(raw['esModuleInterop']) ?? (modern || kind === 'node' || isPreserve(raw) ? true : undefined),
    alwaysStrict: flag(raw['alwaysStrict']) ?? flag(raw['strict']) ?? (options !== undefined && modern),
    jsx: jsxModeOf(raw),
    jsxFactory: text(raw['jsxFactory']),
    jsxFragmentFactory: text(raw['jsxFragmentFactory']),
    jsxImportSource: text(raw['jsxImportSource']),
    reactNamespace: text(raw['reactNamespace']),
    dynamicImport: kind === 'node' ? 'native' : 'require',
  };
}

/** The family of the `module` option as written; module formats that Node cannot load count as CommonJS. */
export function moduleKindOf(raw: RawCompilerOptions): ModuleKind {
  const name = text(raw['module'])?.toLowerCase();
  if (name === undefined) return undefined;
  if (name.startsWith('node')) return 'node';
  return /^(?:es|preserve)/.test(name) ? 'es' : 'commonjs';
}

/** `true`/`false` as written; a value of another type counts as not set. */
export function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isPreserve(raw: RawCompilerOptions): boolean {
  return text(raw['module'])?.toLowerCase() === 'preserve';
}

function yearOf(target: string | undefined): number | undefined {
  if (target === undefined) return undefined;
  const name = target.toLowerCase();
  if (name === 'esnext') return ESNEXT_YEAR;
  if (name === 'es6') return 2015;
  const digits = /^es(\d{4})$/.exec(name)?.[1];
  return digits === undefined ? 0 : Number(digits);
}

/** TypeScript 5 takes the default target from `module`: ES5, unless it is one of Node's. */
function defaultTargetYear(raw: RawCompilerOptions): number {
  const name = text(raw['module'])?.toLowerCase();
  if (name === 'nodenext') return ESNEXT_YEAR;
  return name?.startsWith('node') ? CLASS_FIELDS_YEAR : 0;
}

/** `preserve` and `react-native` leave JSX to a bundler that is not there; its modern form is what bundlers make of it. */
function jsxModeOf(raw: RawCompilerOptions): JsxMode | undefined {
  switch (text(raw['jsx'])?.toLowerCase()) {
    case 'react':
      return 'classic';
    case 'react-jsx':
      return 'automatic';
    case 'react-jsxdev':
      return 'automatic-dev';
    case undefined:
      return text(raw['jsxImportSource']) === undefined ? undefined : 'automatic';
    default:
      return text(raw['jsxFactory']) === undefined ? 'automatic' : 'classic';
  }
}
