// Small pieces of CommonJS text.
import type { Identifier, ImportDeclaration, Literal } from 'acorn';
import type { Reference } from './inspect-program.ts';

/** What CommonJS knows of `import.meta`; opens with a name, so that it never continues the line before. */
export const IMPORT_META =
  'Object({url:require("node:url").pathToFileURL(__filename).href,filename:__filename,dirname:__dirname})';

/** How a use of `local` is written when it has become `target`; `undefined`: not at all. */
export function inRole(role: Reference['role'], local: string, target: string): string | undefined {
  switch (role) {
    case 'value':
      return target;
    case 'callee':
      // Called on its own, not as a method of the module.
      return `(0, ${target})`;
    case 'statement-callee':
      // Else a line before it that lacks its semicolon would be called.
      return `;(0, ${target})`;
    case 'shorthand':
      return `${local}: ${target}`;
    case 'export':
      return undefined;
  }
}

/** The name by which the module is asked for; `*` for the module itself. */
export function importedName(specifier: ImportDeclaration['specifiers'][number]): string {
  if (specifier.type === 'ImportSpecifier') return exportName(specifier.imported);
  return specifier.type === 'ImportDefaultSpecifier' ? 'default' : '*';
}

/** A name of the outside, which may be a string. */
export function exportName(node: Identifier | Literal): string {
  return node.type === 'Identifier' ? node.name : String(node.value);
}

/** `object.name` */
export function member(object: string, name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
    ? `${object}.${name}`
    : `${object}[${JSON.stringify(name)}]`;
}

/** Defines an export that stays live. */
export function getter(name: string, value: string): string {
  return `Object.defineProperty(exports, ${JSON.stringify(name)}, { enumerable: true, get: function () { return ${value}; } });`;
}

/** The line ends of a text that goes away. */
export function lineEnds(text: string): string {
  return text.match(/\r\n|[\n\r\u2028\u2029]/g)?.join('') ?? '';
}
