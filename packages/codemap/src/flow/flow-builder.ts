import { isFunction, keyName, nodeIn, nodesIn, textIn, type SyntaxNode } from '../syntax.ts';
import { FUNCTION_FIELDS, POINT, POINT_FIELDS, type FlowNumbers } from './source-flow.ts';

export interface BuiltPoint {
  kind: number;
  node: SyntaxNode;
  name: string;
  shown: { line: number; column: number };
  /** Of a call. */
  arguments: readonly SyntaxNode[];
  /** Number of the innermost loop around it. */
  loop: number;
  next: BuiltPoint[];
  number: number;
}

/** A statement that `break` and `continue` can mean; a block only by its label, a `switch` only of `break`. */
interface Target {
  kind: Breakable;
  labels: readonly string[];
  breaks: BuiltPoint[];
  continues: BuiltPoint[];
}

type Breakable = 'loop' | 'switch' | 'block';

interface Guarded {
  block: () => void;
  handler: (() => void) | undefined;
  last: (() => void) | undefined;
}

interface Met {
  code: SyntaxNode;
  /** Arguments of this call hold it. */
  call: BuiltPoint | undefined;
  keptAs: string;
}

const NO_LOOP = -1;

/** Points of functions while they are found: what is added follows whatever came last. */
export class FlowBuilder {
  readonly points: BuiltPoint[] = [];
  /** Functions that were met and are still to be gone through. */
  readonly met: Met[] = [];
  /** What the next point follows; none where code cannot be reached. */
  private ends: BuiltPoint[] = [];
  private returns: BuiltPoint[] = [];
  private targets: Target[] = [];
  private loop = NO_LOOP;
  private loops = 0;
  /** Labels before the statement that comes next. */
  labels: string[] = [];
  private readonly functions: (Met & { entry: BuiltPoint })[] = [];
  /** Of chains that are open: ways out of them where something is missing. */
  private readonly chains: BuiltPoint[][] = [];

  add(kind: number, node: SyntaxNode, name = '', shown: { line: number; column: number } = node.loc.start): BuiltPoint {
    const point: BuiltPoint = {
      kind,
      node,
      name,
      shown,
      arguments: nodesIn(node, 'arguments'),
      loop: this.loop,
      next: [],
      number: this.points.length,
    };
    for (const end of this.ends) end.next.push(point);
    this.points.push(point);
    this.ends = [point];
    return point;
  }

  /** Goes through one function; `inside` adds what it does. */
  function(found: Met, inside: () => void): void {
    const { code } = found;
    this.ends = [];
    this.returns = [];
    this.targets = [];
    const entry = this.add(POINT.entry, code);
    this.functions.push({ ...found, entry });
    inside();
    this.alsoFrom(...this.returns);
    this.add(POINT.exit, code);
  }

  /** Ways that part here and meet after them. */
  branch(...ways: (() => void)[]): void {
    const start = this.ends;
    const ends: BuiltPoint[] = [];
    for (const way of ways) {
      this.ends = start;
      way();
      ends.push(...this.ends);
    }
    this.ends = [...new Set(ends)];
  }

  join(node: SyntaxNode): BuiltPoint {
    return this.add(POINT.join, node);
  }

  /** Goes on at a point that was there before. */
  backTo(point: BuiltPoint): void {
    for (const end of this.ends) end.next.push(point);
    this.ends = [];
  }

  /** The code ends here: `return`, or `throw` as far as nothing catches it. */
  leave(): void {
    this.returns.push(...this.ends);
    this.ends = [];
  }

  stop(): void {
    this.ends = [];
  }

  /** A statement that can be broken off; `inside` says where a loop goes on after `continue`. */
  breakable(kind: Breakable, inside: (onContinue: () => void) => void): void {
    const target: Target = { kind, labels: this.labels, breaks: [], continues: [] };
    this.labels = [];
    this.targets.push(target);
    const { loop } = this;
    if (kind === 'loop') this.loop = this.loops++;
    inside(() => this.alsoFrom(...target.continues));
    this.targets.pop();
    this.loop = loop;
    this.alsoFrom(...target.breaks);
  }

  jump(kind: 'breaks' | 'continues', label: string | undefined): void {
    const target = this.targets.findLast((outer) => {
      if (label !== undefined) return outer.labels.includes(label);
      return outer.kind === 'loop' || (outer.kind === 'switch' && kind === 'breaks');
    });
    target?.[kind].push(...this.ends);
    this.ends = [];
  }

  /** The loop or `switch` may end here. */
  mayBreak(may: boolean): void {
    if (may) this.targets.at(-1)?.breaks.push(...this.ends);
  }

  /** What follows can come after these points as well. */
  alsoFrom(...points: BuiltPoint[]): void {
    this.ends = [...this.ends, ...points];
  }

  /** `block` may be left from everywhere for `handler`, and both for `last`. */
  guarded(node: SyntaxNode, { block, handler, last }: Guarded): void {
    const first = this.join(node);
    block();
    let { ends } = this;
    if (handler) {
      this.ends = this.points.slice(first.number + 1);
      handler();
      ends = [...ends, ...this.ends];
    }
    this.ends = ends;
    if (!last) return;
    this.ends = this.points.slice(first.number + 1);
    last();
    // After a `return` in the block.
    this.returns.push(...this.ends);
    if (ends.length === 0) this.stop();
  }

  chain(inside: () => void): void {
    this.chains.push([]);
    inside();
    this.alsoFrom(...this.chains.pop()!);
  }

  /** What follows in the chain may be left out. */
  mayEndChain(): void {
    this.chains.at(-1)?.push(...this.ends);
  }

  /** A function is met, which is kept under a name or not. */
  meet(code: SyntaxNode, keptAs = ''): void {
    this.met.push({ code, call: undefined, keptAs });
  }

  /** The functions met since then are written in the arguments of `call`. */
  holds(since: number, call: BuiltPoint): void {
    for (const found of this.met.slice(since)) found.call ??= call;
  }

  finish(): FlowNumbers {
    const names = new Map<string, number>();
    const nameOf = (name: string): number => {
      let number = names.get(name);
      if (number === undefined) names.set(name, (number = names.size));
      return number;
    };
    const next: number[] = [];
    const points = new Int32Array(this.points.length * POINT_FIELDS);
    for (const { kind, node, name, shown, arguments: given, loop, next: following, number } of this.points) {
      const { line, column } = node.loc.start;
      const count = given.some(({ type }) => type === 'SpreadElement') ? -1 : given.length;
      const place = [line, column, node.start, node.end, shown.line, shown.column];
      points.set([kind, nameOf(name), ...place, count, loop, next.length], number * POINT_FIELDS);
      for (const point of new Set(following)) next.push(point.number);
    }
    const functions = new Int32Array(this.functions.length * FUNCTION_FIELDS);
    for (const [i, { code, entry, call, keptAs }] of this.functions.entries()) {
      const { start, end } = code.loc;
      functions.set(
        [start.line, start.column, end.line, end.column, entry.number, call?.number ?? -1, nameOf(keptAs)],
        i * FUNCTION_FIELDS,
      );
    }
    return { points, next: Int32Array.from(next), functions, names: [...names.keys()] };
  }
}

/** Last name in an expression that is called or written: `c` of `a.b.c`. */
export function lastName(node: SyntaxNode): string {
  switch (node.type) {
    case 'Identifier':
      return textIn(node, 'name') ?? '';
    case 'Super':
      return 'super';
    case 'MemberExpression':
      return keyName({ ...node, key: nodeIn(node, 'property') }) ?? '';
    case 'ChainExpression':
    case 'ParenthesizedExpression':
    case 'TSNonNullExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSInstantiationExpression':
      return lastName(nodeIn(node, 'expression')!);
    default:
      return isFunction(node) ? (textIn(nodeIn(node, 'id') ?? node, 'name') ?? '') : '';
  }
}
