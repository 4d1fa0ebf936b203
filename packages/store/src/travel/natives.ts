import { isCaptured, valueToText, type Captured, type Value } from '@execution-cinema/format';
import { isSame, makeArray, number, text, Unknown } from './evaluate.ts';

/** Longest text that a method may make. */
const TEXT_MAX = 10_000;

/** Functions of one argument of Math. */
const MATH = [
  'abs', 'ceil', 'floor', 'round', 'trunc', 'sign', 'sqrt', 'cbrt', 'log', 'log2', 'log10', 'exp', 'min', 'max', 'pow', 'hypot',
] as const; // prettier-ignore

/** A pure built-in function: `Math.round`, `Number`, `JSON.stringify`. Throws Unknown for all others. */
export function callNative(name: string, args: readonly Value[]): Value {
  const [first] = args;
  const math = MATH.find((method) => name === `Math.${method}`);
  if (math) return (Math[math] as (...values: number[]) => number)(...args.map(number));
  switch (name) {
    case 'Number':
      return number(first);
    case 'String':
      return text(first);
    case 'Boolean':
      return Boolean(isCaptured(first) || first);
    case 'parseInt':
    case 'Number.parseInt':
      return Number.parseInt(text(first), args[1] === undefined ? 10 : number(args[1]));
    case 'parseFloat':
    case 'Number.parseFloat':
      return Number.parseFloat(text(first));
    case 'isNaN':
      return Number.isNaN(number(first));
    case 'Number.isNaN':
      return typeof first === 'number' && Number.isNaN(first);
    case 'isFinite':
    case 'Number.isFinite':
      return typeof first === 'number' && Number.isFinite(first);
    case 'Number.isInteger':
      return Number.isInteger(first);
    case 'Array.isArray':
      return isCaptured(first) && first.type === 'array';
    case 'JSON.stringify':
      return first === undefined ? undefined : valueToText(first);
    case 'Object.keys':
      return makeArray(entriesOf(first).map(([key]) => key));
    case 'Object.values':
      return makeArray(entriesOf(first).map(([, value]) => value));
    case 'Object.entries':
      return makeArray(entriesOf(first).map((entry) => makeArray(entry)));
    default:
      throw new Unknown(`${name}() is not run`);
  }
}

function entriesOf(value: Value): [Value, Value][] {
  const object = whole(value, ['object', 'array', 'error']);
  return object.items.map((item, i) => [object.type === 'array' ? String(i) : object.keys[i], item]);
}

function whole(value: Value, types: readonly Captured['type'][]): Captured {
  if (!isCaptured(value) || !types.includes(value.type)) throw new Unknown('not an object that was captured');
  if (value.cut !== 'none') throw new Unknown(`only a part of it was captured (${value.cut})`);
  return value;
}

/** A pure method of a recorded value. Throws Unknown for all others. */
export function callMethod(target: Value, method: string, args: readonly Value[]): Value {
  if (typeof target === 'string') return ofText(target, method, args);
  if (typeof target === 'number') return ofNumber(target, method, args);
  if (isCaptured(target) && target.type === 'array') return ofArray(target, method, args);
  if (isCaptured(target) && (target.type === 'map' || target.type === 'set')) return ofKeyed(target, method, args[0]);
  throw new Unknown(`.${method}() is not run`);
}

function ofNumber(target: number, method: string, [digits]: readonly Value[]): Value {
  if (method === 'toFixed') return target.toFixed(digits === undefined ? 0 : number(digits));
  if (method === 'toString') return target.toString(digits === undefined ? 10 : number(digits));
  throw new Unknown(`.${method}() is not run`);
}

const TEXT_METHODS: ReadonlySet<string> = new Set([
  'at', 'charAt', 'charCodeAt', 'endsWith', 'includes', 'indexOf', 'lastIndexOf', 'padEnd', 'padStart', 'repeat', 'slice',
  'startsWith', 'substring', 'toLowerCase', 'toUpperCase', 'trim', 'trimEnd', 'trimStart', 'concat',
]); // prettier-ignore

function ofText(target: string, method: string, args: readonly Value[]): Value {
  const plain = args.map((value) => {
    if (isCaptured(value)) throw new Unknown(`.${method}() with an object`);
    return value;
  });
  if (method === 'split' && typeof plain[0] === 'string') return makeArray(target.split(plain[0]));
  if (method === 'toString') return target;
  if (!TEXT_METHODS.has(method)) throw new Unknown(`.${method}() is not run`);
  const longest = Math.max(0, ...plain.map((value) => (typeof value === 'number' ? value : 0)));
  const grows = method === 'repeat' ? target.length * longest : method.startsWith('pad') ? longest : 0;
  if (grows > TEXT_MAX) throw new Unknown('a text that long');
  return (target as unknown as Record<string, (...values: unknown[]) => Value>)[method]!(...plain);
}

function ofArray(target: Captured, method: string, args: readonly Value[]): Value {
  const [first, second] = args;
  const { items } = whole(target, ['array']);
  const at = (value: Value, otherwise: number): number => (value === undefined ? otherwise : number(value));
  switch (method) {
    case 'at':
      return items.at(at(first, 0));
    case 'includes':
      return items.some((item) => isSame(item, first) || Object.is(item, first));
    case 'indexOf':
      return items.findIndex((item) => isSame(item, first));
    case 'slice':
      return makeArray(items.slice(at(first, 0), at(second, items.length)));
    case 'join':
      return items
        .map((item) => (item === undefined || item === null ? '' : text(item)))
        .join(first === undefined ? ',' : text(first));
    case 'concat':
      return makeArray([
        ...items,
        ...args.flatMap((value) =>
          isCaptured(value) && value.type === 'array' ? whole(value, ['array']).items : [value],
        ),
      ]);
    default:
      throw new Unknown(`.${method}() is not run`);
  }
}

function ofKeyed(target: Captured, method: string, key: Value): Value {
  const keys = target.type === 'map' ? target.keys : target.items;
  const at = keys.findIndex((candidate) => isSame(candidate, key) || Object.is(candidate, key));
  if (at < 0 && target.cut !== 'none') throw new Unknown('only a part of it was captured');
  if (method === 'has') return at >= 0;
  if (method === 'get' && target.type === 'map') return at < 0 ? undefined : target.items[at];
  throw new Unknown(`.${method}() is not run`);
}
