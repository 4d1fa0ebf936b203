/*
 * Random programs whose values know where they came from: every statement is text, and what it does when a slow
 * interpreter runs it over values that carry their whole way. Nothing of the reading library is used.
 */

/** A step of the way of a value: how it got it, on which line, and the value then. */
interface WayStep {
  kind: string;
  line: number;
  value: number;
  copies: number;
}

/** A number with its way, nearest step first. */
export interface Traced {
  value: number;
  steps: readonly WayStep[];
  end: 'literal' | 'computed';
  /** Of a value that ends as computed from several others: these, by text. */
  parts: ReadonlyMap<string, Traced>;
  /** It went through a list that held equal values when a method moved them: which one it was cannot be told. */
  isUnsure?: boolean;
}

/** What a list or object held under one key, in the order of time: line that put it there, and the value. */
type KeyLog = { line: number; value: number }[];

/** A list or object. */
interface Holder {
  fields: Map<string, Traced>;
  log: Map<string, KeyLog>;
  isUnsure: boolean;
}

/** What the program knew at the n-th execution of `hit++`. */
interface Mark {
  variables: ReadonlyMap<string, Traced>;
  /** Lists and objects; `fields` as they were then. */
  holders: ReadonlyMap<string, { holder: Holder; fields: ReadonlyMap<string, Traced> }>;
}

type Thing = Traced | Holder;
type Kind = 'number' | 'object' | 'list';

class Scope {
  readonly things = new Map<string, Thing>();
  readonly outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.outer = outer;
  }

  home(name: string): Scope {
    return this.things.has(name) || !this.outer ? this : this.outer.home(name);
  }

  number(name: string): Traced {
    return this.home(name).things.get(name) as Traced;
  }

  holder(name: string): Holder {
    return this.home(name).things.get(name) as Holder;
  }

  fields(name: string): Map<string, Traced> {
    return this.holder(name).fields;
  }

  set(name: string, thing: Thing): void {
    this.home(name).things.set(name, thing);
  }
}

/** A value, and what it was computed from just now, if it was. */
type Result = Traced & { operands?: ReadonlyMap<string, Traced> };

interface Expression {
  text: string;
  /** A name alone: a variable that takes it is a copy. */
  isName?: boolean;
  run(scope: Scope): Result;
}

class Thrown {
  readonly value: Traced;

  constructor(value: Traced) {
    this.value = value;
  }
}

type Statement = (scope: Scope) => void;

interface Callee {
  name: string;
  how: 'plain' | 'throws' | 'async';
  parameters: number;
  call(values: readonly Traced[]): Traced;
}

function literal(value: number): Traced {
  return { value, steps: [], end: 'literal', parts: new Map() };
}

/** The value after a step; what was computed from several parts says so. */
function stepped(kind: string, line: number, from: Result): Traced {
  const own = from.operands && kind !== 'awaited' && kind !== 'thrown' ? 'computed' : kind;
  const { value, steps, end, parts, isUnsure = false } = from;
  return { value, steps: [{ kind: own, line, value, copies: 0 }, ...steps], end, parts, isUnsure };
}

/** An element that a method has moved: of several moves in a row the last is told, and how many there were before. */
function moved(line: number, from: Traced, isUnsure: boolean): Traced {
  const [first, ...rest] = from.steps;
  const isAgain = first!.kind === 'moved';
  const step = { kind: 'moved', line, value: from.value, copies: isAgain ? first!.copies + 1 : 0 };
  return { ...from, steps: [step, ...(isAgain ? rest : from.steps)], isUnsure: from.isUnsure === true || isUnsure };
}

function holderOf(line: number, fields: Map<string, Traced>): Holder {
  const log = new Map([...fields].map(([key, { value }]) => [key, [{ line, value }]]));
  return { fields, log, isUnsure: false };
}

function put(holder: Holder, key: string, line: number, traced: Traced): void {
  holder.fields.set(key, traced);
  const log = holder.log.get(key) ?? [];
  holder.log.set(key, [...log, { line, value: traced.value }]);
}

/** What a method left in a list: elements that were there before, each by its place then, and new ones. */
function rearranged(holder: Holder, line: number, next: readonly (number | Traced)[]): void {
  const before = [...holder.fields.values()];
  const added = next.flatMap((item) => (typeof item === 'number' ? [] : [item.value]));
  const values = [...before.map(({ value }) => value), ...added];
  const isUnsure = new Set(values).size < values.length;
  holder.isUnsure ||= isUnsure;
  holder.fields = new Map();
  for (const [at, item] of next.entries()) {
    const key = String(at);
    if (item === at) holder.fields.set(key, isUnsure ? { ...before[at]!, isUnsure } : before[at]!);
    else
      put(holder, key, line, typeof item === 'number' ? moved(line, before[item]!, isUnsure) : { ...item, isUnsure });
  }
}

function copied(from: Traced): Traced {
  const [first, ...rest] = from.steps;
  return { ...from, steps: [{ ...first!, copies: first!.copies + 1 }, ...rest] };
}

/** A value computed from parts: the way goes on where there is one, and ends where there are several. */
function computed(value: number, operands: ReadonlyMap<string, Traced>): Result {
  const [only] = operands.values();
  if (operands.size === 1) return { ...only!, value, operands };
  const isUnsure = [...operands.values()].some((operand) => operand.isUnsure);
  return { value, steps: [], end: 'computed', parts: operands, operands, isUnsure };
}

export interface ProvenanceProgram {
  text: string;
  marks: Mark[];
}

export function provenanceProgram(seed: number): ProvenanceProgram {
  return new Generator(seed).program();
}

const STATEMENTS = 40;
const FUNCTIONS = 5;

class Generator {
  private state: number;
  private readonly lines: string[] = [];
  private readonly marks: Mark[] = [];
  private readonly callees: Callee[] = [];
  private names = 0;
  private literals = 0;
  /** Names that the code being written can use, innermost function last. */
  private readonly visible: { name: string; kind: Kind; isConst: boolean }[][] = [[]];

  constructor(seed: number) {
    this.state = seed;
  }

  private below(limit: number): number {
    this.state = (Math.imul(this.state, 48_271) >>> 0) % 2_147_483_647;
    return Math.floor((this.state / 2_147_483_647) * limit);
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  private fresh(prefix: string): string {
    return `${prefix}${++this.names}`;
  }

  /** Numbers of which no two sums are likely to be equal. */
  private unique(): number {
    return ++this.literals * 100_003 + this.below(100_000);
  }

  private emit(text: string): number {
    this.lines.push(text);
    return this.lines.length;
  }

  private declare(kind: Kind, name: string, isConst = false): void {
    this.visible.at(-1)!.push({ name, kind, isConst });
  }

  private named(kind: Kind): { name: string; isConst: boolean } | undefined {
    const all = this.visible.flat().filter((known) => known.kind === kind);
    return all.length > 0 ? this.pick(all) : undefined;
  }

  program(): ProvenanceProgram {
    const module = new Scope();
    this.emit('let hit = 0;');
    const run: Statement[] = [];
    for (let i = 0; i < 2; i++) run.push(this.newNumber('let'));
    for (let i = 0; i < FUNCTIONS; i++) this.defineFunction(module);
    this.emit('async function main() {');
    this.visible.push([]);
    const main: Statement[] = [];
    for (let i = 0; i < STATEMENTS; i++) main.push(this.statement(true));
    this.emit('}');
    this.emit('await main();');
    for (const statement of run) statement(module);
    const local = new Scope(module);
    for (const statement of main) statement(local);
    return { text: `${this.lines.join('\n')}\n`, marks: this.marks };
  }

  private defineFunction(module: Scope): void {
    const name = this.fresh('fn');
    const how = this.pick(['plain', 'plain', 'throws', 'async'] as const);
    const parameters = Array.from({ length: 1 + this.below(2) }, () => this.fresh('p'));
    this.emit(`${how === 'async' ? 'async ' : ''}function ${name}(${parameters.join(', ')}) {`);
    this.visible.push([]);
    for (const parameter of parameters) this.declare('number', parameter);
    // What an asynchronous function does must not depend on when it goes on: it keeps to its own variables.
    const outer = how === 'async' ? this.visible.splice(0, this.visible.length - 1, []) : undefined;
    const body: Statement[] = [];
    const count = 1 + this.below(3);
    for (let i = 0; i < count; i++) body.push(how === 'async' ? this.newNumber('let') : this.statement(false));
    if (how === 'async') this.emit('await null;');
    const result = this.expression(2);
    const line = this.emit(`${how === 'throws' ? 'throw' : 'return'} ${result.text};`);
    if (outer) this.visible.splice(0, 1, ...outer);
    this.visible.pop();
    this.emit('}');
    const kind = { plain: 'result', throws: 'thrown', async: 'awaited' }[how];
    this.callees.push({
      name,
      how,
      parameters: parameters.length,
      call: (values) => {
        const scope = new Scope(module);
        parameters.forEach((parameter, i) => scope.things.set(parameter, values[i]!));
        for (const statement of body) statement(scope);
        const value = stepped(kind, line, result.run(scope));
        if (how === 'throws') throw new Thrown(value);
        return value;
      },
    });
  }

  private expression(depth: number): Expression {
    const choice = this.below(depth > 0 ? 10 : 5);
    if (choice === 0) return this.literal();
    if (choice <= 3) return this.name();
    if (choice === 4) return this.read();
    if (choice <= 6) return this.sum(depth);
    if (choice === 7) return this.conditional();
    const call = this.call('plain', depth - 1);
    return call ? { text: call.text, run: (scope) => call.run(scope, this.lines.length) } : this.sum(depth);
  }

  private literal(): Expression {
    const value = this.unique();
    return { text: String(value), run: () => literal(value) };
  }

  private name(): Expression {
    const known = this.named('number');
    if (!known) return this.literal();
    return { text: known.name, isName: true, run: (scope) => scope.number(known.name) };
  }

  private read(): Expression {
    const isObject = this.below(2) === 0;
    const known = this.named(isObject ? 'object' : 'list');
    if (!known) return this.name();
    const key = isObject ? this.pick(['a', 'b']) : String(this.below(2));
    const text = isObject ? `${known.name}.${key}` : `${known.name}[${key}]`;
    return { text, run: (scope) => scope.fields(known.name).get(key)! };
  }

  private sum(depth: number): Expression {
    const operands = [this.expression(depth - 1), this.below(2) === 0 ? this.literal() : this.expression(depth - 1)];
    return {
      text: operands.map(({ text }) => (text.includes('?') ? `(${text})` : text)).join(' + '),
      run: (scope) => {
        let value = 0;
        const parts = new Map<string, Traced>();
        for (const { text, run } of operands) {
          const operand = run(scope);
          value += operand.value;
          if (operand.operands) for (const [name, part] of operand.operands) parts.set(name, part);
          else if (!/^\d+$/.test(text)) parts.set(text, operand);
        }
        return computed(value, parts);
      },
    };
  }

  private conditional(): Expression {
    const [yes, no] = [this.name(), this.literal()];
    const known = this.named('number');
    const limit = this.unique();
    if (!known || !yes.isName) return this.literal();
    return {
      text: `${known.name} > ${limit} ? ${yes.text} : ${no.text}`,
      run: (scope) => (scope.number(known.name).value > limit ? yes.run(scope) : no.run(scope)),
    };
  }

  private call(
    how: Callee['how'],
    depth: number,
  ): { text: string; run(scope: Scope, line: number): Traced } | undefined {
    const callees = this.callees.filter((callee) => callee.how === how);
    if (callees.length === 0) return undefined;
    const callee = this.pick(callees);
    const args = Array.from({ length: callee.parameters }, () => this.argument(depth));
    let line = 0;
    const text = `${callee.name}(${args.map((argument) => argument.text).join(', ')})`;
    // The line is that of the statement, which is emitted just after.
    line = this.lines.length + 1;
    return {
      text,
      run: (scope) => callee.call(args.map((argument) => stepped('parameter', line, argument.run(scope)))),
    };
  }

  /** No calls in arguments: which of two calls on one line gave a value is told by its value only. */
  private argument(depth: number): Expression {
    return depth > 0 && this.below(2) === 0 ? this.sum(0) : this.pick([this.name(), this.literal(), this.read()]);
  }

  private newNumber(keyword: 'let' | 'const'): Statement {
    const name = this.fresh('v');
    const value = this.expression(2);
    const line = this.emit(`${keyword} ${name} = ${value.text};`);
    this.declare('number', name, keyword === 'const');
    return (scope) => {
      scope.things.set(name, this.taken(value, line, scope));
    };
  }

  /** What a variable has after it was given a value. */
  private taken(value: Expression, line: number, scope: Scope): Traced {
    const given = value.run(scope);
    return value.isName && given.steps.length > 0 ? copied(given) : stepped('variable', line, given);
  }

  private statement(canAwait: boolean): Statement {
    switch (this.below(18)) {
      case 0:
      case 1:
        return this.newNumber('let');
      case 2:
        return this.newObject();
      case 3:
        return this.newList();
      case 4:
        return this.assign();
      case 5:
        return this.change();
      case 6:
        return this.setField();
      case 7:
        return this.push();
      case 8:
        return this.destructure();
      case 9:
        return this.catching();
      case 10:
        return canAwait ? this.awaiting() : this.mark();
      case 11:
      case 12:
      case 13:
        return this.rearrange();
      case 14:
        return this.copyList();
      case 15:
        return this.copyObject();
      default:
        return this.mark();
    }
  }

  private mark(): Statement {
    const names = this.visible.flat().filter(({ kind }) => kind === 'number');
    const holders = this.visible.flat().filter(({ kind }) => kind !== 'number');
    this.emit('hit++;');
    return (scope) => {
      this.marks.push({
        variables: new Map(names.map(({ name }) => [name, scope.number(name)])),
        holders: new Map(
          holders.map(({ name }) => {
            const holder = scope.holder(name);
            return [name, { holder, fields: new Map(holder.fields) }];
          }),
        ),
      });
    };
  }

  private newObject(): Statement {
    const name = this.fresh('o');
    const [a, b] = [this.argument(1), this.argument(1)];
    const line = this.emit(`const ${name} = { a: ${a.text}, b: ${b.text} };`);
    this.declare('object', name, true);
    return (scope) => {
      const fields = new Map([
        ['a', stepped('property', line, a.run(scope))],
        ['b', stepped('property', line, b.run(scope))],
      ]);
      scope.things.set(name, holderOf(line, fields));
    };
  }

  private newList(): Statement {
    const name = this.fresh('l');
    const items = [this.literal(), this.argument(1)];
    const line = this.emit(`const ${name} = [${items.map(({ text }) => text).join(', ')}];`);
    this.declare('list', name, true);
    return (scope) => {
      const fields = new Map(items.map((item, i) => [String(i), stepped('property', line, item.run(scope))]));
      scope.things.set(name, holderOf(line, fields));
    };
  }

  private assign(): Statement {
    const known = this.named('number');
    if (!known || known.isConst) return this.mark();
    const value = this.expression(2);
    const line = this.emit(`${known.name} = ${value.text};`);
    return (scope) => scope.set(known.name, this.taken(value, line, scope));
  }

  private change(): Statement {
    const known = this.named('number');
    if (!known || known.isConst) return this.mark();
    const { name } = known;
    const added = this.below(3) === 0 ? undefined : this.argument(0);
    const line = this.emit(added ? `${name} += ${added.text};` : `${name}++;`);
    return (scope) => {
      const before = scope.number(name);
      const more = added?.run(scope) ?? literal(1);
      const isLiteral = !added || /^\d+$/.test(added.text);
      const parts = new Map([[`${name} before`, before], ...(isLiteral ? [] : [[added.text, more] as const])]);
      scope.set(name, stepped('variable', line, computed(before.value + more.value, parts)));
    };
  }

  private setField(): Statement {
    const known = this.named('object');
    if (!known) return this.newObject();
    const key = this.pick(['a', 'b']);
    const value = this.expression(2);
    const line = this.emit(`${known.name}.${key} = ${value.text};`);
    return (scope) => {
      const traced = stepped('property', line, value.run(scope));
      put(scope.holder(known.name), key, line, traced);
    };
  }

  private push(): Statement {
    const known = this.named('list');
    if (!known) return this.newList();
    const isPush = this.below(2) === 0;
    const value = this.argument(1);
    const line = this.emit(isPush ? `${known.name}.push(${value.text});` : `${known.name}[1] = ${value.text};`);
    return (scope) => {
      const holder = scope.holder(known.name);
      const key = isPush ? String(holder.fields.size) : '1';
      put(holder, key, line, stepped(isPush ? 'element' : 'property', line, value.run(scope)));
    };
  }

  /** A method that moves the elements of a list. Two are always left. */
  private rearrange(): Statement {
    const known = this.named('list');
    if (!known) return this.newList();
    const { name } = known;
    const value = this.argument(1);
    const [text, next] = this.pick<[string, (before: readonly number[], added: Traced) => (number | Traced)[]]>([
      [`${name}.unshift(${value.text})`, ({ length }, added) => [added, ...counted(length)]],
      [`if (${name}.length > 2) ${name}.shift()`, ({ length }) => counted(length).slice(length > 2 ? 1 : 0)],
      [`if (${name}.length > 2) ${name}.pop()`, ({ length }) => counted(length).slice(0, Math.max(2, length - 1))],
      [`${name}.reverse()`, ({ length }) => counted(length).reverse()],
      [`${name}.sort()`, (before) => counted(before.length).sort((a, b) => compareTexts(before[a]!, before[b]!))],
      [`${name}.splice(1, 1, ${value.text})`, ({ length }, added) => [0, added, ...counted(length).slice(2)]],
      [`${name}.splice(-1, 0, ${value.text})`, ({ length }, added) => [...counted(length - 1), added, length - 1]],
    ]);
    const line = this.emit(`${text};`);
    const isAdding = text.includes(value.text);
    return (scope) => {
      const holder = scope.holder(name);
      const before = [...holder.fields.values()].map((item) => item.value);
      const added = isAdding ? stepped('element', line, value.run(scope)) : literal(0);
      rearranged(holder, line, next(before, added));
    };
  }

  /** A list with the elements of another one, and one more. */
  private copyList(): Statement {
    const known = this.named('list');
    if (!known) return this.newList();
    const name = this.fresh('l');
    const value = this.argument(1);
    const isFirst = this.below(2) === 0;
    const spread = `...${known.name}`;
    const line = this.emit(`const ${name} = [${(isFirst ? [value.text, spread] : [spread, value.text]).join(', ')}];`);
    this.declare('list', name, true);
    return (scope) => {
      const [added, others] = [value.run(scope), [...scope.fields(known.name).values()]];
      const items = (isFirst ? [added, ...others] : [...others, added]).map((item) => stepped('property', line, item));
      scope.things.set(name, holderOf(line, new Map(items.map((item, i) => [String(i), item]))));
    };
  }

  /** An object with the properties of another one, of which one is given anew. */
  private copyObject(): Statement {
    const known = this.named('object');
    if (!known) return this.newObject();
    const name = this.fresh('o');
    const value = this.argument(1);
    const given = `{ b: ${value.text} }`;
    const isSpread = this.below(2) === 0;
    const made = isSpread ? `{ ...${known.name}, b: ${value.text} }` : `Object.assign({}, ${known.name}, ${given})`;
    const line = this.emit(`const ${name} = ${made};`);
    this.declare('object', name, true);
    return (scope) => {
      const fields = new Map([
        ['a', stepped('property', line, scope.fields(known.name).get('a')!)],
        ['b', stepped('property', line, value.run(scope))],
      ]);
      scope.things.set(name, holderOf(line, fields));
    };
  }

  private destructure(): Statement {
    const known = this.named('object');
    if (!known) return this.mark();
    const name = this.fresh('d');
    const line = this.emit(`let { b: ${name} } = ${known.name};`);
    this.declare('number', name);
    return (scope) => {
      scope.things.set(name, stepped('variable', line, scope.fields(known.name).get('b')!));
    };
  }

  private catching(): Statement {
    const target = this.newNumber('let');
    const name = this.visible.at(-1)!.at(-1)!.name;
    this.emit('try {');
    const call = this.call('throws', 1);
    if (!call) {
      this.lines.pop();
      return target;
    }
    this.emit(`${call.text};`);
    const error = this.fresh('e');
    const line = this.emit(`} catch (${error}) {`);
    this.emit(`${name} = ${error};`);
    this.emit('}');
    return (scope) => {
      target(scope);
      try {
        call.run(scope, line);
      } catch (thrown) {
        if (!(thrown instanceof Thrown)) throw thrown;
        scope.set(name, copied(stepped('variable', line, thrown.value)));
      }
    };
  }

  private awaiting(): Statement {
    const call = this.call('async', 1);
    if (!call) return this.mark();
    const name = this.fresh('w');
    this.declareAfter(name);
    const isDirect = this.below(2) === 0;
    if (isDirect) {
      const line = this.emit(`const ${name} = await ${call.text};`);
      return (scope) => {
        scope.things.set(name, stepped('variable', line, call.run(scope, line)));
      };
    }
    const promise = this.fresh('q');
    const made = this.emit(`const ${promise} = ${call.text};`);
    const line = this.emit(`const ${name} = await ${promise};`);
    return (scope) => {
      scope.things.set(name, stepped('variable', line, call.run(scope, made)));
    };
  }

  private declareAfter(name: string): void {
    this.declare('number', name, true);
  }
}

/** The numbers below a limit, in order. */
function counted(limit: number): number[] {
  return Array.from({ length: limit }, (_, i) => i);
}

function compareTexts(a: number, b: number): number {
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
