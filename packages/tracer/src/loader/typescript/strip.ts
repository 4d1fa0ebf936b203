// The fast road: types become white space, so that every line and column stays and no source map is needed.
// It is taken only where the outcome equals tsc's; whoever is turned away here goes to transpile.ts.
import { parse } from 'acorn';
import type { Program } from 'acorn';
import { runsUsingDeclarations } from './capabilities.ts';
import { loadSwc } from './heavy.ts';
import { blankUnusedImports } from './unused-imports.ts';
import { inspectProgram } from './inspect-program.ts';
import type { ProgramFacts } from './inspect-program.ts';
import type { CompileInput } from './compile.ts';

const NEXT_TOKEN = /\S/g;

/**
 * JavaScript with all positions of `input.source`, or `undefined` when this file needs the TypeScript compiler:
 * enums, namespaces, parameter properties, decorators, `import x = require`, JSX, fields that tsc would move into the
 * constructor, module syntax that must become CommonJS, syntax that this Node does not know, and real syntax errors.
 */
export function stripInPlace(input: CompileInput): string | undefined {
  const { source, format, settings } = input;
  if (/\.[jt]sx$/.test(input.fileName)) return undefined;
  const stripped = eraseTypes(source);
  if (stripped === undefined) return undefined;
  const program = parseJavaScript(stripped, format);
  if (!program) return undefined;

  const facts = inspectProgram(program);
  if (facts.classFields && !settings.useDefineForClassFields) return undefined;
  if (facts.usingDeclarations && !runsUsingDeclarations()) return undefined;
  if (format === 'commonjs') {
    const strict = facts.useStrict || !settings.alwaysStrict;
    return strict && facts.importMeta.length === 0 ? stripped : undefined;
  }
  if (exportsTypeByDefault(program, facts)) return undefined;
  return settings.verbatimModuleSyntax ? stripped : blankUnusedImports(stripped, program, facts);
}

/** `export default name` of a name that no value has: an interface, most likely. */
function exportsTypeByDefault(program: Program, { declared }: ProgramFacts): boolean {
  return program.body.some(
    (node) =>
      node.type === 'ExportDefaultDeclaration' &&
      node.declaration.type === 'Identifier' &&
      !declared.has(node.declaration.name),
  );
}

/** `undefined` unless every code unit stays in its place. */
function eraseTypes(source: string): string | undefined {
  try {
    const { code } = loadSwc().transformSync(source, { mode: 'strip-only' });
    return code.length === source.length ? restoreSemicolons(source, code) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Puts back semicolons that ended an erased statement or class member. Without this one, swc 1.16 makes a call of
 * `const a = b` and the last line of `type T = 1` `;(f)()`: lines that lack their semicolon run on into the next.
 */
function restoreSemicolons(source: string, code: string): string {
  let out = '';
  let done = 0;
  for (let at = source.indexOf(';'); at !== -1; at = source.indexOf(';', at + 1)) {
    if (code[at] === ';') continue;
    NEXT_TOKEN.lastIndex = at + 1;
    const next = NEXT_TOKEN.test(code) ? NEXT_TOKEN.lastIndex : code.length;
    // Between members of an erased type more has been erased.
    if (source.slice(at + 1, next) !== code.slice(at + 1, next)) continue;
    out += code.slice(done, at) + ';';
    done = at + 1;
  }
  return out + code.slice(done);
}

/** `undefined` as well for type names that are left in `export { T }`: acorn rejects exports that nothing declares. */
function parseJavaScript(code: string, format: CompileInput['format']): Program | undefined {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType: format });
  } catch {
    return undefined;
  }
}
