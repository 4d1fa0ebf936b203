/*
 * The shapes of a code map: one object per file, everything of it plain JSON.
 *
 * Lines are 1-based, columns 0-based and in UTF-16 units, as in recordings. Functions are named as recordings and plans
 * name them (`Cart.total`, `outer.inner`, `(anonymous)`), so that a map and a recording can be joined by file and name.
 * Fields are only ever added; a change of meaning raises CODEMAP_VERSION.
 */

export const CODEMAP_VERSION = 1;

export interface FileMap {
  version: typeof CODEMAP_VERSION;
  /** Relative to the mapped folder, with `/`. */
  file: string;
  language: Language;
  /** `module` where an import or export says so; null if the file could not be read or parsed. */
  sourceType: 'module' | 'script' | null;
  lines: number;
  /** Every function that is no method of a class, nested ones too, in the order of the text. */
  functions: FunctionEntry[];
  classes: ClassEntry[];
  imports: ImportEntry[];
  exports: ExportEntry[];
  /** Calls of the module's own text, outside of all functions and classes. */
  calls: CallEntry[];
  /** Why there is nothing else in this entry; null if all went well. */
  error: FileError | null;
}

export type Language = 'javascript' | 'typescript';

export interface FileError {
  /** `unreadable`: file or folder cannot be opened; `unparsable`: no syntax we know; `too-large`: above MAX_FILE_BYTES. */
  kind: 'unreadable' | 'unparsable' | 'too-large';
  message: string;
  line: number | null;
  column: number | null;
}

export interface LineRange {
  startLine: number;
  startColumn: number;
  endLine: number;
  endColumn: number;
}

export type FunctionKind = 'function' | 'arrow' | 'method' | 'getter' | 'setter' | 'constructor';

export interface FunctionEntry extends LineRange {
  name: string;
  kind: FunctionKind;
  async: boolean;
  generator: boolean;
  static: boolean;
  /** The head as written, white space and comments folded: `async total(cart: Cart, rate = 0.2): Promise<number>`. */
  signature: string;
  /** One text per parameter, as written: `rate = 0.2`, `...rest`. */
  parameters: string[];
  /** Text of the doc comment without its stars, or null. */
  doc: string | null;
  /** As eslint's rule `complexity` counts. */
  cyclomatic: number;
  /** As SonarSource defines it, of this function's own code; a nested function has its own number. */
  cognitive: number;
  /** Calls of the function's own code; those of nested functions are theirs. */
  calls: CallEntry[];
  /** Only if asked for. */
  source?: string;
}

export interface ClassEntry extends LineRange {
  name: string;
  /** Text of what it extends, or null. */
  extends: string | null;
  doc: string | null;
  /** Methods, accessors and the constructor that have a body. */
  methods: FunctionEntry[];
  /** Calls of field initialisers, static blocks, decorators and computed names. */
  calls: CallEntry[];
  source?: string;
}

export interface CallEntry {
  /** What is called, as a path: `cart.total`, `this.store.get`, `super`, `list[].map`; `(…)` stands for other expressions. */
  callee: string;
  kind: 'call' | 'new' | 'tag';
  line: number;
  column: number;
}

export interface ImportEntry {
  from: string;
  kind: 'import' | 'type' | 'dynamic' | 'require' | 'export';
  /** `imported` is `default`, `*` or a name. Empty if imported for its effect or if nobody can tell. */
  names: { imported: string; local: string }[];
  line: number;
}

export interface ExportEntry {
  /** Name seen from outside: `default`, `*`, a name; `module.exports` as a whole is `=`. */
  name: string;
  /** The variable behind it, or null. */
  local: string | null;
  /** The module that it is passed on from, or null. */
  from: string | null;
  kind: 'named' | 'default' | 'all' | 'commonjs' | 'type';
  line: number;
}
