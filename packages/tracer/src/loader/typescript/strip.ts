// The fast road: types become white space, so that every line and column stays and no source map is needed.
// It is taken only where the outcome equals tsc's; whoever is turned away here goes to transpile.ts.
import { parse } from 'acorn';
import type { Program } from 'acorn';
import { runsUsingDeclarations } from './capabilities.ts';
import { loadSwc } from './heavy.ts';
import { blankUnusedImports } from './unused-imports.ts';
import { inspectProgram } from './inspect-program.ts';
import type { CompileInput } from './compile.ts';

/**
 * JavaScript with all positions of `input.source`, or `undefined` when this file needs the TypeScript compiler:
 * enums, namespaces, parameter properties, decorators, `import x = require`, JSX, fields that tsc would move into the
 * constructor, module syntax that must become CommonJS, syntax that this Node does not know, and real syntax errors.
 */
export function stripInPlace(input: CompileInput): string | undefined {
  const { source, format, settings } = input;
  if (/\.[jt]sx$/.test(input.fileName)) return undefined;
  const stripped = eraseTypes(source);
  // Erasing is by code unit; should it ever not be, positions would lie.
  if (stripped?.length !== source.length) return undefined;
  const program = parseJavaScript(stripped, format);
  if (!program) return undefined;

  const facts = inspectProgram(program);
  if (facts.classFields && !settings.useDefineForClassFields) return undefined;
  if (facts.usingDeclarations && !runsUsingDeclarations()) return undefined;
  if (format === 'commonjs') {
    const strict = facts.useStrict || !settings.alwaysStrict;
    return strict && !facts.importMeta ? stripped : undefined;
  }
  if (facts.defaultExport !== undefined && !facts.declared.has(facts.defaultExport)) return undefined;
  return settings.verbatimModuleSyntax ? stripped : blankUnusedImports(stripped, program, facts);
}

function eraseTypes(source: string): string | undefined {
  try {
    return loadSwc().transformSync(source, { mode: 'strip-only' }).code;
  } catch {
    return undefined;
  }
}

/** `undefined` as well for type names that are left in `export { T }`: acorn rejects exports that nothing declares. */
function parseJavaScript(code: string, format: CompileInput['format']): Program | undefined {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType: format });
  } catch {
    return undefined;
  }
}
