// ES module syntax to CommonJS by edits of the text, so that no line moves: imports become calls of require where they
// stand, uses of imported and exported names are renamed, the rest of the file stays as it was written. The result is,
// statement for statement, what tsc makes of the file; compile.test.ts holds it to that.
import type { Program, VariableDeclaration } from 'acorn';
import { Conversion, TOO_HARD } from './commonjs-conversion.ts';
import { exportAll, exportDefault, exportNamed, readExportLists } from './commonjs-exports.ts';
import { HELPER_NAMES, helperDefinitions } from './commonjs-helpers.ts';
import { dynamicImports, importDeclaration } from './commonjs-imports.ts';
import { IMPORT_META, member } from './commonjs-text.ts';
import type { CompileInput, CompileOutput } from './compile.ts';
import type { ProgramFacts } from './inspect-program.ts';
import { declarePattern } from './scopes.ts';

/** tsc sets this many exports to undefined in one statement. */
const EXPORTS_PER_STATEMENT = 50;

/**
 * `code` (JavaScript with module syntax and the positions of `input.source`) as CommonJS; `undefined` where
 * TypeScript has to do it: destructured or reassigned exports under several names, names that collide with CommonJS.
 */
export function toCommonJs(
  input: CompileInput,
  code: string,
  program: Program,
  facts: ProgramFacts,
): CompileOutput | undefined {
  if (input.settings.verbatimModuleSyntax) return undefined;
  const taken = ['exports', 'require', 'module', ...HELPER_NAMES];
  if (taken.some((name) => facts.declared.has(name))) return undefined;
  try {
    return convert(new Conversion(input, code, program, facts));
  } catch (error) {
    if (error === TOO_HARD) return undefined;
    throw error;
  }
}

function convert(conversion: Conversion): CompileOutput {
  readExportLists(conversion);
  for (const node of conversion.program.body) {
    switch (node.type) {
      case 'ImportDeclaration':
        importDeclaration(conversion, node);
        break;
      case 'ExportAllDeclaration':
        exportAll(conversion, node);
        break;
      case 'ExportDefaultDeclaration':
        exportDefault(conversion, node);
        break;
      case 'ExportNamedDeclaration':
        exportNamed(conversion, node);
        break;
      case 'VariableDeclaration':
        conversion.after(node.end, conversion.assignments(boundBy(node)));
        break;
      case 'ClassDeclaration':
        conversion.after(node.end, conversion.assignments([node.id.name]));
        break;
      default:
        break;
    }
  }
  // A name declared in a loop head or a block, or not at all.
  for (const local of conversion.listed.keys()) if (!conversion.exported.has(local)) throw TOO_HARD;
  for (const node of conversion.facts.importMeta) conversion.text.update(node.start, node.end, IMPORT_META);
  dynamicImports(conversion);
  header(conversion);
  return output(conversion);
}

function output(conversion: Conversion): CompileOutput {
  const map = conversion.text.generateMap({ hires: 'boundary' });
  return {
    code: conversion.text.toString(),
    keepsLines: true,
    map: {
      version: 3,
      sources: [conversion.input.fileName],
      sourcesContent: [conversion.input.source],
      names: map.names,
      mappings: map.mappings,
    },
  };
}

/** tsc opens with all that must be there before the first import runs: a cycle may come back for it. */
function header(conversion: Conversion): void {
  const chains: string[] = [];
  for (let at = 0; at < conversion.exportedNames.length; at += EXPORTS_PER_STATEMENT) {
    const chunk = conversion.exportedNames.slice(at, at + EXPORTS_PER_STATEMENT).reverse();
    chains.push(`${chunk.map((name) => member('exports', name)).join('=')}=void 0;`);
  }
  const head = [
    '"use strict";',
    helperDefinitions(conversion.helpers),
    'Object.defineProperty(exports,"__esModule",{value:true});',
    ...chains,
    ...conversion.hoisted,
  ].join('');
  conversion.text.prependLeft(/^#!.*\r?\n?/.exec(conversion.code)?.[0].length ?? 0, head);
}

function boundBy(declaration: VariableDeclaration): string[] {
  const names = new Set<string>();
  for (const { id } of declaration.declarations) declarePattern(id, names);
  return [...names];
}
