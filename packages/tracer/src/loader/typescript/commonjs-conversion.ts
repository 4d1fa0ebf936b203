// The state of one conversion to CommonJS and the edits that imports and exports share.
import type { Literal, Program } from 'acorn';
import { MagicString } from 'magic-string';
import type { Helper } from './commonjs-helpers.ts';
import { inRole, lineEnds, member } from './commonjs-text.ts';
import type { CompileInput } from './compile.ts';
import type { ProgramFacts } from './inspect-program.ts';

/** Thrown for the few shapes that only TypeScript's own emitter does right. */
export const TOO_HARD: unique symbol = Symbol('too hard');

/** Collects the edits of one file. */
export class Conversion {
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

  /** Takes text away; its lines stay. */
  drop(start: number, end: number): void {
    const lines = lineEnds(this.code.slice(start, end));
    if (lines === '') this.text.remove(start, end);
    else this.text.update(start, end, lines);
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

/** The name of a function that a top-level statement declares, as a list. */
export function functionNameOf(node: Program['body'][number]): string[] {
  const declaration =
    node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration' ? node.declaration : node;
  return declaration?.type === 'FunctionDeclaration' && declaration.id ? [declaration.id.name] : [];
}
