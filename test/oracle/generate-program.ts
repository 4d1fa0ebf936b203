/** Numbers from 0 (included) to 1 (excluded), the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Pauses of one program at most. */
const PAUSES_MAX = 80;

/** Where the debugger pauses. `hit` counts the pauses, so its writes tell our moment for each of them. */
const PAUSE = `if (hit < ${PAUSES_MAX}) { hit++; debugger; }`;
/** The same after so many events that a recording of the program has many chunks. */
const NOISY_PAUSE = `if (hit < ${PAUSES_MAX}) { for (let n = 0; n < 400; n++) noise += n; hit++; debugger; }`;

interface Scope {
  /** Names of number variables that have a value by now, and whether they may be assigned. */
  numbers: { name: string; mutable: boolean }[];
  /** Everything declared here. */
  names: Set<string>;
}

interface FunctionInfo {
  name: string;
  kind: 'plain' | 'generator' | 'async' | 'async generator';
}

interface Body {
  kind: FunctionInfo['kind'] | 'module' | 'constructor';
  /** What calls from here pass as the depth that is left. */
  depth: string;
  loops: number;
  labels: string[];
}

/**
 * A random program that always ends: closures, loops with captured variables, recursion, generators, async functions,
 * try/catch/finally, destructuring, classes, shadowing, default parameters. `commonjs` leaves out `await` at the top,
 * `noisy` makes many events between the pauses.
 */
export function generateProgram(seed: number, { commonjs, noisy }: { commonjs: boolean; noisy: boolean }): string {
  const text = new Generator(randomNumbers(seed), commonjs).program();
  return noisy ? text.replaceAll(PAUSE, NOISY_PAUSE) : text;
}

class Generator {
  private readonly random: () => number;
  private readonly commonjs: boolean;
  private readonly scopes: Scope[] = [{ numbers: [], names: new Set() }];
  private readonly functions: FunctionInfo[] = [];
  private readonly classes: string[] = [];
  private readonly bodies: Body[] = [{ kind: 'module', depth: '2', loops: 0, labels: [] }];
  private lines: string[] = [];
  private counter = 0;
  private size = 0;

  constructor(random: () => number, commonjs: boolean) {
    this.random = random;
    this.commonjs = commonjs;
  }

  program(): string {
    this.emit('let hit = 0, fuel = 150, noise = 0;', 'const promises = new Set(), closures = new Set();');
    this.scopes[0]!.names.add('hit').add('fuel').add('noise').add('promises').add('closures');
    for (let i = 0; i < 6; i++) this.pick([() => this.func(), () => this.func(), () => this.classDeclaration()])();
    for (let i = 0; i < 8; i++) this.statement();
    for (const { name, kind } of this.functions) this.callStatement(name, kind, '3');
    for (const name of this.classes) this.emit(`new ${name}(2, 1).method(2);`);
    this.emit(`for (const closure of [...closures].slice(0, 20)) closure(2);`, PAUSE);
    if (!this.commonjs) this.emit('await Promise.allSettled(promises);', PAUSE);
    return `${this.lines.join('\n')}\n`;
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  private pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  private emit(...lines: string[]): void {
    this.lines.push(...lines);
  }

  private get scope(): Scope {
    return this.scopes.at(-1)!;
  }

  private get body(): Body {
    return this.bodies.at(-1)!;
  }

  private fresh(prefix = 'v'): string {
    const name = `${prefix}${++this.counter}`;
    this.scope.names.add(name);
    return name;
  }

  private visible(mutable: boolean): string[] {
    const seen = new Set<string>();
    const found: string[] = [];
    for (const { numbers, names } of [...this.scopes].reverse()) {
      for (const variable of numbers) {
        if (!seen.has(variable.name) && (variable.mutable || !mutable)) found.push(variable.name);
      }
      for (const name of names) seen.add(name);
    }
    return found;
  }

  private expression(depth = 2): string {
    const names = this.visible(false);
    const choice = this.below(depth > 0 ? 6 : 2);
    if (choice <= 1 || names.length === 0)
      return names.length > 0 && choice === 0 ? this.pick(names) : String(this.below(20));
    if (choice === 2)
      return `(${this.expression(depth - 1)} > ${this.below(8)} ? ${this.expression(depth - 1)} : ${this.below(9)})`;
    return `(${this.expression(depth - 1)} ${this.pick(['+', '-', '*', '%'])} ${1 + this.below(5)})`;
  }

  /** A value that is not always a number. */
  private value(): string {
    return this.pick([
      () => this.expression(),
      () => this.expression(),
      () => `'s${this.below(5)}'`,
      () => `[${this.expression(1)}, ${this.below(5)}]`,
      () => `{ a: ${this.expression(1)}, b: 't' }`,
      () => this.pick(['null', 'undefined', 'true', '-0', 'NaN', '1.5', '10n', '1e21']),
    ])();
  }

  /** Runs `body` in a scope of its own and between braces; names of outer variables may be declared anew there. */
  private block(head: string, body: () => void, tail = '}'): void {
    this.emit(`${head} {`);
    this.scopes.push({ numbers: [], names: new Set() });
    const outer = this.visible(false).filter((name) => name !== 'hit' && name !== 'fuel');
    if (outer.length > 0 && this.chance(0.25)) {
      const name = this.pick(outer);
      this.scope.names.add(name);
      this.emit(`let ${name} = ${this.below(50)};`);
      this.scope.numbers.push({ name, mutable: true });
    }
    if (this.chance(0.4)) this.emit(PAUSE);
    body();
    this.scopes.pop();
    this.emit(tail);
  }

  private statements(count: number): void {
    for (let i = 0; i < count; i++) this.statement();
  }

  private statement(): void {
    this.size++;
    const simple = [
      () => this.declaration(),
      () => this.declaration(),
      () => this.assignment(),
      () => this.assignment(),
      () => this.destructuring(),
      () => this.emit(PAUSE),
      () => this.closure(),
    ];
    const nested = [
      () => this.block('', () => this.statements(2)),
      () => this.conditional(),
      () => this.loop(),
      () => this.loop(),
      () => this.tryStatement(),
      () => this.switchStatement(),
      () => this.anyCall(),
      () => this.anyCall(),
      () => this.leave(),
    ];
    const deep = this.scopes.length > 6 || this.size > 90;
    this.pick(deep || this.chance(0.5) ? simple : nested)();
  }

  private declaration(): void {
    const kind = this.pick(['let', 'let', 'const', 'var']);
    const isNumber = this.chance(0.6);
    const value = isNumber ? this.expression() : this.value();
    const name = this.fresh();
    if (kind === 'let' && this.chance(0.2)) {
      this.emit(`let ${name};`, PAUSE, `${name} = ${value};`);
    } else this.emit(`${kind} ${name} = ${value};`);
    if (isNumber) this.scope.numbers.push({ name, mutable: kind !== 'const' });
    if (this.chance(0.3)) this.emit(PAUSE);
  }

  private assignment(): void {
    const names = this.visible(true);
    if (names.length === 0) return this.declaration();
    const name = this.pick(names);
    this.emit(
      this.pick([
        () => `${name} = ${this.expression()};`,
        () => `${name} ${this.pick(['+=', '-=', '*=', '%=', '||=', '&&=', '??='])} ${1 + this.below(5)};`,
        () => `${name}${this.pick(['++', '--'])};`,
        () => `${this.pick(['++', '--'])}${name};`,
      ])(),
    );
  }

  private destructuring(): void {
    const [a, b, c] = [this.fresh(), this.fresh(), this.fresh()];
    const one = this.expression(1);
    const names = this.visible(true).filter((name) => name !== 'hit' && name !== 'fuel');
    if (names.length > 1 && this.chance(0.3)) {
      const [first, second] = [this.pick(names), this.pick(names)];
      this.emit(`[${first}, ${second} = 4] = [${second}, ${first}];`);
    }
    this.emit(
      this.pick([
        `const { x: ${a}, y: [${b}, ${c} = ${this.below(9)}], ...rest${a} } = { x: ${one}, y: [${this.below(9)}], z: 5 };`,
        `let [${a}, , ${b} = ${one}, ...${c}] = [${this.below(9)}, 2, undefined, 4, 5];`,
        `var { ${a} = ${one}, ['k' + 1]: ${b} = 3, ${c} } = { k1: ${this.below(9)} };`,
      ]),
    );
    if (this.chance(0.5)) this.emit(PAUSE);
    this.scope.numbers.push({ name: a, mutable: false });
  }

  private closure(): void {
    const names = this.visible(true);
    const target = names.length > 0 ? this.pick(names) : 'fuel';
    const name = this.fresh('f');
    this.inBody(
      'plain',
      () => {
        const parameter = this.fresh('p');
        this.emit(`const ${name} = (${parameter} = ${this.below(5)}) => {`);
        this.scope.numbers.push({ name: parameter, mutable: true });
        this.emit(PAUSE, `${target} += ${1 + this.below(3)};`);
        if (this.chance(0.5)) this.statement();
        this.emit(PAUSE, `return ${target};`, '};');
      },
      this.body.depth,
    );
    if (this.chance(0.5)) this.emit(`closures.add(${name});`);
    if (this.chance(0.6)) this.emit(`${name}(${this.expression(1)});`);
  }

  private conditional(): void {
    this.block(`if (${this.expression()} > ${this.below(6)})`, () => this.statements(2), '} else {');
    this.scopes.push({ numbers: [], names: new Set() });
    this.statements(1);
    this.scopes.pop();
    this.emit('}');
  }

  private loop(): void {
    const i = `i${++this.counter}`;
    const label = this.chance(0.3) ? `l${this.counter}` : undefined;
    const count = 1 + this.below(3);
    const heads = [
      `for (let ${i} = 0; ${i} < ${count}; ${i}++)`,
      `for (let ${i} = 0; ${i} < ${count}; ${i}++)`,
      `for (const ${i} of [${Array.from({ length: count }, () => this.below(9)).join(', ')}])`,
      `for (const [${i}, w${i} = 2] of [[1, 2], [3]])`,
      `for (const ${i} in { p: 1, q: 2 })`,
      `for (var ${i} = ${count}; ${i} > 0; ${i}--)`,
    ];
    const head = this.pick(heads);
    this.body.loops++;
    if (label) this.body.labels.push(label);
    this.scopes.push({ numbers: [], names: new Set([i]) });
    if (!head.includes(' in ')) this.scope.numbers.push({ name: i, mutable: false });
    this.block(`${label ? `${label}: ` : ''}${head}`, () => {
      this.statements(2);
      if (this.chance(0.4)) this.emit(`closures.add(() => { ${PAUSE} return ${i}; });`);
    });
    this.scopes.pop();
    if (label) this.body.labels.pop();
    this.body.loops--;
  }

  private tryStatement(): void {
    const name = this.fresh('e');
    this.block(
      'try',
      () => {
        this.statements(1);
        const thrown = this.pick([
          `new Error('e' + ${this.below(5)})`,
          this.expression(),
          `{ message: 'm', code: ${this.below(9)} }`,
        ]);
        if (this.chance(0.6)) this.emit(`if (${this.expression(1)} > ${this.below(9)}) throw ${thrown};`);
        if (this.functions.length > 0 && this.chance(0.5)) this.anyCall();
      },
      `} ${this.pick([`catch (${name})`, `catch (${name})`, 'catch', `catch ({ message: ${name} = 7 })`])} {`,
    );
    this.scopes.push({ numbers: [], names: new Set() });
    if (this.chance(0.3)) this.emit(`closures.add(() => { ${PAUSE} });`);
    this.emit(PAUSE);
    this.statements(1);
    this.scopes.pop();
    if (this.chance(0.5)) {
      this.emit('} finally {');
      this.scopes.push({ numbers: [], names: new Set() });
      this.emit(PAUSE);
      this.statements(1);
      this.scopes.pop();
    }
    this.emit('}');
  }

  private switchStatement(): void {
    this.emit(`switch (${this.expression()} % 3) {`);
    this.scopes.push({ numbers: [], names: new Set() });
    const [a, b] = [this.fresh(), this.fresh()];
    this.emit(`case 0: let ${a} = ${this.below(9)}; ${PAUSE}`, this.chance(0.5) ? 'break;' : '');
    this.emit(`case 1: const ${b} = ${this.below(9)}; ${PAUSE} break;`, `default: ${PAUSE}`, '}');
    this.scopes.pop();
  }

  private leave(): void {
    const { kind, loops, labels } = this.body;
    const condition = `if (${this.expression(1)} > ${8 + this.below(8)})`;
    if (loops > 0 && this.chance(0.6)) {
      const label = labels.length > 0 && this.chance(0.5) ? ` ${this.pick(labels)}` : '';
      this.emit(`${condition} ${this.pick(['break', 'continue'])}${label};`);
    } else if (kind !== 'module' && kind !== 'constructor') this.emit(`${condition} return ${this.expression(1)};`);
    else this.emit(PAUSE);
  }

  private anyCall(): void {
    const called = this.functions.length > 0 ? this.pick(this.functions) : undefined;
    if (!called) return this.declaration();
    this.callStatement(called.name, called.kind, this.body.depth);
  }

  private callStatement(name: string, kind: FunctionInfo['kind'], depth: string): void {
    const call = `${name}(${depth}, ${this.expression(1)}${this.chance(0.5) ? `, ${this.expression(1)}` : ''})`;
    const canAwait = this.body.kind.startsWith('async') || (this.body.kind === 'module' && !this.commonjs);
    const result = this.fresh('r');
    switch (kind) {
      case 'plain':
        this.emit(`const ${result} = ${call};`);
        break;
      case 'generator':
        this.emit(
          this.pick([
            `for (const ${result} of ${call}) { ${PAUSE} }`,
            `for (const ${result} of ${call}) { ${PAUSE} break; }`,
            `const ${result} = ${call}; ${result}.next(); ${result}.next(5); ${result}.return(6);`,
            `const ${result} = [...${call}];`,
          ]),
        );
        break;
      case 'async':
        this.emit(canAwait && this.chance(0.7) ? `const ${result} = await ${call};` : `promises.add(${call});`);
        break;
      case 'async generator':
        if (canAwait) this.emit(`for await (const ${result} of ${call}) { ${PAUSE} }`);
        else this.emit(`promises.add(${call}.next());`);
        break;
    }
  }

  private inBody(kind: Body['kind'], write: () => void, depth = 'd - 1'): void {
    this.bodies.push({ kind, depth, loops: 0, labels: [] });
    this.scopes.push({ numbers: [], names: new Set() });
    write();
    this.scopes.pop();
    this.bodies.pop();
  }

  /** Parameters after the depth; the third is only sometimes given. */
  private parameters(): string {
    const [a, b] = [this.fresh('a'), this.fresh('b')];
    this.scope.numbers.push({ name: a, mutable: true }, { name: b, mutable: true }, { name: 'd', mutable: false });
    this.scope.names.add('d');
    return this.pick([
      `d, ${a}, ${b} = ${a} + ${this.below(5)}`,
      `d, ${a}, ${b} = (() => ${a} * 2)()`,
      `d, ${a} = 3, ...${this.fresh('rest')}`.concat(`, ${b}`).replace(/, (\.\.\.\w+), (\w+)$/, ', $2 = 2, $1'),
      `d, ${a}, { q: ${b} = 5 } = {}`,
    ]);
  }

  private func(): void {
    const kind = this.pick(['plain', 'plain', 'plain', 'generator', 'async', 'async', 'async generator'] as const);
    const name = this.fresh('fn');
    const before = { plain: '', generator: '', async: 'async ', 'async generator': 'async ' }[kind];
    const star = kind.endsWith('generator') ? '*' : '';
    this.inBody(kind, () => {
      const parameters = this.parameters();
      this.emit(
        this.chance(0.7) || star !== ''
          ? `${before}function${star} ${name}(${parameters}) {`
          : `const ${name} = ${before}(${parameters}) => {`,
      );
      this.emit('if (d <= 0 || fuel-- <= 0) return 0;', PAUSE);
      this.functionBody(kind);
      this.emit(PAUSE, `return ${this.expression(1)};`, '};');
    });
    this.functions.push({ name, kind });
  }

  private functionBody(kind: FunctionInfo['kind']): void {
    this.statements(2);
    if (this.chance(0.5)) {
      const inner = this.fresh('g');
      this.inBody('plain', () => {
        this.scope.names.add('d');
        this.emit(`function ${inner}(d) {`, 'if (d <= 0 || fuel-- <= 0) return 0;');
        this.statements(2);
        this.emit(PAUSE, `return ${inner}(d - 1) + 1;`, '}');
      });
      this.emit(`${inner}(2);`);
    }
    if (kind === 'async' || kind === 'async generator') {
      const name = this.fresh();
      this.emit(
        `const ${name} = await ${this.pick([this.expression(1), `Promise.resolve(${this.expression(1)})`])};`,
        PAUSE,
      );
      this.scope.numbers.push({ name, mutable: false });
    }
    if (kind === 'generator' || kind === 'async generator') {
      const name = this.fresh();
      this.emit(
        this.pick([
          `const ${name} = (yield ${this.expression(1)}) ?? 1;`,
          `let ${name} = 0; try { yield ${this.expression(1)}; ${name} = 1; } finally { ${PAUSE} }`,
          `let ${name} = 0; for (let k = 0; k < 2; k++) { ${name} += k; yield ${name}; ${PAUSE} }`,
          `const ${name} = 2; yield* [${name}, 3];`,
        ]),
        PAUSE,
      );
      this.scope.numbers.push({ name, mutable: false });
    }
    this.statements(2);
  }

  private classDeclaration(): void {
    const base = this.classes.length > 0 && this.chance(0.5) ? this.pick(this.classes) : undefined;
    const name = this.fresh('C');
    this.emit(`class ${name}${base ? ` extends ${base}` : ''} {`);
    this.emit(`field = ${this.expression(1)};`, `static shared = ${this.below(9)};`, `#secret = ${this.below(9)};`);
    if (this.chance(0.5)) this.emit(`static { const s = ${this.below(9)}; ${PAUSE} }`);
    this.inBody('constructor', () => {
      this.scope.names.add('d').add('a');
      this.scope.numbers.push({ name: 'a', mutable: true });
      this.emit('constructor(d, a) {', base ? 'super(d, a);' : '', `this.x = a;`, PAUSE);
      this.statements(1);
      this.emit('}');
    });
    this.inBody('plain', () => {
      const parameters = this.parameters();
      this.emit(`method(${parameters}) {`, 'if (d <= 0 || fuel-- <= 0) return 0;');
      this.emit('this.field += 1; this.#secret++;', PAUSE);
      this.statements(2);
      this.emit(`return this.size + this.#secret;`, '}');
    });
    this.emit(`get size() { const s = this.field; ${PAUSE} return s; }`, '}');
    this.classes.push(name);
  }
}
