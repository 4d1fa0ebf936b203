// Exports become properties of `exports`: before all else for functions, behind the declaration for the rest.
import type {
  ClassDeclaration,
  ExportAllDeclaration,
  ExportDefaultDeclaration,
  ExportNamedDeclaration,
  FunctionDeclaration,
  Program,
  VariableDeclaration,
} from 'acorn';
import { functionNameOf, TOO_HARD } from './commonjs-conversion.ts';
import type { Conversion } from './commonjs-conversion.ts';
import { exportName, getter, lineEnds, member } from './commonjs-text.ts';

/** What is exported under which names; first of all, since a list may stand anywhere. */
export function readExportLists(conversion: Conversion): void {
  for (const node of conversion.program.body) {
    if (node.type === 'ExportAllDeclaration' && node.exported) conversion.exportedNames.push(exportName(node.exported));
    if (node.type !== 'ExportNamedDeclaration') continue;
    const { declaration } = node;
    if (declaration?.type === 'VariableDeclaration') conversion.exportedNames.push(...namesOf(declaration));
    else if (declaration?.type === 'ClassDeclaration') conversion.exportedNames.push(declaration.id.name);
    for (const { local, exported } of node.specifiers) {
      const name = exportName(exported);
      if (node.source) conversion.exportedNames.push(name);
      else if (local.type === 'Identifier') listExport(conversion, local.name, name);
    }
  }
  for (const node of conversion.program.body) {
    for (const name of functionNameOf(node)) hoistFunction(conversion, node, name);
  }
}

function listExport(conversion: Conversion, local: string, exported: string): void {
  const known = conversion.listed.get(local);
  if (known) known.push(exported);
  else conversion.listed.set(local, [exported]);
  if (!conversion.functions.has(local)) conversion.exportedNames.push(exported);
}

function hoistFunction(conversion: Conversion, node: Program['body'][number], name: string): void {
  const as = [...(conversion.listed.get(name) ?? [])];
  if (node.type === 'ExportNamedDeclaration') as.unshift(name);
  if (node.type === 'ExportDefaultDeclaration') as.unshift('default');
  if (as.length === 0) return;
  conversion.mustStay(name);
  conversion.exported.add(name);
  conversion.hoisted.push(...as.map((exported) => `${member('exports', exported)}=${name};`));
}

/** `export * from`, `export * as ns from` */
export function exportAll(conversion: Conversion, node: ExportAllDeclaration): void {
  const required = `require(${conversion.slice(node.source)})`;
  if (node.exported) {
    const value =
      conversion.input.settings.esModuleInterop === false ? required : conversion.call('__importStar', required);
    conversion.replace(node, `${member('exports', exportName(node.exported))} = ${value};`);
  } else {
    conversion.helpers.add('__exportStar');
    conversion.replace(node, `__exportStar(${required}, exports);`);
  }
}

/** `export default` */
export function exportDefault(conversion: Conversion, node: ExportDefaultDeclaration): void {
  const { declaration } = node;
  if (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') {
    conversion.drop(node.start, declaration.start);
    const name = declaration.id?.name ?? nameDefault(conversion, declaration as FunctionDeclaration | ClassDeclaration);
    if (declaration.type === 'ClassDeclaration') {
      conversion.after(node.end, `exports.default = ${name};${declaration.id ? conversion.assignments([name]) : ''}`);
    } else if (!declaration.id) conversion.hoisted.push(`exports.default=${name};`);
    return;
  }
  const keywords = /^export\s+default\b/.exec(conversion.code.slice(node.start, node.end))?.[0];
  if (keywords === undefined) throw TOO_HARD;
  conversion.text.update(node.start, node.start + keywords.length, `exports.default =${lineEnds(keywords)}`);
}

/** tsc calls it default_1, too. */
function nameDefault(conversion: Conversion, declaration: FunctionDeclaration | ClassDeclaration): string {
  const head = /^(?:class\b|(?:async\s+)?function\b\s*\*?)/.exec(
    conversion.code.slice(declaration.start, declaration.end),
  )?.[0];
  if (head === undefined) throw TOO_HARD;
  const name = conversion.uniqueName('default');
  conversion.text.appendLeft(declaration.start + head.length, ` ${name}`);
  return name;
}

/** `export const`, `export class`, `export { ... }` with and without `from`, ... */
export function exportNamed(conversion: Conversion, node: ExportNamedDeclaration): void {
  const { declaration, source, specifiers } = node;
  if (declaration?.type === 'VariableDeclaration') exportVariables(conversion, node, declaration);
  else if (declaration) {
    conversion.drop(node.start, declaration.start);
    if (declaration.type !== 'ClassDeclaration') return;
    const { name } = declaration.id;
    conversion.mustStay(name);
    conversion.after(node.end, `exports.${name} = ${name};${conversion.assignments([name])}`);
  } else if (source && specifiers.length > 0) {
    const module = conversion.unique(source);
    const getters = specifiers.map(({ local, exported }) => {
      const name = exportName(local);
      const object =
        name === 'default' && conversion.input.settings.esModuleInterop !== false
          ? conversion.call('__importDefault', module)
          : module;
      return getter(exportName(exported), member(object, name));
    });
    conversion.replace(node, `var ${module} = require(${conversion.slice(source)});${getters.join('')}`);
  } else conversion.replace(node, ';');
}

/** The variable is the property of `exports`, save for functions and classes, which keep their names by a variable. */
function exportVariables(conversion: Conversion, node: ExportNamedDeclaration, declaration: VariableDeclaration): void {
  const { declarations } = declaration;
  const named = declarations.filter((declarator) => isNamedByVariable(conversion, declarator));
  const withValue = declarations.filter(({ init }) => init);
  if (named.length > 0 ? declarations.length > 1 : withValue.length % declarations.length !== 0) throw TOO_HARD;
  const again: string[] = [];
  for (const { id } of declarations) {
    if (id.type !== 'Identifier' || declaration.kind.endsWith('using')) throw TOO_HARD;
    conversion.rename(id.name, `exports.${id.name}`);
    conversion.exported.add(id.name);
    const also = conversion.listed.get(id.name) ?? [];
    if (also.length > 0) conversion.mustStay(id.name);
    again.push(...also.map((name) => `${member('exports', name)} = exports.${id.name};`));
    if (named.length === 0 && withValue.length > 0) conversion.text.appendRight(id.start, 'exports.');
  }
  const [first] = declarations;
  if (named.length > 0) {
    const [name] = namesOf(declaration);
    conversion.drop(node.start, declaration.start);
    conversion.after(node.end, `exports.${name} = ${name};${again.join('')}`);
  } else if (withValue.length === 0 || !first) conversion.replace(node, ';');
  else {
    conversion.drop(node.start, first.start);
    conversion.after(node.end, again.join(''));
  }
}

function isNamedByVariable(conversion: Conversion, { id, init }: VariableDeclaration['declarations'][number]): boolean {
  if (!init || !/^(?:ArrowFunctionExpression|FunctionExpression|ClassExpression)$/.test(init.type)) return false;
  // In parentheses they get no name from tsc either.
  return /^\s*=\s*$/.test(conversion.code.slice(id.end, init.start).replace(/\/\*[^]*?\*\/|\/\/.*/g, ''));
}

/** The variables of a declaration without patterns. */
function namesOf(declaration: VariableDeclaration): string[] {
  return declaration.declarations.map(({ id }) => {
    if (id.type !== 'Identifier') throw TOO_HARD;
    return id.name;
  });
}
