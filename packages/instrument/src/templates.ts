import { RUNTIME_KEY } from '@execution-cinema/format';
import type { SecretNames } from './sites.ts';

/** Probes of the runtime, by the names under which its registration hands them out (docs/ARCHITECTURE.md). */
export type Probe =
  | 'e0'
  | 'e1'
  | 'e2'
  | 'e3'
  | 'e4'
  | 'en'
  | 'ea'
  | 'r'
  | 'u'
  | 'q'
  | 'x'
  | 'c'
  | 'c0'
  | 'z'
  | 'ra'
  | 'ua'
  | 'qa'
  | 'xa'
  | 'ca'
  | 'ca0'
  | 'za'
  | 't'
  | 'th'
  | 'w'
  | 'k'
  | 'wp'
  | 'kp'
  | 'j'
  | 'n'
  | 'nc'
  | 'l'
  | 'p'
  | 'pc'
  | 'pp'
  | 'ppc'
  | 'd'
  | 'mu'
  | 'mk'
  | 'v'
  | 'lg'
  | 'a'
  | 'y'
  | 'g'
  | 'h';

/**
 * Every piece of text that is inserted. `f` names a frame's token, `p` the variable that says a return is pending;
 * both are local to a function. None of the pieces contains a line terminator.
 */
export class Templates {
  readonly prefix: string;
  readonly token: string;
  readonly pending: string;
  readonly owner: string;
  readonly #base: string;
  readonly #state: string;
  readonly #used = new Set<string>();

  constructor(prefix: string) {
    this.prefix = prefix;
    this.token = `${prefix}f`;
    this.pending = `${prefix}pr`;
    this.owner = `${prefix}o`;
    this.#base = `${prefix}b`;
    this.#state = `${prefix}s`;
  }

  /** Name of a probe, which the head then binds. */
  probe(name: Probe): string {
    this.#used.add(name);
    return this.prefix + name;
  }

  site(index: number): string {
    return `${this.#base}+${index}`;
  }

  instance(scopeIndex: number): string {
    return `${this.prefix}i${scopeIndex}`;
  }

  key(depth: number): string {
    return `${this.prefix}k${depth}`;
  }

  /** Opens a probe call: `$ec_w($ec_b+7,`. */
  open(name: Probe, site: number): string {
    return `${this.probe(name)}(${this.#base}+${site},`;
  }

  /** Opens a probe call with the frame's token: `$ec_r($ec_f,`. */
  openWithToken(name: Probe): string {
    return `${this.probe(name)}(${this.token},`;
  }

  /** Opens a probe call with token and site: `$ec_a($ec_f,$ec_b+7,`. */
  openAt(name: Probe, site: number): string {
    return `${this.probe(name)}(${this.token},${this.#base}+${site},`;
  }

  enter(site: number, values: readonly string[], suspends: boolean): string {
    if (suspends) return `${this.open('ea', site)}[${values.join(',')}])`;
    if (values.length > 4) return `${this.open('en', site)}[${values.join(',')}])`;
    const probe = this.probe(`e${values.length}` as Probe);
    return `${probe}(${[this.site(site), ...values].join(',')})`;
  }

  /** The end of our try block round a body. */
  leave(suspends: boolean, pending: boolean): string {
    const call = `${this.probe(suspends ? 'xa' : 'x')}(${this.token}${pending ? `,${this.pending}` : ''})`;
    return `}finally{${suspends ? `${this.token}.o` : `${this.#stateUsed()}.d>${this.token}`}&&${call}}`;
  }

  returnNothing(suspends: boolean): string {
    return `${this.probe(suspends ? 'ua' : 'u')}(${this.token})`;
  }

  /** First in a user's finally block. */
  finallyStart(suspends: boolean): string {
    if (suspends) return `${this.probe('za')}(${this.token})`;
    return `${this.#stateUsed()}.d>${this.token}+1&&${this.probe('z')}(${this.token})`;
  }

  /** Cancels a pending return while a user's finally block runs; the other half brings it back at the block's end. */
  savePending(): string {
    return `const ${this.prefix}ps=${this.pending};${this.pending}=0;`;
  }

  restorePending(): string {
    return `;${this.pending}=${this.prefix}ps;`;
  }

  openScope(site: number, parentInstance: string): string {
    return `${this.open('n', site)}${parentInstance})`;
  }

  copyScope(site: number, parentInstance: string, from: string): string {
    return `${this.open('nc', site)}${parentInstance},${from})`;
  }

  /** A statement whose value a script's completion value does not show. */
  silentStatement(expression: string): string {
    return `var ${this.prefix}cv=(${expression});`;
  }

  /** Called by functions that an import cycle can run before the module's own code. */
  guard(): string {
    return `${this.prefix}||${this.prefix}head();`;
  }

  /**
   * Registers the module and binds what it uses. `locals` are further variables, `entry` the module's own entry.
   * With `hoisted` the registration is a function, so that `guard` can run it early.
   */
  head(options: {
    runtime: string;
    moduleKey: string;
    levels: string;
    secrets: SecretNames;
    locals: readonly string[];
    entry: string | undefined;
    hoisted: boolean;
  }): string {
    const { prefix } = this;
    const secrets = Object.keys(options.secrets).length > 0 ? `,${escapeLines(JSON.stringify(options.secrets))}` : '';
    const register = `${options.runtime}.m(${quote(options.moduleKey)},"${options.levels}"${secrets})`;
    const bindings: [name: string, from: string][] = [
      [this.#base, 'b'],
      [this.instance(0), 'i'],
      ...[...this.#used].map((name): [string, string] => [prefix + name, name]),
    ];
    const entry = options.entry === undefined ? [] : [`${this.token}=${options.entry}`];
    if (!options.hoisted) {
      const bound = bindings.map(([name, from]) => `${name}=${prefix}.${from}`);
      return `var ${[`${prefix}=${register}`, ...bound, ...options.locals, ...entry].join(',')};`;
    }
    const names = [prefix, ...bindings.map(([name]) => name), ...options.locals];
    const assigned = bindings.map(([name, from]) => `${name}=${prefix}.${from};`).join('');
    return (
      `var ${names.join(',')};function ${prefix}head(){${prefix}=${register};${assigned}}${this.guard()}` +
      (entry.length > 0 ? `var ${entry[0]!};` : '')
    );
  }

  #stateUsed(): string {
    this.#used.add('s');
    return this.#state;
  }
}

/** The expression that finds the runtime although the module may declare `Symbol` or `globalThis` itself. */
export function runtimeExpression(isDeclared: (name: string) => boolean): string | undefined {
  const global = ['globalThis', 'global'].find((name) => !isDeclared(name));
  if (global === undefined) return undefined;
  return `${global}[${isDeclared('Symbol') ? `${global}.Symbol` : 'Symbol'}.for(${quote(RUNTIME_KEY)})]`;
}

/** A string literal on one line. */
function quote(text: string): string {
  return escapeLines(JSON.stringify(text));
}

function escapeLines(json: string): string {
  return json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
