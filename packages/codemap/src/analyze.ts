import { calleePath } from './callee.ts';
import { measureFunction } from './complexity.ts';
import { exportsOf, importOf } from './modules.ts';
import { ANONYMOUS, nameGiven, qualified } from './names.ts';
import { languageOf, parseSource, SourceSyntaxError } from './parse.ts';
import { rangeOf, SourceText } from './source-text.ts';
import {
  forEachChild,
  isClass,
  isField,
  isFunction,
  keyName,
  nodeIn,
  nodesIn,
  textIn,
  type SyntaxNode,
} from './syntax.ts';
import {
  CODEMAP_VERSION,
  type CallEntry,
  type ClassEntry,
  type FileError,
  type FileMap,
  type FunctionEntry,
  type FunctionKind,
} from './types.ts';

export interface AnalyzeOptions {
  /** Adds the text of every function and class. */
  includeSource?: boolean;
}

/** The map of one source. Never throws: what cannot be parsed is an entry with an `error`. */
export function analyzeSource(text: string, file: string, options: AnalyzeOptions = {}): FileMap {
  const map = emptyMap(file, null);
  map.lines = text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  try {
    const { program, comments } = parseSource(text, file);
    map.sourceType = program['sourceType'] === 'module' ? 'module' : 'script';
    new Analysis(map, new SourceText(text, comments), options).visitProgram(program);
    return map;
  } catch (error) {
    // Source so deep that parser or walk run out of stack is one that we cannot read, too.
    const isSyntax = error instanceof SourceSyntaxError;
    if (!isSyntax && !(error instanceof RangeError)) throw error;
    const { line, column } = isSyntax ? error : { line: null, column: null };
    return { ...emptyMap(file, { kind: 'unparsable', message: error.message, line, column }), lines: map.lines };
  }
}

/** An entry without content. */
export function emptyMap(file: string, error: FileError | null): FileMap {
  return {
    version: CODEMAP_VERSION,
    file,
    language: languageOf(file),
    sourceType: null,
    lines: 0,
    functions: [],
    classes: [],
    imports: [],
    exports: [],
    calls: [],
    error,
  };
}

/** What the surroundings say about a node. */
interface Place {
  /** Qualified name of the named things around. */
  path: string;
  /** Who makes the calls met here. */
  calls: CallEntry[];
  /** The name that the node gets from the place where it stands. */
  hint: string;
  /** Where a doc comment of the node would end: the start of the statement or member that it belongs to. */
  docAt: number;
  parent: SyntaxNode | undefined;
}

class Analysis {
  readonly #map: FileMap;
  readonly #text: SourceText;
  readonly #options: AnalyzeOptions;

  constructor(map: FileMap, text: SourceText, options: AnalyzeOptions) {
    this.#map = map;
    this.#text = text;
    this.#options = options;
  }

  visitProgram(program: SyntaxNode): void {
    this.#visitChildren(program, { path: '', calls: this.#map.calls, hint: '', docAt: -1, parent: undefined });
  }

  #visit(node: SyntaxNode, place: Place): void {
    if (isFunction(node)) {
      this.#map.functions.push(this.#visitFunction(node, node, place));
      return;
    }
    if (isClass(node)) return this.#visitClass(node, place);
    this.#noteCall(node, place);
    const found = importOf(node, place.parent);
    if (found) this.#map.imports.push(found);
    this.#map.exports.push(...exportsOf(node));
    if (isObjectMethod(node)) return this.#visitObjectMethod(node, place);
    this.#visitChildren(node, place);
  }

  #visitChildren(node: SyntaxNode, place: Place): void {
    const path = node.type === 'ObjectExpression' && place.hint !== '' ? qualified(place.path, place.hint) : place.path;
    const docAt = docPlace(node, place);
    forEachChild(node, (child, field) => {
      this.#visit(child, { path, calls: place.calls, hint: nameGiven(node, child, field), docAt, parent: node });
    });
  }

  #visitObjectMethod(node: SyntaxNode, place: Place): void {
    const key = nodeIn(node, 'key');
    if (key && node['computed'] === true) this.#visit(key, { ...place, hint: '', parent: node });
    const inside = { ...place, hint: keyName(node) ?? '', docAt: node.start, parent: node };
    this.#map.functions.push(this.#visitFunction(nodeIn(node, 'value')!, node, inside));
  }

  /** `head` is what the function is written as: itself, or the method around it. */
  #visitFunction(fn: SyntaxNode, head: SyntaxNode, place: Place): FunctionEntry {
    const simpleName = (nodeIn(fn, 'id') && textIn(nodeIn(fn, 'id')!, 'name')) || place.hint;
    const body = nodeIn(fn, 'body')!;
    const parameters = nodesIn(fn, 'params');
    const entry: FunctionEntry = {
      name: qualified(place.path, simpleName || ANONYMOUS),
      kind: kindOf(fn, head),
      async: fn['async'] === true,
      generator: fn['generator'] === true,
      static: head['static'] === true,
      ...rangeOf(head),
      signature: this.#text.folded(headStart(head), body.start).replace(/ ?=>$/, ''),
      parameters: parameters.map((parameter) => this.#text.folded(parameter.start, parameter.end)),
      doc: this.#text.docBefore(place.docAt >= 0 ? place.docAt : head.start),
      ...measureFunction(fn),
      calls: [],
    };
    if (this.#options.includeSource) entry.source = this.#text.text.slice(head.start, head.end);
    const path = simpleName === '' ? place.path : entry.name;
    for (const node of [...parameters, body]) {
      this.#visit(node, { path, calls: entry.calls, hint: '', docAt: -1, parent: fn });
    }
    return entry;
  }

  #visitClass(node: SyntaxNode, place: Place): void {
    const superClass = nodeIn(node, 'superClass');
    const simpleName = (nodeIn(node, 'id') && textIn(nodeIn(node, 'id')!, 'name')) || place.hint;
    const entry: ClassEntry = {
      name: qualified(place.path, simpleName || ANONYMOUS),
      extends: superClass ? this.#text.folded(superClass.start, superClass.end) : null,
      ...rangeOf(node),
      doc: this.#text.docBefore(place.docAt >= 0 ? Math.min(place.docAt, node.start) : node.start),
      methods: [],
      calls: [],
    };
    if (this.#options.includeSource) entry.source = this.#text.text.slice(node.start, node.end);
    this.#map.classes.push(entry);
    if (superClass) this.#visit(superClass, { ...place, hint: '', docAt: -1, parent: node });
    const inside: Place = {
      path: simpleName === '' ? place.path : entry.name,
      calls: entry.calls,
      hint: '',
      docAt: -1,
      parent: node,
    };
    for (const decorator of nodesIn(node, 'decorators')) this.#visit(decorator, inside);
    for (const member of nodesIn(nodeIn(node, 'body') ?? node, 'body')) this.#visitMember(member, entry, inside);
  }

  #visitMember(member: SyntaxNode, owner: ClassEntry, inside: Place): void {
    const value = nodeIn(member, 'value');
    if (member.type !== 'MethodDefinition' || !value || !isFunction(value)) return this.#visit(member, inside);
    for (const decorator of nodesIn(member, 'decorators')) this.#visit(decorator, inside);
    const key = nodeIn(member, 'key');
    if (key && member['computed'] === true) this.#visit(key, { ...inside, parent: member });
    const place = { ...inside, hint: keyName(member) ?? '', docAt: member.start, parent: member };
    owner.methods.push(this.#visitFunction(value, member, place));
  }

  #noteCall(node: SyntaxNode, { calls }: Place): void {
    const kind = CALLS[node.type];
    if (!kind) return;
    const callee = calleePath(nodeIn(node, 'callee') ?? nodeIn(node, 'tag'));
    calls.push({ callee, kind, line: node.loc.start.line, column: node.loc.start.column });
  }
}

const CALLS: Readonly<Record<string, CallEntry['kind']>> = {
  CallExpression: 'call',
  NewExpression: 'new',
  TaggedTemplateExpression: 'tag',
};

/** Nodes through which the value they hold keeps the doc comment in front of them. */
const DOC_CARRIERS: ReadonlySet<string> = new Set([
  'ExportNamedDeclaration',
  'ExportDefaultDeclaration',
  'VariableDeclaration',
  'VariableDeclarator',
  'ExpressionStatement',
  'AssignmentExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
]);

function docPlace(node: SyntaxNode, place: Place): number {
  if (node.type === 'Property' || isField(node)) return node.start;
  if (!DOC_CARRIERS.has(node.type)) return -1;
  // Of several variables in one declaration, each has the comment in front of itself.
  if (node.type === 'VariableDeclarator' && place.parent && nodesIn(place.parent, 'declarations')[0] !== node) {
    return node.start;
  }
  return place.docAt >= 0 ? place.docAt : node.start;
}

/** `{ total() {} }` and `{ get total() {} }`; in `{ total: () => {} }` the value stands for itself. */
function isObjectMethod(node: SyntaxNode): boolean {
  return node.type === 'Property' && (node['method'] === true || node['kind'] === 'get' || node['kind'] === 'set');
}

function kindOf(fn: SyntaxNode, head: SyntaxNode): FunctionKind {
  if (head === fn) return fn.type === 'ArrowFunctionExpression' ? 'arrow' : 'function';
  switch (head['kind']) {
    case 'get':
      return 'getter';
    case 'set':
      return 'setter';
    case 'constructor':
      return 'constructor';
    default:
      return 'method';
  }
}

/** Decorators are no part of a signature. */
function headStart(head: SyntaxNode): number {
  return Math.max(head.start, ...nodesIn(head, 'decorators').map((decorator) => decorator.end));
}
