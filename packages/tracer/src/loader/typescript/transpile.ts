// The thorough road: TypeScript's own transpileModule, with a source map whose positions are those of the original.
import type { CompilerOptions, Diagnostic } from 'typescript';
import type { CompileInput, CompileOutput } from './compile.ts';
import type { JsxMode } from './compiler-settings.ts';
import { loadTypeScript } from './heavy.ts';
import type { TypeScript } from './heavy.ts';
import { commonJsTransformers } from './commonjs-transformers.ts';

/** A syntax error of the file, shown as V8 shows its own: place, line and caret above the message. */
class TypeScriptSyntaxError extends SyntaxError {
  readonly code = 'ERR_INVALID_TYPESCRIPT_SYNTAX';
}

/**
 * Compiles one file in isolation to what Node 20 can run.
 * @throws {TypeScriptSyntaxError} where the file is not TypeScript.
 */
export function transpile(input: CompileInput): CompileOutput {
  const ts = loadTypeScript();
  const { fileName, source, format } = input;
  const result = ts.transpileModule(source, {
    fileName: nameForCompiler(input),
    reportDiagnostics: true,
    compilerOptions: compilerOptions(ts, input),
    ...(format === 'commonjs' ? { transformers: commonJsTransformers(ts, input) } : {}),
  });
  const error = result.diagnostics?.find(
    ({ category, file }) => file !== undefined && category === ts.DiagnosticCategory.Error,
  );
  if (error) throw syntaxError(ts, fileName, error);
  const map = JSON.parse(result.sourceMapText ?? '{}') as { mappings: string; names: string[] };
  return {
    code: result.outputText.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'),
    keepsLines: false,
    map: {
      version: 3,
      sources: [fileName],
      sourcesContent: [source],
      names: map.names,
      mappings: map.mappings,
    },
  };
}

/** TypeScript's NodeNext takes the module format from the extension, and from a package.json that it cannot see here. */
function nameForCompiler({ fileName, format }: CompileInput): string {
  return format === 'module' && fileName.endsWith('.ts') ? fileName.replace(/\.ts$/, '.mts') : fileName;
}

function compilerOptions(ts: TypeScript, input: CompileInput): CompilerOptions {
  const { settings, format } = input;
  const options: CompilerOptions = {
    // The newest language version without `using`, decorators and `accessor`, which Node 20 lacks.
    target: ts.ScriptTarget.ES2024,
    module: moduleOption(ts, input),
    sourceMap: true,
    allowJs: true,
    importHelpers: false,
    isolatedModules: true,
    preserveConstEnums: true,
    // A file that was erased empty is an ES module still.
    moduleDetection: format === 'module' ? ts.ModuleDetectionKind.Force : ts.ModuleDetectionKind.Legacy,
    verbatimModuleSyntax: settings.verbatimModuleSyntax,
    useDefineForClassFields: settings.useDefineForClassFields,
    experimentalDecorators: settings.experimentalDecorators,
    emitDecoratorMetadata: settings.emitDecoratorMetadata,
    esModuleInterop: settings.esModuleInterop ?? true,
    alwaysStrict: settings.alwaysStrict,
    jsx: jsxOption(ts, settings.jsx ?? jsxModeOf(input.source)),
  };
  for (const name of ['jsxFactory', 'jsxFragmentFactory', 'jsxImportSource', 'reactNamespace'] as const) {
    const value = settings[name];
    if (value !== undefined) options[name] = value;
  }
  return options;
}

function moduleOption(
  ts: TypeScript,
  { source, format, settings }: CompileInput,
): NonNullable<CompilerOptions['module']> {
  if (format === 'commonjs') {
    return settings.dynamicImport === 'native' ? ts.ModuleKind.NodeNext : ts.ModuleKind.CommonJS;
  }
  // Only NodeNext turns `import x = require('y')` into a call of createRequire.
  return /\bimport\s+(?:type\s+)?[\w$]+\s*=\s*require\b/.test(source) ? ts.ModuleKind.NodeNext : ts.ModuleKind.ESNext;
}

/** With no option that says how, the file does: by a pragma for the classic form, or by its own import of React. */
function jsxModeOf(source: string): JsxMode {
  return /@jsx\s|\bimport\s[^;'"]*\bReact\b|\bReact\s*=/.test(source) ? 'classic' : 'automatic';
}

function jsxOption(ts: TypeScript, mode: JsxMode): NonNullable<CompilerOptions['jsx']> {
  if (mode === 'classic') return ts.JsxEmit.React;
  return mode === 'automatic' ? ts.JsxEmit.ReactJSX : ts.JsxEmit.ReactJSXDev;
}

function syntaxError(ts: TypeScript, fileName: string, diagnostic: Diagnostic): TypeScriptSyntaxError {
  const error = new TypeScriptSyntaxError(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
  const { file, start } = diagnostic;
  if (file && start !== undefined) {
    const { line, character } = file.getLineAndCharacterOfPosition(start);
    const text = file.text.split(/\r\n|[\n\r\u2028\u2029]/)[line] ?? '';
    const caret = text.slice(0, character).replace(/\S/g, ' ') + '^';
    error.stack = `${fileName}:${line + 1}\n${text}\n${caret}\n\nSyntaxError: ${error.message}`;
  }
  return error;
}
