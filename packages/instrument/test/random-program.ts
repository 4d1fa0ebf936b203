/** Small programs from a seed. They end, print what they do, and call `observe('name', name)` all over the place. */
export function randomProgram(seed: number): string {
  return new Writer(seed).program();
}

interface Name {
  name: string;
  writable: boolean;
}

interface Place {
  /** Variables that have a value here. */
  names: Name[];
  /** Functions that may be called here, with the way to call them. */
  calls: string[];
  inLoop: boolean;
  inFunction: boolean;
  /** Enclosing blocks and functions. */
  depth: number;
  kind: 'plain' | 'async' | 'generator';
}

const STATEMENTS_MAX = 60;
const DEPTH_MAX = 4;

class Writer {
  #state: number;
  #names = 0;
  #left = STATEMENTS_MAX;

  constructor(seed: number) {
    this.#state = (seed * 2654435761) >>> 0 || 1;
  }

  program(): string {
    const place: Place = { names: [], calls: [], inLoop: false, inFunction: false, depth: 0, kind: 'plain' };
    return `${this.#block(place, 14)}\nmodule.exports = (async () => {${this.#block({ ...inner(place), kind: 'async', inFunction: true }, 6)}})();`;
  }

  /** Whole number below `limit` (xorshift). */
  #below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]!;
  }

  #fresh(): string {
    return `v${++this.#names}`;
  }

  #block(place: Place, length: number): string {
    const lines: string[] = [];
    for (let count = this.#below(length) + 2; count > 0; count--) {
      if (this.#left-- <= 0) break;
      lines.push(this.#statement(place), this.#observe(place));
    }
    return lines.join('\n');
  }

  #observe(place: Place): string {
    if (place.names.length === 0) return '';
    const { name } = this.#pick(place.names);
    return `observe('${name}', ${name});`;
  }

  #expression(place: Place): string {
    const number = String(this.#below(10));
    switch (this.#below(place.names.length === 0 ? 2 : 7)) {
      case 0:
        return number;
      case 1:
        return `[${number}, ${this.#below(5)}].length + ${number}`;
      case 2:
        return `(${this.#pick(place.names).name} === ${number} ? 1 : ${number})`;
      case 3:
        return place.calls.length > 0 ? this.#pick(place.calls) : number;
      case 4:
        return place.kind === 'async'
          ? `(await ${number}, ${number})`
          : place.kind === 'generator'
            ? `(yield ${number}, 1)`
            : number;
      default:
        return `num(${this.#pick(place.names).name}) + ${number}`;
    }
  }

  #declare(place: Place, kind: string): string {
    const name = this.#fresh();
    place.names.push({ name, writable: kind !== 'const' });
    return name;
  }

  #statement(place: Place): string {
    const value = this.#expression(place);
    const writable = place.names.filter((name) => name.writable);
    switch (this.#below(place.depth < DEPTH_MAX ? 20 : 6)) {
      case 0:
      case 1: {
        const kind = this.#pick(['let', 'const', 'var']);
        return `${kind} ${this.#declare(place, kind)} = ${value};`;
      }
      case 2: {
        const second = this.#expression(place);
        return `let [${this.#declare(place, 'let')}, { a: ${this.#declare(place, 'let')} = ${second} }] = [${value}, {}];`;
      }
      case 3:
        return writable.length > 0
          ? `${this.#pick(writable).name} ${this.#pick(['=', '+=', '-=', '||=', '??='])} ${value};`
          : ';';
      case 4:
        return writable.length > 0
          ? this.#pick([
              `${this.#pick(writable).name}++;`,
              `print(--${this.#pick(writable).name});`,
              `print(${this.#pick(writable).name}++);`,
            ])
          : ';';
      case 5:
        return writable.length > 1
          ? `;[${writable[0]!.name}, ${writable[1]!.name}] = [${value}, ${writable[0]!.name}];`
          : ';';
      case 6: {
        const otherwise = writable.length > 0 ? `${this.#pick(writable).name} = ${value};` : 'print(0);';
        return `if (${value} % 2) {\n${this.#block(inner(place), 4)}\n} else ${otherwise}`;
      }
      case 7: {
        const name = this.#fresh();
        const loop = { ...inner(place), inLoop: true };
        loop.names.push({ name, writable: false });
        return `for (let ${name} = 0; ${name} < ${this.#below(3) + 1}; ${name}++) {\n${this.#block(loop, 4)}\n}`;
      }
      case 8: {
        const name = this.#fresh();
        const loop = { ...inner(place), inLoop: true };
        loop.names.push({ name, writable: true });
        return `for (${this.#pick(['let', 'var'])} ${name} of [${value}, 2]) {\n${this.#block(loop, 4)}\n}`;
      }
      case 9: {
        const name = this.#fresh();
        const handled = inner(place);
        handled.names.push({ name, writable: true });
        return `try {\n${this.#block(inner(place), 3)}\nif (${value} % 2) throw ${value};\n} catch (${name}) {\n${this.#block(handled, 3)}\n} finally {\n${this.#block(inner(place), 2)}\n}`;
      }
      case 10:
        return place.inLoop ? `if (${value} % 3 === 0) ${this.#pick(['break', 'continue'])};` : `print(${value});`;
      case 11:
        return place.inFunction ? `if (${value} % 4 === 0) return ${value};` : `print(${value});`;
      case 12:
        return `switch (${value} % 3) {\ncase 0: let ${this.#fresh()} = ${value};\ncase 1: {\n${this.#block(inner(place), 3)}\n}\nbreak;\ndefault: print('default');\n}`;
      case 13:
        return `{\n${this.#block(inner(place), 4)}\n}`;
      default:
        return this.#function(place);
    }
  }

  #function(place: Place): string {
    const name = this.#fresh();
    const parameter = this.#fresh();
    const second = this.#fresh();
    const body = (kind: Place['kind']): string => {
      const within: Place = {
        names: [...place.names],
        calls: [...place.calls],
        inLoop: false,
        inFunction: true,
        depth: place.depth + 1,
        kind,
      };
      within.names.push({ name: parameter, writable: true }, { name: second, writable: true });
      return `${this.#observe(within)}${this.#block(within, 5)}\nreturn ${this.#expression({ ...within, kind: 'plain' })};`;
    };
    const parameters = `${parameter}, { b: ${second} = ${this.#below(9)} } = {}`;
    switch (this.#below(5)) {
      case 0:
        return remember(
          place,
          `function ${name}(${parameters}) {\n${body('plain')}\n}`,
          `num(${name}(${this.#below(9)}))`,
        );
      case 1:
        return remember(
          place,
          `const ${name} = (${parameters}) => {\n${body('plain')}\n};`,
          `num(${name}(${this.#below(9)}))`,
        );
      case 2:
        return remember(
          place,
          `const ${name} = { method(${parameters}) {\n${body('plain')}\n} };`,
          `num(${name}.method(${this.#below(9)}))`,
        );
      case 3: {
        const text = `function* ${name}(${parameters}) {\n${body('generator')}\n}`;
        return remember(place, text, this.#pick([`[...${name}(1)].length`, `num(${name}(2).next().value)`]));
      }
      default: {
        const text = `const ${name} = async (${parameters}) => {\n${body('async')}\n};`;
        if (place.kind === 'async') return `${text}\nprint(await ${name}(1));`;
        return `${text}\n${name}(${this.#below(9)}).then(print, print);`;
      }
    }
  }
}

function remember(place: Place, text: string, call: string): string {
  place.calls.push(call);
  return `${text}\nprint(${call});`;
}

function inner(place: Place): Place {
  return { ...place, names: [...place.names], calls: [...place.calls], depth: place.depth + 1 };
}
