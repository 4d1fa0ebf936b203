// The fast road: types become white space and module syntax is edited where it stands, so that every line stays in its
// place. It is taken only where the outcome equals tsc's; whoever is turned away here goes to transpile.ts.
import { parse } from 'acorn';
import type { Program } from 'acorn';
import { parse as lex } from 'es-module-lexer/js';
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
  const code = eraseTypes(input.source);
  if (code === undefined) return undefined;
  if (input.format === 'module') return asModule(input, code, parseAs('module', code));
  if (!/\b(?:import|export)\b/.test(input.source)) return asScript(input, code);
  const program = parseAs('module', code);
  return hasModuleSyntax(program, input.source) ? asCommonJs(input, code, program) : asScript(input, code);
}

function asModule(input: CompileInput, code: string, program: Program | undefined): CompileOutput | undefined {
  const facts = program && inspectProgram(program);
  if (!facts || needsCompiler(input, facts) || exportsTypeByDefault(program, facts)) return undefined;
  const { verbatimModuleSyntax } = input.settings;
  return { code: verbatimModuleSyntax ? code : blankUnusedImports(code, program, facts), map: null, keepsLines: true };
}

function asCommonJs(input: CompileInput, code: string, program: Program | undefined): CompileOutput | undefined {
  const facts = program && inspectProgram(program);
  if (!facts || needsCompiler(input, facts) || exportsTypeByDefault(program, facts)) return undefined;
  return toCommonJs(input, code, program, facts);
}

function asScript(input: CompileInput, code: string): CompileOutput | undefined {
  const program = parseAs('commonjs', code);
  const facts = program && inspectProgram(program);
  if (!facts || needsCompiler(input, facts)) return undefined;
  return facts.useStrict || !input.settings.alwaysStrict ? { code, map: null, keepsLines: true } : undefined;
}

function needsCompiler({ settings }: CompileInput, facts: ProgramFacts): boolean {
  return (
    (facts.classFields && !settings.useDefineForClassFields) || (facts.usingDeclarations && !runsUsingDeclarations())
  );
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
function parseAs(sourceType: CompileInput['format'], code: string): Program | undefined {
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType });
  } catch {
    return undefined;
  }
}
