// The fast road: types become white space and module syntax is edited where it stands, so that every line stays in its
// place. It is taken only where the outcome equals tsc's; whoever is turned away here goes to transpile.ts.
import { parse } from 'acorn';
import type { Program } from 'acorn';
import { parse as lex } from 'es-module-lexer/js';
import { blanksOfAssignedFields } from './assigned-fields.ts';
import { applyBlanks } from './blanks.ts';
import { runsUsingDeclarations } from './capabilities.ts';
import { toCommonJs } from './commonjs-in-place.ts';
import type { CompileInput, CompileOutput } from './compile.ts';
import { loadSwc } from './heavy.ts';
import { inspectProgram } from './inspect-program.ts';
import type { ProgramFacts } from './inspect-program.ts';
import { blankUnusedImports } from './unused-imports.ts';

const NEXT_TOKEN = /\S/g;

/**
 * JavaScript with the lines of `input.source`, columns too unless it had to become CommonJS. `undefined` when this file
 * needs the TypeScript compiler: enums, namespaces, parameter properties, decorators, `import x = require`, JSX,
 * fields that tsc would move into the constructor, syntax that this Node does not know, and real syntax errors.
 */
export function stripInPlace(input: CompileInput): CompileOutput | undefined {
  if (/\.[jt]sx$/.test(input.fileName)) return undefined;
  const erased = eraseTypes(input.source);
  if (erased === undefined) return undefined;
  if (input.format === 'module') return asModule(input, prepare(input, erased, parseAs('module', erased)));
  if (/\b(?:import|export)\b/.test(input.source)) {
    const program = parseAs('module', erased);
    if (hasModuleSyntax(program, input.source)) return asCommonJs(input, prepare(input, erased, program));
  }
  return asScript(input, prepare(input, erased, parseAs('commonjs', erased)));
}

/** JavaScript whose module syntax alone is still to be looked at. */
interface Prepared {
  readonly code: string;
  readonly program: Program;
  readonly facts: ProgramFacts;
}

function prepare({ settings }: CompileInput, erased: string, program: Program | undefined): Prepared | undefined {
  if (!program) return undefined;
  const facts = inspectProgram(program);
  if (facts.usingDeclarations && !runsUsingDeclarations()) return undefined;
  if (settings.useDefineForClassFields) return { code: erased, program, facts };
  const blanks = blanksOfAssignedFields(facts);
  return blanks && { code: applyBlanks(erased, blanks), program, facts };
}

function asModule({ settings }: CompileInput, prepared: Prepared | undefined): CompileOutput | undefined {
  if (!prepared || exportsTypeByDefault(prepared)) return undefined;
  const { code, program, facts } = prepared;
  const kept = settings.verbatimModuleSyntax ? code : blankUnusedImports(code, program, facts);
  return { code: kept, map: null, keepsLines: true };
}

function asCommonJs(input: CompileInput, prepared: Prepared | undefined): CompileOutput | undefined {
  if (!prepared || exportsTypeByDefault(prepared)) return undefined;
  return toCommonJs(input, prepared.code, prepared.program, prepared.facts);
}

function asScript({ settings }: CompileInput, prepared: Prepared | undefined): CompileOutput | undefined {
  if (!prepared || (settings.alwaysStrict && !prepared.facts.useStrict)) return undefined;
  return { code: prepared.code, map: null, keepsLines: true };
}

/** As tsc sees it: an import of types makes a module, too. */
function hasModuleSyntax(program: Program | undefined, source: string): boolean {
  if (program?.body.some(({ type }) => /^(?:Import|Export)/.test(type))) return true;
  try {
    return lex(source)[3];
  } catch {
    return false;
  }
}

/** `export default name` of a name that no value has: an interface, most likely. */
function exportsTypeByDefault({ program, facts }: Prepared): boolean {
  return program.body.some(
    (node) =>
      node.type === 'ExportDefaultDeclaration' &&
      node.declaration.type === 'Identifier' &&
      !facts.declared.has(node.declaration.name),
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
function parseAs(sourceType: CompileInput['format'], code: string): Program | undefined {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType });
  } catch {
    return undefined;
  }
}
