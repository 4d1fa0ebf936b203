// tsc drops imports that no value uses, since they may be types which do not exist at run time. Here they become white
// space. Without this, `import { SomeType } from './types.js'` is a link error in an ES module.
import type { ImportDeclaration, Program } from 'acorn';
import { applyBlanks } from './blanks.ts';
import type { Blank } from './blanks.ts';
import type { ProgramFacts } from './inspect-program.ts';

/** The code with every unused import, and every import or export list that erasing has emptied, blanked out. */
export function blankUnusedImports(code: string, program: Program, facts: ProgramFacts): string {
  const blanks: Blank[] = [];
  for (const node of program.body) {
    if (node.type === 'ImportDeclaration') {
      blanks.push(...blanksOfImport(code, node, usedNames(node, facts)));
    } else if (node.type === 'ExportNamedDeclaration' && node.source && node.specifiers.length === 0) {
      blanks.push({ start: node.start, end: node.end, first: ';' });
    }
  }
  return applyBlanks(code, blanks);
}

/** The local names of an import that some value uses. */
export function usedNames(node: ImportDeclaration, facts: ProgramFacts): Set<string> {
  return new Set(node.specifiers.map(({ local }) => local.name).filter((name) => facts.references.has(name)));
}

/** `import 'x'`, as against an import whose list is empty. */
export function isForItsEffect(code: string, node: ImportDeclaration): boolean {
  return node.specifiers.length === 0 && code.slice(node.start, node.source.start).trim() === 'import';
}

function blanksOfImport(code: string, node: ImportDeclaration, used: ReadonlySet<string>): Blank[] {
  if (used.size === 0) {
    // The semicolon keeps the lines before and after from becoming one statement.
    return isForItsEffect(code, node) ? [] : [{ start: node.start, end: node.end, first: ';' }];
  }
  const blanks: Blank[] = [];
  for (const { type, start, end, local } of node.specifiers) {
    if (used.has(local.name)) continue;
    if (type === 'ImportNamespaceSpecifier') {
      // `import a, * as b`: the comma goes too. A namespace alone would have left with its declaration.
      blanks.push({ start: lastComma(code, node.specifiers[0]?.end ?? node.start, start), end });
    } else {
      // Inside the braces a comma may trail but not lead; after a default import there must be none.
      blanks.push({ start, end: endWithComma(code, end) });
    }
  }
  return blanks;
}

/** The end of the comma that follows, comments between included; `from` itself when another token comes first. */
function endWithComma(code: string, from: number): number {
  const comma = /^(?:\s|\/\/.*|\/\*[^]*?\*\/)*,/.exec(code.slice(from));
  return from + (comma?.[0].length ?? 0);
}

function lastComma(code: string, from: number, to: number): number {
  const comma = endWithComma(code, from);
  return comma > from && comma <= to ? comma - 1 : to;
}
