import { isCaptured, typeOfValue, type Captured, type Value } from '@execution-cinema/format';
import { storeError } from '../errors.ts';

/*
 * Conditions over recorded values: SUBJECT OPERATOR VALUE, several joined by `and`.
 *
 * | subject | what |
 * |---|---|
 * | `total`, `this.total` | a variable, parameter or property of that name |
 * | `order.price`, `lines[0].id` | what lies in a captured variable, parameter or property |
 * | `args[1]`, `args.length` | an argument of a call by position (the receiver not counted), how many |
 * | `result`, `error` | what a call returned, what it threw |
 *
 * | operator | holds when |
 * |---|---|
 * | `is NaN`, `is undefined`, `is null`, `is true`, `is -0` | it is exactly that |
 * | `is number`, `is string`, `is array`, `is object`, `is Cart` | it is of that type or class |
 * | `is not ...` | it is something else |
 * | `=` `!=` `<` `<=` `>` `>=` | compared with a number or a "text" |
 * | `contains "text"` | a text has it in it; an array, Set or object has it as a member or key |
 * | `matches /regex/i` | a text matches |
 */

export interface Predicate {
  /** `args`, `result` and `error` are about calls, the rest about values by name. */
  subject: 'value' | 'args' | 'result' | 'error';
  /** Name of the value (`this.total`, `order`), empty for calls. */
  name: string;
  /** Steps into it. */
  path: (string | number)[];
  holds(value: Value): boolean;
}

const OPERATOR = /\s+(is\s+not|is|contains|matches)\s+|\s*(!=|<=|>=|=|<|>)\s*/;

/** Reads a condition; all parts must be about the same subject. Throws BAD_PREDICATE. */
export function parsePredicate(text: string): Predicate[] {
  const parts = text.split(/\s+and\s+/).map((part) => parsePart(part.trim()));
  const key = ({ subject, name }: Predicate): string => (subject === 'value' ? `value ${name}` : 'call');
  if (new Set(parts.map(key)).size > 1) {
    throw storeError('BAD_PREDICATE', `${text}: the parts are about different things`);
  }
  return parts;
}

/** Whether a text is meant as a condition and not as a word to look for. */
export function isPredicate(text: string): boolean {
  return /^[\w$#.[\]]+(\s+(is|contains|matches)\s|\s*(!=|<=|>=|=|<|>))/.test(text.trim());
}

function parsePart(text: string): Predicate {
  const match = OPERATOR.exec(text);
  if (!match || match.index === 0) throw storeError('BAD_PREDICATE', text);
  const operator = (match[1] ?? match[2]!).replaceAll(/\s+/g, ' ');
  const operand = text.slice(match.index + match[0].length).trim();
  if (operand === '') throw storeError('BAD_PREDICATE', `${text}: nothing stands after ${operator}`);
  return { ...parseSubject(text.slice(0, match.index).trim()), holds: testOf(operator, operand, text) };
}

function parseSubject(text: string): Omit<Predicate, 'holds'> {
  if (!/^[\w$#]+(\.[\w$#]+|\[\d+\])*$/.test(text)) throw storeError('BAD_PREDICATE', `${text} is no name`);
  const steps = text.match(/[\w$#]+/g)!.map((step, i) => (i > 0 && /^\d+$/.test(step) ? Number(step) : step));
  const [first, ...path] = steps;
  if (first === 'args' || first === 'result' || first === 'error') return { subject: first, name: '', path };
  if (first === 'this' && path.length > 0) return { subject: 'value', name: `this.${path[0]}`, path: path.slice(1) };
  return { subject: 'value', name: String(first), path };
}

function testOf(operator: string, operand: string, text: string): (value: Value) => boolean {
  switch (operator) {
    case 'is':
      return isTest(operand);
    case 'is not': {
      const test = isTest(operand);
      return (value) => !test(value);
    }
    case 'contains': {
      const wanted = literal(operand) ?? operand;
      return (value) => contains(value, wanted);
    }
    case 'matches': {
      const regex = regexOf(operand, text);
      return (value) => textOf(value) !== undefined && regex.test(textOf(value)!);
    }
    default:
      return comparison(operator, literal(operand) ?? operand);
  }
}

function isTest(operand: string): (value: Value) => boolean {
  const exact = literal(operand);
  if (exact !== undefined || operand === 'undefined') return (value) => Object.is(plain(value), exact);
  return (value) => typeOfValue(value) === operand || (isCaptured(value) && value.name === operand);
}

/** A written value; undefined where it is none. */
function literal(text: string): Value {
  if (text === 'NaN') return Number.NaN;
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^[+-]?Infinity$/.test(text)) return Number(text);
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  const quoted = /^(["'])(.*)\1$/s.exec(text);
  return quoted ? quoted[2]! : undefined;
}

function comparison(operator: string, wanted: Value): (value: Value) => boolean {
  return (given) => {
    const value = plain(given);
    if (operator === '=') return Object.is(value, wanted) || (value === 0 && wanted === 0);
    if (operator === '!=') return value !== wanted;
    const comparable =
      (typeof value === 'number' || typeof value === 'bigint') && typeof wanted === 'number'
        ? [value, wanted]
        : typeof value === 'string' && typeof wanted === 'string'
          ? [value, wanted]
          : undefined;
    if (!comparable) return false;
    const [a, b] = comparable as [number, number];
    return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
  };
}

/** Texts that were cut compare by what is there. */
function plain(value: Value): Value {
  return isCaptured(value) && value.type === 'cut string' ? value.name : value;
}

function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (!isCaptured(value)) return undefined;
  if (value.type === 'error') return `${value.name}: ${textOf(value.message) ?? ''}`;
  return value.type === 'cut string' ? value.name : undefined;
}

function contains(value: Value, wanted: Value): boolean {
  const text = textOf(value);
  if (text !== undefined) return text.includes(String(wanted));
  if (!isCaptured(value)) return false;
  const isMember = (item: Value): boolean => Object.is(plain(item), wanted);
  return value.keys.some(isMember) || (value.type !== 'object' && value.items.some(isMember));
}

function regexOf(operand: string, text: string): RegExp {
  const match = /^\/(.*)\/([a-z]*)$/s.exec(operand);
  try {
    return new RegExp(match ? match[1]! : operand, match ? match[2]!.replaceAll(/[gy]/g, '') : '');
  } catch (error) {
    throw storeError('BAD_PREDICATE', `${text} (${(error as Error).message})`, error);
  }
}

/** What lies at the end of a path, as far as it was captured; `missing` where nothing is known of it. */
export function valueAt(value: Value, path: readonly (string | number)[]): { value: Value } | 'missing' {
  let current: Value = value;
  for (const step of path) {
    const next: { value: Value } | 'missing' =
      step === 'length' ? lengthOf(current) : isCaptured(current) ? memberOf(current, step) : 'missing';
    if (next === 'missing') return 'missing';
    current = next.value;
  }
  return { value: current };
}

function lengthOf(value: Value): { value: Value } | 'missing' {
  if (typeof value === 'string') return { value: value.length };
  return isCaptured(value) && value.type !== 'object' ? { value: value.length } : 'missing';
}

function memberOf(owner: Captured, step: string | number): { value: Value } | 'missing' {
  if (owner.type === 'error' && step === 'message') return { value: owner.message };
  const at =
    typeof step === 'number' && owner.keys.length === 0
      ? step
      : owner.keys.findIndex((key) => String(key) === String(step));
  if (at >= 0 && at < owner.items.length) return { value: owner.items[at] };
  return owner.cut === 'none' && owner.type !== 'shallow' && owner.type !== 'proxy' ? { value: undefined } : 'missing';
}
