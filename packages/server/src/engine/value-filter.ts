/* Conditions and orders of a table of calls, over the values that the table shows. */
import { isCaptured, valueToText, type Value } from '@execution-cinema/format';
import { decodeValue, type CallView, type CallsParams, type ValueFilter } from '../protocol.ts';

/** No such parameter, property or result. */
const MISSING = Symbol('missing');

/** What a name means in a call: `result`, `error`, a parameter, and a way into it: `cart.items.length`. */
function valueIn(call: CallView, on: string): Value | typeof MISSING {
  const [head, ...path] = on.split('.');
  let value: Value | typeof MISSING;
  if (head === 'result' && !call.arguments.some(({ name }) => name === 'result')) {
    value = call.result ? decodeValue(call.result.value) : MISSING;
  } else if (head === 'error') value = call.exception?.message ?? MISSING;
  else {
    const found = call.arguments.find(({ name }) => name === head);
    value = found ? decodeValue(found.value) : MISSING;
  }
  for (const name of path) value = property(value, name);
  return value;
}

function property(value: Value | typeof MISSING, name: string): Value | typeof MISSING {
  if (typeof value === 'string') return name === 'length' ? value.length : MISSING;
  if (typeof value !== 'object' || value === null || !isCaptured(value)) return MISSING;
  const at = value.keys.indexOf(name);
  if (at >= 0) return value.items[at];
  if (name === 'length' || name === 'size') return value.length;
  if (value.type === 'array' && /^\d+$/.test(name) && Number(name) < value.items.length)
    return value.items[Number(name)];
  return name === 'message' && value.type === 'error' ? value.message : MISSING;
}

/** What somebody typed: JSON, else the text itself. */
function typed(text: string): Value {
  if (text === 'undefined') return undefined;
  if (text === 'NaN') return Number.NaN;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? text : (value as Value);
  } catch {
    return text;
  }
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : valueToText(value);
}

/** Whether a call fulfils a condition. What is not there fulfils only `is missing`. */
export function passes(call: CallView, { on, op, value: text = '' }: ValueFilter): boolean {
  const value = valueIn(call, on);
  if (op === 'is missing') return value === MISSING || value === undefined || value === null;
  if (value === MISSING || typeof value === 'symbol') return false;
  if (op === 'contains') return textOf(value).toLowerCase().includes(text.toLowerCase());
  const wanted = typed(text);
  const isEqual =
    Object.is(value, wanted) || value === wanted || (typeof wanted === 'string' && textOf(value) === wanted);
  if (op === '=') return isEqual;
  if (op === '!=') return !isEqual;
  const order = compare(value, wanted);
  if (order === undefined) return false;
  return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[op];
}

/** Numbers by size, texts by alphabet; undefined where two values have no order. */
function compare(a: Value, b: Value): number | undefined {
  const isNumeric = (value: Value): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';
  if (isNumeric(a) && isNumeric(b)) return a < b ? -1 : a > b ? 1 : a == b ? 0 : undefined;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return undefined;
}

/** Sorts in place; calls that lack what is sorted by stand at the end. */
export function sortCalls(calls: CallView[], { by, descending }: NonNullable<CallsParams['sort']>): void {
  const keys = new Map(calls.map((call) => [call, keyOf(call, by)]));
  const sign = descending ? -1 : 1;
  calls.sort((left, right) => {
    const [a, b] = [keys.get(left)!, keys.get(right)!];
    if (a === MISSING || b === MISSING) return Number(a === MISSING) - Number(b === MISSING);
    if (typeof a === 'symbol' || typeof b === 'symbol') return 0;
    return sign * (compare(a, b) ?? compare(textOf(a), textOf(b)) ?? 0);
  });
}

function keyOf(call: CallView, by: string): Value | typeof MISSING {
  switch (by) {
    case 'start':
      return call.start?.timeNs ?? MISSING;
    case 'duration':
      return call.start && call.end ? call.end.timeNs - call.start.timeNs : MISSING;
    case 'outcome':
      return call.outcome;
    default:
      return valueIn(call, by);
  }
}
