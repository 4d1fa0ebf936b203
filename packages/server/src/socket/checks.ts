/*
 * Checks of untrusted JSON. A check returns the value with its type, unknown fields left out, or throws BAD_REQUEST naming
 * the place.
 */
import { ServerError } from '../errors.ts';

export type Check<T> = (value: unknown, at: string) => T;

type Checked<C> = C extends Check<infer T> ? T : never;
type Fields = Record<string, Check<unknown>>;

const TEXT_LENGTH_MAX = 4_096;

function refuse(at: string, expected: string): never {
  throw new ServerError('BAD_REQUEST', `${at} must be ${expected}`);
}

export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Check<number> {
  return (value, at) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    return refuse(at, `a whole number from ${min} to ${max}`);
  };
}

export const time: Check<number> = (value, at) => {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return refuse(at, 'a number');
};

export const flag: Check<boolean> = (value, at) => (typeof value === 'boolean' ? value : refuse(at, 'true or false'));

export function text(lengthMax = TEXT_LENGTH_MAX): Check<string> {
  return (value, at) => {
    if (typeof value === 'string' && value.length <= lengthMax) return value;
    return refuse(at, `text of at most ${lengthMax} characters`);
  };
}

export function pattern(form: RegExp, expected: string): Check<string> {
  return (value, at) => (typeof value === 'string' && form.test(value) ? value : refuse(at, expected));
}

export function oneOf<const T extends string>(...words: readonly T[]): Check<T> {
  return (value, at) => (words.includes(value as T) ? (value as T) : refuse(at, `one of ${words.join(', ')}`));
}

export function list<T>(item: Check<T>, lengthMax: number): Check<T[]> {
  return (value, at) => {
    if (!Array.isArray(value) || value.length > lengthMax) return refuse(at, `a list of at most ${lengthMax}`);
    return value.map((entry, i) => item(entry, `${at}[${i}]`));
  };
}

/** An object with fields that must be there, and others that may. */
export function object<R extends Fields, O extends Fields = Record<never, never>>(
  required: R,
  optional?: O,
): Check<{ [K in keyof R]: Checked<R[K]> } & { [K in keyof O]?: Checked<O[K]> }> {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(at, 'an object');
    const given = new Map(Object.entries(value));
    const result: Record<string, unknown> = {};
    for (const [name, check] of Object.entries(required)) result[name] = check(given.get(name), `${at}.${name}`);
    for (const [name, check] of Object.entries(optional ?? {})) {
      const item = given.get(name);
      if (item !== undefined && item !== null) result[name] = check(item, `${at}.${name}`);
    }
    return result as never;
  };
}

/** The first of these whose tag (field `kind`) fits. */
export function tagged<C extends Record<string, Check<unknown>>>(variants: C): Check<Checked<C[keyof C]>> {
  return (value, at) => {
    const kind = (value as { kind?: unknown } | null)?.kind;
    const check = typeof kind === 'string' && Object.hasOwn(variants, kind) ? variants[kind] : undefined;
    if (!check) return refuse(`${at}.kind`, `one of ${Object.keys(variants).join(', ')}`);
    return check(value, at) as never;
  };
}
