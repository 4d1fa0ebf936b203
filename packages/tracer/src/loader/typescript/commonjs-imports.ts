// Imports become calls of require where they stand.
import type { ImportDeclaration } from 'acorn';
import { TOO_HARD } from './commonjs-conversion.ts';
import type { Conversion } from './commonjs-conversion.ts';
import { getter, importedName, lineEnds, member } from './commonjs-text.ts';
import { isForItsEffect, usedNames } from './unused-imports.ts';

/** `import ... from`: what is used of it, in the form that esModuleInterop asks for. */
export function importDeclaration(conversion: Conversion, node: ImportDeclaration): void {
  const used = usedNames(node, conversion.facts);
  const specifiers = node.specifiers.filter(({ local }) => used.has(local.name));
  const required = `require(${conversion.slice(node.source)})`;
  if (specifiers.length === 0) {
    conversion.replace(node, isForItsEffect(conversion.code, node) ? `${required};` : ';');
    return;
  }
  const interop = conversion.input.settings.esModuleInterop ?? true;
  const space = specifiers.find(({ type }) => type === 'ImportNamespaceSpecifier')?.local.name;
  const defaults = specifiers.filter((specifier) => importedName(specifier) === 'default');
  const others = specifiers.length - defaults.length;

  if (space !== undefined && specifiers.length === 1) {
    const raw = conversion.input.settings.esModuleInterop === undefined;
    const value = interop && !raw ? conversion.call('__importStar', required) : required;
    conversion.replace(node, `const ${space} = ${value};${conversion.assignments([space])}`);
    return;
  }
  let value = required;
  if (interop && defaults.length > 0)
    value = conversion.call(others > 0 ? '__importStar' : '__importDefault', required);
  const module = conversion.unique(node.source);
  const exports = specifiers.map((specifier) => {
    const { local } = specifier;
    if (local.name === space) return conversion.assignments([space]);
    const target = member(module, importedName(specifier));
    conversion.rename(local.name, target);
    return reexport(conversion, local.name, target, specifier.type === 'ImportDefaultSpecifier');
  });
  const also = space === undefined ? '' : `, ${space} = ${module}`;
  conversion.replace(node, `const ${module} = ${value}${also};${exports.join('')}`);
}

/** What exports an imported name; default imports are copied, the rest stay live. */
function reexport(conversion: Conversion, local: string, target: string, copied: boolean): string {
  conversion.exported.add(local);
  const names = conversion.listed.get(local) ?? [];
  return names.map((name) => (copied ? `${member('exports', name)} = ${target};` : getter(name, target))).join('');
}

/** `import()`, where tsconfig does not leave it to Node. */
export function dynamicImports(conversion: Conversion): void {
  const { dynamicImport, esModuleInterop } = conversion.input.settings;
  if (dynamicImport === 'native') return;
  for (const { start, end, source, options } of conversion.facts.dynamicImports) {
    if (options) throw TOO_HARD;
    const load = (what: string): string => {
      const required = `require(${what}`;
      return esModuleInterop === false ? required : conversion.call('__importStar', required, '');
    };
    const close = esModuleInterop === false ? ')' : '))';
    const constant =
      source.type === 'Literal' || (source.type === 'TemplateLiteral' && source.expressions.length === 0);
    const [head, tail] = constant
      ? [`Promise.resolve().then(() => ${load('')}`, `${close})`]
      : ['Promise.resolve(`${', `}\`).then(s => ${load('s')}${close})`];
    conversion.text.update(start, source.start, head + lineEnds(conversion.code.slice(start, source.start)));
    conversion.text.update(source.end, end, lineEnds(conversion.code.slice(source.end, end)) + tail);
  }
}
