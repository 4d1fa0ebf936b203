import {
  forEachChild,
  isFunction,
  nodeIn,
  nodesIn,
  parseSource,
  textIn,
  type SyntaxNode,
} from '@execution-cinema/codemap';
import type { Recording } from '../../read/recording.ts';
import type { Site } from '../../read/sites.ts';

/** Sources whose trees are kept per recording. */
const TREES_MAX = 100;

const caches = new WeakMap<Recording, Map<string, SourceTree | undefined>>();

/** The syntax tree of the file that a site lies in; undefined when its text is not stored or cannot be parsed. */
export function treeOf(recording: Recording, site: Site): SourceTree | undefined {
  let cache = caches.get(recording);
  if (!cache) caches.set(recording, (cache = new Map()));
  const { module, file, source } = site;
  const key = `${module.id} ${source}`;
  if (cache.has(key)) return cache.get(key);
  let tree: SourceTree | undefined;
  try {
    const text = module.textOf(source);
    if (text !== null) tree = new SourceTree(text, file || module.file);
  } catch {
    // A syntax that the parser does not know: what stands there is then told by the site alone.
  }
  if (cache.size >= TREES_MAX) cache.clear();
  cache.set(key, tree);
  return tree;
}

/** Answers about one source text: which node stands at a recorded place. */
export class SourceTree {
  readonly text: string;
  readonly program: SyntaxNode;
  private readonly lines: string[];

  /** Throws what the parser throws. */
  constructor(text: string, file: string) {
    this.text = text;
    this.program = parseSource(text, file).program;
    this.lines = text.split('\n');
  }

  textOf(node: SyntaxNode): string {
    return this.text.slice(node.start, node.end).replaceAll(/\s+/g, ' ');
  }

  lineText(line: number): string {
    return (this.lines[line - 1] ?? '').trim();
  }

  /** The function whose entry in the site table begins there; the program for the module. */
  functionAt({
    kind,
    line,
    column,
    endLine,
  }: {
    kind: string;
    line: number;
    column: number;
    endLine: number;
  }): SyntaxNode {
    if (kind === 'module') return this.program;
    let best: SyntaxNode | undefined;
    this.each(this.program, (node) => {
      const { start, end } = node.loc;
      if (!isFunction(node) || start.line > endLine || end.line < line) return;
      // The entry of a method begins at its key, that of a function at its own start.
      if (end.line === endLine && (!best || distance(start, line, column) < distance(best.loc.start, line, column))) {
        best = node;
      }
    });
    return best ?? this.program;
  }

  /** What gives `name` a value nearest to a place. */
  bindingAt(name: string, line: number, column: number): Binding | undefined {
    return this.nearest(line, column, (node) => bindingOf(node, name));
  }

  /** The assignment, update, field or deletion of a property nearest to a place. */
  propertyAt(key: string | undefined, line: number, column: number): Binding | undefined {
    return this.nearest(line, column, (node) => propertyBindingOf(node, key));
  }

  private nearest(line: number, column: number, find: (node: SyntaxNode) => Binding | undefined): Binding | undefined {
    let best: Binding | undefined;
    let bestDistance = Number.POSITIVE_INFINITY;
    this.each(this.program, (node) => {
      const { start, end } = node.loc;
      if (start.line > line || end.line < line) return;
      const binding = find(node);
      if (!binding) return;
      const away = distance(binding.at.loc.start, line, column);
      if (away < bestDistance) {
        best = binding;
        bestDistance = away;
      }
    });
    return bestDistance < LINE_DISTANCE ? best : undefined;
  }

  /** Calls and constructions made by a function itself, or by an expression, in the order in which they are made. */
  callsIn(code: SyntaxNode, isMeant: (node: SyntaxNode) => boolean = () => true): SyntaxNode[] {
    const found: SyntaxNode[] = [];
    const visit = (node: SyntaxNode): void => {
      if ((node.type === 'CallExpression' || node.type === 'NewExpression') && isMeant(node)) found.push(node);
    };
    if (!isFunction(code)) visit(code);
    this.eachOwn(code, visit);
    return found.sort((a, b) => a.end - b.end);
  }

  /** Expressions that a function can return. */
  returnsOf(fn: SyntaxNode): SyntaxNode[] {
    const body = nodeIn(fn, 'body');
    if (body && body.type !== 'BlockStatement') return [body];
    const found: SyntaxNode[] = [];
    this.eachOwn(fn, (node) => {
      const argument = node.type === 'ReturnStatement' ? nodeIn(node, 'argument') : undefined;
      if (argument) found.push(argument);
    });
    return found;
  }

  /** Statements `throw` of a function. */
  throwsOf(fn: SyntaxNode): SyntaxNode[] {
    const found: SyntaxNode[] = [];
    this.eachOwn(fn, (node) => {
      if (node.type === 'ThrowStatement') found.push(node);
    });
    return found;
  }

  /** Calls `visit` for a node and all below. */
  each(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
    visit(node);
    forEachChild(node, (child) => this.each(child, visit));
  }

  /** As `each`, for what runs as part of a function itself. */
  private eachOwn(fn: SyntaxNode, visit: (node: SyntaxNode) => void): void {
    const walk = (node: SyntaxNode): void => {
      visit(node);
      if (!isFunction(node)) forEachChild(node, walk);
    };
    forEachChild(fn, walk);
  }
}

/** A line away counts more than any column. */
const LINE_DISTANCE = 100_000;

function distance(start: { line: number; column: number }, line: number, column: number): number {
  return Math.abs(start.line - line) * LINE_DISTANCE + Math.abs(start.column - column);
}

/** How something got a value, as the text has it. */
export interface Binding {
  /** Where it stands. */
  at: SyntaxNode;
  how: 'value' | 'compound' | 'update' | 'of' | 'in' | 'pattern' | 'catch' | 'class' | 'default';
  /** Expression on the right, of the loop, or of the default. */
  value: SyntaxNode | undefined;
  operator: string;
  /** Of a pattern: the keys that lead from the value to it; undefined when they cannot be told. */
  path?: (string | number)[] | undefined;
}

function bindingOf(node: SyntaxNode, name: string): Binding | undefined {
  switch (node.type) {
    case 'VariableDeclarator': {
      const id = nodeIn(node, 'id')!;
      const value = nodeIn(node, 'init');
      if (isNamed(id, name)) return { at: id, how: 'value', value, operator: '=' };
      return patternBinding(id, name, value);
    }
    case 'AssignmentExpression': {
      const left = nodeIn(node, 'left')!;
      const operator = textIn(node, 'operator')!;
      const value = nodeIn(node, 'right');
      if (isNamed(left, name)) return { at: left, how: isPlain(operator) ? 'value' : 'compound', value, operator };
      return patternBinding(left, name, value);
    }
    case 'UpdateExpression': {
      const argument = nodeIn(node, 'argument')!;
      const operator = textIn(node, 'operator')!;
      return isNamed(argument, name) ? { at: argument, how: 'update', value: undefined, operator } : undefined;
    }
    case 'ForOfStatement':
    case 'ForInStatement': {
      const left = nodeIn(node, 'left')!;
      const target = left.type === 'VariableDeclaration' ? nodeIn(nodesIn(left, 'declarations')[0]!, 'id')! : left;
      const value = nodeIn(node, 'right');
      const how = node.type === 'ForOfStatement' ? 'of' : 'in';
      if (isNamed(target, name)) return { at: target, how, value, operator: how };
      const path = pathTo(target, name);
      return path && { at: target, how, value, operator: how, path };
    }
    case 'CatchClause': {
      const param = nodeIn(node, 'param');
      const path = param && pathTo(param, name);
      return path && { at: param, how: 'catch', value: undefined, operator: 'catch', path };
    }
    case 'ClassDeclaration': {
      const id = nodeIn(node, 'id');
      return id && isNamed(id, name) ? { at: id, how: 'class', value: node, operator: 'class' } : undefined;
    }
    case 'AssignmentPattern': {
      const left = nodeIn(node, 'left')!;
      return isNamed(left, name)
        ? { at: left, how: 'default', value: nodeIn(node, 'right'), operator: '=' }
        : undefined;
    }
    default:
      return undefined;
  }
}

function isPlain(operator: string): boolean {
  return operator === '=' || operator === '||=' || operator === '&&=' || operator === '??=';
}

function patternBinding(pattern: SyntaxNode, name: string, value: SyntaxNode | undefined): Binding | undefined {
  const path = pathTo(pattern, name);
  return path && { at: pattern, how: 'pattern', value, operator: '=', path };
}

/** Keys that lead to a name in a pattern. */
export function pathTo(pattern: SyntaxNode, name: string): (string | number)[] | undefined {
  switch (pattern.type) {
    case 'Identifier':
      return textIn(pattern, 'name') === name ? [] : undefined;
    case 'AssignmentPattern':
      return pathTo(nodeIn(pattern, 'left')!, name);
    case 'ObjectPattern':
      for (const property of nodesIn(pattern, 'properties')) {
        const key = nodeIn(property, 'key');
        const inner = nodeIn(property, 'value');
        const rest = inner && pathTo(inner, name);
        if (key && rest) return [textIn(key, 'name') ?? String(key['value']), ...rest];
      }
      return undefined;
    case 'ArrayPattern': {
      const elements = pattern['elements'] as (SyntaxNode | null)[];
      for (const [i, element] of elements.entries()) {
        const rest = element && pathTo(element, name);
        if (rest) return [i, ...rest];
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

function propertyBindingOf(node: SyntaxNode, key: string | undefined): Binding | undefined {
  const named = (target: SyntaxNode): boolean => {
    if (target.type !== 'MemberExpression') return false;
    if (target['computed'] === true) return true;
    const property = nodeIn(target, 'property')!;
    const own = `${property.type === 'Identifier' ? '' : '#'}${textIn(property, 'name') ?? ''}`;
    return key === undefined || own === key;
  };
  if (node.type === 'AssignmentExpression') {
    const left = nodeIn(node, 'left')!;
    const operator = textIn(node, 'operator')!;
    if (!named(left)) return undefined;
    return { at: left, how: isPlain(operator) ? 'value' : 'compound', value: nodeIn(node, 'right'), operator };
  }
  if (node.type === 'UpdateExpression') {
    const argument = nodeIn(node, 'argument')!;
    const operator = textIn(node, 'operator')!;
    return named(argument) ? { at: argument, how: 'update', value: undefined, operator } : undefined;
  }
  if (node.type === 'PropertyDefinition') {
    const own = nodeIn(node, 'key');
    const isMeant =
      own && (key === undefined || `${own.type === 'Identifier' ? '' : '#'}${textIn(own, 'name') ?? ''}` === key);
    return isMeant ? { at: node, how: 'value', value: nodeIn(node, 'value'), operator: '=' } : undefined;
  }
  return undefined;
}

function isNamed(node: SyntaxNode, name: string): boolean {
  return node.type === 'Identifier' && textIn(node, 'name') === name;
}

/** What a value passes through unchanged: parentheses, types, chains. */
export function bare(node: SyntaxNode): SyntaxNode {
  switch (node.type) {
    case 'ChainExpression':
    case 'ParenthesizedExpression':
    case 'TSNonNullExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'TypeCastExpression':
      return bare(nodeIn(node, 'expression')!);
    case 'SequenceExpression':
      return bare(nodesIn(node, 'expressions').at(-1)!);
    default:
      return node;
  }
}
