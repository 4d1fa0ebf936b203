// ES module syntax to CommonJS by edits of the text, so that no line moves: imports become calls of require where they
// stand, uses of imported and exported names are renamed, the rest of the file stays as it was written. The result is,
// statement for statement, what tsc makes of the file; commonjs-in-place.test.ts and compile.test.ts hold it to that.
import type {
  ClassDeclaration,
  ExportAllDeclaration,
  ExportDefaultDeclaration,
  ExportNamedDeclaration,
  FunctionDeclaration,
  Identifier,
  ImportDeclaration,
  Literal,
  Program,
  VariableDeclaration,
} from 'acorn';
import { MagicString } from 'magic-string';
import type { CompileInput, CompileOutput } from './compile.ts';
import { HELPER_NAMES, helperDefinitions } from './commonjs-helpers.ts';
import type { Helper } from './commonjs-helpers.ts';
import type { ProgramFacts, Reference } from './inspect-program.ts';
import { declarePattern } from './scopes.ts';
import { isForItsEffect, usedNames } from './unused-imports.ts';

/** Thrown inside for the few shapes that only TypeScript's own emitter does right. */
const TOO_HARD: unique symbol = Symbol('too hard');

const IMPORT_META = '({url:require("node:url").pathToFileURL(__filename).href,filename:__filename,dirname:__dirname})';

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
    return new Converter(input, code, program, facts).convert();
  } catch (error) {
    if (error === TOO_HARD) return undefined;
    throw error;
  }
}

class Converter {
  readonly text: MagicString;
  readonly helpers = new Set<Helper>();
  readonly names: Set<string>;
  /** Local name -> the names it is exported as by export lists. */
  readonly listed = new Map<string, string[]>();
  /** In the order of tsc's header. */
  readonly exportedNames: string[] = [];
  readonly hoisted: string[] = [];
  /** Functions declared at the top. */
  readonly functions: ReadonlySet<string>;
  /** Names whose export some statement has written. */
  readonly exported = new Set<string>();

  readonly input: CompileInput;
  readonly code: string;
  readonly program: Program;
  readonly facts: ProgramFacts;

  constructor(input: CompileInput, code: string, program: Program, facts: ProgramFacts) {
    this.input = input;
    this.code = code;
    this.program = program;
    this.facts = facts;
    this.text = new MagicString(code);
    this.names = new Set(facts.names);
    this.functions = new Set(program.body.flatMap((node) => functionNameOf(node)));
  }

  convert(): CompileOutput {
    this.readExportLists();
    for (const node of this.program.body) {
      switch (node.type) {
        case 'ImportDeclaration':
          this.importDeclaration(node);
          break;
        case 'ExportAllDeclaration':
          this.exportAll(node);
          break;
        case 'ExportDefaultDeclaration':
          this.exportDefault(node);
          break;
        case 'ExportNamedDeclaration':
          this.exportNamed(node);
          break;
        case 'VariableDeclaration':
          this.after(node.end, this.assignments(boundBy(node)));
          break;
        case 'ClassDeclaration':
          this.after(node.end, this.assignments([node.id.name]));
          break;
        default:
          break;
      }
    }
    // A name declared in a loop head or a block, or not at all.
    for (const local of this.listed.keys()) if (!this.exported.has(local)) throw TOO_HARD;
    for (const node of this.facts.importMeta) this.text.update(node.start, node.end, IMPORT_META);
    this.dynamicImports();
    this.header();
    return this.output();
  }

  output(): CompileOutput {
    const map = this.text.generateMap({ hires: 'boundary' });
    return {
      code: this.text.toString(),
      keepsLines: true,
      map: {
        version: 3,
        sources: [this.input.fileName],
        sourcesContent: [this.input.source],
        names: map.names,
        mappings: map.mappings,
      },
    };
  }

  /** tsc opens with all that must be there before the first import runs: a cycle may come back for it. */
  header(): void {
    const chains: string[] = [];
    for (let at = 0; at < this.exportedNames.length; at += EXPORTS_PER_STATEMENT) {
      const chunk = this.exportedNames.slice(at, at + EXPORTS_PER_STATEMENT).reverse();
      chains.push(`${chunk.map((name) => member('exports', name)).join('=')}=void 0;`);
    }
    const head = [
      '"use strict";',
      helperDefinitions(this.helpers),
      'Object.defineProperty(exports,"__esModule",{value:true});',
      ...chains,
      ...this.hoisted,
    ].join('');
    this.text.prependLeft(/^#!.*\r?\n?/.exec(this.code)?.[0].length ?? 0, head);
  }

  readExportLists(): void {
    for (const node of this.program.body) {
      if (node.type === 'ExportAllDeclaration' && node.exported) this.exportedNames.push(exportName(node.exported));
      if (node.type !== 'ExportNamedDeclaration') continue;
      const { declaration } = node;
      if (declaration?.type === 'VariableDeclaration') this.exportedNames.push(...namesOf(declaration));
      else if (declaration?.type === 'ClassDeclaration') this.exportedNames.push(declaration.id.name);
      for (const { local, exported } of node.specifiers) {
        const name = exportName(exported);
        if (node.source) this.exportedNames.push(name);
        else if (local.type === 'Identifier') this.listExport(local.name, name);
      }
    }
    for (const node of this.program.body) {
      for (const name of functionNameOf(node)) this.hoistFunction(node, name);
    }
  }

  listExport(local: string, exported: string): void {
    const known = this.listed.get(local);
    if (known) known.push(exported);
    else this.listed.set(local, [exported]);
    if (!this.functions.has(local)) this.exportedNames.push(exported);
  }

  hoistFunction(node: Program['body'][number], name: string): void {
    const as = [...(this.listed.get(name) ?? [])];
    if (node.type === 'ExportNamedDeclaration') as.unshift(name);
    if (node.type === 'ExportDefaultDeclaration') as.unshift('default');
    if (as.length === 0) return;
    this.mustStay(name);
    this.exported.add(name);
    this.hoisted.push(...as.map((exported) => `${member('exports', exported)}=${name};`));
  }

  importDeclaration(node: ImportDeclaration): void {
    const used = usedNames(node, this.facts);
    const specifiers = node.specifiers.filter(({ local }) => used.has(local.name));
    const required = `require(${this.slice(node.source)})`;
    if (specifiers.length === 0) {
      this.replace(node, isForItsEffect(this.code, node) ? `${required};` : ';');
      return;
    }
    const interop = this.input.settings.esModuleInterop ?? true;
    const space = specifiers.find(({ type }) => type === 'ImportNamespaceSpecifier')?.local.name;
    const defaults = specifiers.filter((specifier) => importedName(specifier) === 'default');
    const others = specifiers.length - defaults.length;

    if (space !== undefined && specifiers.length === 1) {
      const raw = this.input.settings.esModuleInterop === undefined;
      const value = interop && !raw ? this.call('__importStar', required) : required;
      this.replace(node, `const ${space} = ${value};${this.assignments([space])}`);
      return;
    }
    let value = required;
    if (interop && defaults.length > 0) value = this.call(others > 0 ? '__importStar' : '__importDefault', required);
    const module = this.unique(node.source);
    const exports = specifiers.map((specifier) => {
      const { local } = specifier;
      if (local.name === space) return this.assignments([space]);
      const target = member(module, importedName(specifier));
      this.rename(local.name, target);
      return this.reexport(local.name, target, specifier.type === 'ImportDefaultSpecifier');
    });
    const also = space === undefined ? '' : `, ${space} = ${module}`;
    this.replace(node, `const ${module} = ${value}${also};${exports.join('')}`);
  }

  /** What exports an imported name; default imports are copied, the rest stay live. */
  reexport(local: string, target: string, copied: boolean): string {
    this.exported.add(local);
    const names = this.listed.get(local) ?? [];
    return names.map((name) => (copied ? `${member('exports', name)} = ${target};` : getter(name, target))).join('');
  }

  exportAll(node: ExportAllDeclaration): void {
    const required = `require(${this.slice(node.source)})`;
    if (node.exported) {
      const value = this.input.settings.esModuleInterop === false ? required : this.call('__importStar', required);
      this.replace(node, `${member('exports', exportName(node.exported))} = ${value};`);
    } else {
      this.helpers.add('__exportStar');
      this.replace(node, `__exportStar(${required}, exports);`);
    }
  }

  exportDefault(node: ExportDefaultDeclaration): void {
    const { declaration } = node;
    if (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') {
      this.text.remove(node.start, declaration.start);
      const name = declaration.id?.name ?? this.nameDefault(declaration as FunctionDeclaration | ClassDeclaration);
      if (declaration.type === 'ClassDeclaration') {
        this.after(node.end, `exports.default = ${name};${declaration.id ? this.assignments([name]) : ''}`);
      } else if (!declaration.id) this.hoisted.push(`exports.default=${name};`);
      return;
    }
    const keywords = /^export\s+default\b/.exec(this.code.slice(node.start, node.end))?.[0];
    if (keywords === undefined) throw TOO_HARD;
    this.text.update(node.start, node.start + keywords.length, `exports.default =${lineEnds(keywords)}`);
  }

  /** tsc calls it default_1, too. */
  nameDefault(declaration: FunctionDeclaration | ClassDeclaration): string {
    const head = /^(?:class\b|(?:async\s+)?function\b\s*\*?)/.exec(
      this.code.slice(declaration.start, declaration.end),
    )?.[0];
    if (head === undefined) throw TOO_HARD;
    const name = this.uniqueName('default');
    this.text.appendLeft(declaration.start + head.length, ` ${name}`);
    return name;
  }

  exportNamed(node: ExportNamedDeclaration): void {
    const { declaration, source, specifiers } = node;
    if (declaration?.type === 'VariableDeclaration') this.exportVariables(node, declaration);
    else if (declaration) {
      this.text.remove(node.start, declaration.start);
      if (declaration.type !== 'ClassDeclaration') return;
      const { name } = declaration.id;
      this.mustStay(name);
      this.after(node.end, `exports.${name} = ${name};${this.assignments([name])}`);
    } else if (source && specifiers.length > 0) {
      const module = this.unique(source);
      const getters = specifiers.map(({ local, exported }) => {
        const name = exportName(local);
        const object =
          name === 'default' && this.input.settings.esModuleInterop !== false
            ? this.call('__importDefault', module)
            : module;
        return getter(exportName(exported), member(object, name));
      });
      this.replace(node, `var ${module} = require(${this.slice(source)});${getters.join('')}`);
    } else this.replace(node, ';');
  }

  /** The variable is the property of `exports`, save for functions and classes, which keep their names by a variable. */
  exportVariables(node: ExportNamedDeclaration, declaration: VariableDeclaration): void {
    const { declarations } = declaration;
    const named = declarations.filter((declarator) => this.isNamedByVariable(declarator));
    const withValue = declarations.filter(({ init }) => init);
    if (named.length > 0 ? declarations.length > 1 : withValue.length % declarations.length !== 0) throw TOO_HARD;
    const again: string[] = [];
    for (const { id } of declarations) {
      if (id.type !== 'Identifier' || declaration.kind.endsWith('using')) throw TOO_HARD;
      this.rename(id.name, `exports.${id.name}`);
      this.exported.add(id.name);
      const also = this.listed.get(id.name) ?? [];
      if (also.length > 0) this.mustStay(id.name);
      again.push(...also.map((name) => `${member('exports', name)} = exports.${id.name};`));
      if (named.length === 0 && withValue.length > 0) this.text.appendRight(id.start, 'exports.');
    }
    const [first] = declarations;
    if (named.length > 0) {
      const [name] = namesOf(declaration);
      this.text.remove(node.start, declaration.start);
      this.after(node.end, `exports.${name} = ${name};${again.join('')}`);
    } else if (withValue.length === 0 || !first) this.replace(node, ';');
    else {
      const head = lineEnds(this.code.slice(node.start, first.start));
      if (head === '') this.text.remove(node.start, first.start);
      else this.text.update(node.start, first.start, head);
      this.after(node.end, again.join(''));
    }
  }

  isNamedByVariable({ id, init }: VariableDeclaration['declarations'][number]): boolean {
    if (!init || !/^(?:ArrowFunctionExpression|FunctionExpression|ClassExpression)$/.test(init.type)) return false;
    // In parentheses they get no name from tsc either.
    return /^\s*=\s*$/.test(this.code.slice(id.end, init.start).replace(/\/\*[^]*?\*\/|\/\/.*/g, ''));
  }

  dynamicImports(): void {
    const { dynamicImport, esModuleInterop } = this.input.settings;
    if (dynamicImport === 'native') return;
    for (const { start, end, source, options } of this.facts.dynamicImports) {
      if (options) throw TOO_HARD;
      const load = (what: string): string => {
        const required = `require(${what}`;
        return esModuleInterop === false ? required : this.call('__importStar', required, '');
      };
      const close = esModuleInterop === false ? ')' : '))';
      const constant =
        source.type === 'Literal' || (source.type === 'TemplateLiteral' && source.expressions.length === 0);
      const [head, tail] = constant
        ? [`Promise.resolve().then(() => ${load('')}`, `${close})`]
        : ['Promise.resolve(`${', `}\`).then(s => ${load('s')}${close})`];
      this.text.update(start, source.start, head + lineEnds(this.code.slice(start, source.start)));
      this.text.update(source.end, end, lineEnds(this.code.slice(source.end, end)) + tail);
    }
  }

  /** `exports.a = exports.b = local;` for local names that are exported by a list. */
  assignments(locals: readonly string[]): string {
    return locals
      .filter((local) => this.listed.has(local) && !this.functions.has(local))
      .map((local) => {
        this.mustStay(local);
        this.exported.add(local);
        return (this.listed.get(local) ?? []).map((name) => `${member('exports', name)} = ${local};`).join('');
      })
      .join('');
  }

  /** Writes every use of a top-level name as `target`. */
  rename(local: string, target: string): void {
    for (const { node, role, write } of this.facts.references.get(local) ?? []) {
      if (write && !target.startsWith('exports.')) throw TOO_HARD;
      const replacement = inRole(role, local, target);
      if (replacement !== undefined) this.text.update(node.start, node.end, replacement);
    }
  }

  /** Assigning to such a name would have to update its exports at every place. */
  mustStay(local: string): void {
    if (this.facts.references.get(local)?.some(({ write }) => write)) throw TOO_HARD;
  }

  call(helper: Helper, argument: string, close = ')'): string {
    this.helpers.add(helper);
    return `${helper}(${argument}${close}`;
  }

  /** Puts statements behind one that may lack its semicolon. */
  after(end: number, statements: string): void {
    if (statements !== '') this.text.appendLeft(end, this.code[end - 1] === ';' ? ` ${statements}` : `; ${statements}`);
  }

  /** Replaces a statement; the lines it had stay. */
  replace(node: { readonly start: number; readonly end: number }, replacement: string): void {
    this.text.update(node.start, node.end, replacement + lineEnds(this.slice(node)));
  }

  slice({ start, end }: { readonly start: number; readonly end: number }): string {
    return this.code.slice(start, end);
  }

  unique(source: Literal): string {
    const base = String(source.value).split('/').findLast(Boolean) ?? '';
    return this.uniqueName(base.replace(/\W+/g, '_').replace(/^(?=\d)/, '_'));
  }

  uniqueName(base: string): string {
    for (let number = 1; ; number++) {
      const name = `${base}_${number}`;
      if (this.names.has(name)) continue;
      this.names.add(name);
      return name;
    }
  }
}

function inRole(role: Reference['role'], local: string, target: string): string | undefined {
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

function functionNameOf(node: Program['body'][number]): string[] {
  const declaration =
    node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration' ? node.declaration : node;
  return declaration?.type === 'FunctionDeclaration' && declaration.id ? [declaration.id.name] : [];
}

function boundBy(declaration: VariableDeclaration): string[] {
  const names = new Set<string>();
  for (const { id } of declaration.declarations) declarePattern(id, names);
  return [...names];
}

/** The same where there are no patterns. */
function namesOf(declaration: VariableDeclaration): string[] {
  return declaration.declarations.map(({ id }) => {
    if (id.type !== 'Identifier') throw TOO_HARD;
    return id.name;
  });
}

function importedName(specifier: ImportDeclaration['specifiers'][number]): string {
  if (specifier.type === 'ImportSpecifier') return exportName(specifier.imported);
  return specifier.type === 'ImportDefaultSpecifier' ? 'default' : '*';
}

function exportName(node: Identifier | Literal): string {
  return node.type === 'Identifier' ? node.name : String(node.value);
}

function member(object: string, name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
    ? `${object}.${name}`
    : `${object}[${JSON.stringify(name)}]`;
}

function getter(name: string, value: string): string {
  return `Object.defineProperty(exports, ${JSON.stringify(name)}, { enumerable: true, get: function () { return ${value}; } });`;
}

function lineEnds(text: string): string {
  return text.match(/\r\n|[\n\r\u2028\u2029]/g)?.join('') ?? '';
}
