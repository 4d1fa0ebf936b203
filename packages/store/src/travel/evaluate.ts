import { nodeIn, nodesIn, textIn, type SyntaxNode } from '@execution-cinema/codemap';
import { captured, isCaptured, type Captured, type Value } from '@execution-cinema/format';
import { callMethod, callNative } from './natives.ts';

/*
 * Expressions over recorded values: what can be said without running any code of the program. Everything else is
 * `Unknown`, with the reason.
 */

/** The value of an expression is not known. */
export class Unknown extends Error {}

/** An optional chain came to nothing. */
class ChainEnd extends Unknown {}

/** Deepest nesting of an expression. */
const DEPTH_MAX = 100;

export interface Scope {
  /** Value of a variable. Throws Unknown. */
  variable(name: string): Value;
  /** Value of `this`. Throws Unknown. */
  this(): Value;
}

/** Value of an expression. Throws Unknown when it does not follow from what was recorded. */
export function evaluate(node: SyntaxNode, scope: Scope, depth = 0): Value {
  if (depth > DEPTH_MAX) throw new Unknown('the expression is nested too deep');
  const of = (inner: SyntaxNode | undefined): Value => {
    if (!inner) throw new Unknown('a part of the expression is missing');
    return evaluate(inner, scope, depth + 1);
  };
  switch (node.type) {
    case 'Literal':
      return literal(node);
    case 'Identifier':
      return identifier(textIn(node, 'name')!, scope);
    case 'ThisExpression':
      return scope.this();
    case 'ChainExpression':
      try {
        return of(nodeIn(node, 'expression'));
      } catch (error) {
        if (error instanceof ChainEnd) return undefined;
        throw error;
      }
    case 'ParenthesizedExpression':
    case 'TSNonNullExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
      return of(nodeIn(node, 'expression'));
    case 'MemberExpression': {
      const object = of(nodeIn(node, 'object'));
      if (node['optional'] === true && (object === undefined || object === null)) throw new ChainEnd();
      return member(object, keyOf(node, of));
    }
    case 'CallExpression':
      return call(node, of);
    case 'TemplateLiteral':
      return template(node, of);
    case 'UnaryExpression':
      return unary(textIn(node, 'operator')!, of(nodeIn(node, 'argument')));
    case 'BinaryExpression':
      return binary(textIn(node, 'operator')!, of(nodeIn(node, 'left')), of(nodeIn(node, 'right')));
    case 'LogicalExpression': {
      const left = of(nodeIn(node, 'left'));
      const operator = textIn(node, 'operator');
      const takesLeft =
        operator === '??' ? left !== undefined && left !== null : isTruthy(left) === (operator === '||');
      return takesLeft ? left : of(nodeIn(node, 'right'));
    }
    case 'ConditionalExpression':
      return of(nodeIn(node, isTruthy(of(nodeIn(node, 'test'))) ? 'consequent' : 'alternate'));
    case 'ArrayExpression':
      return makeArray(nodesIn(node, 'elements').map((inner) => of(inner)));
    case 'ObjectExpression':
      return makeObject(node, of);
    default:
      throw new Unknown(`${node.type} cannot be evaluated over recorded values`);
  }
}

function literal(node: SyntaxNode): Value {
  const value = node['value'];
  if (node['regex'] !== undefined) return { ...captured('regexp', 0, String(node['raw'] ?? '')) };
  if (typeof node['bigint'] === 'string') return BigInt(node['bigint']);
  return value as Value;
}

function identifier(name: string, scope: Scope): Value {
  if (name === 'undefined') return undefined;
  if (name === 'NaN') return Number.NaN;
  if (name === 'Infinity') return Number.POSITIVE_INFINITY;
  return scope.variable(name);
}

/** Name of a member, static or computed. */
export function keyOf(node: SyntaxNode, of: (inner: SyntaxNode | undefined) => Value): Value {
  const property = nodeIn(node, 'property');
  if (node['computed'] === true) return of(property);
  const name = property && textIn(property, 'name');
  return property?.type === 'Identifier' ? name : `#${name ?? ''}`;
}

/** A property of a recorded value. Throws Unknown where it was not captured. */
function member(object: Value, key: Value): Value {
  if (object === undefined || object === null) throw new Unknown(`${String(object)} has no properties`);
  if (typeof object === 'string') return ofString(object, key);
  if (!isCaptured(object)) throw new Unknown(`a property of a ${typeof object}`);
  const name = String(isCaptured(key) ? key.name : key);
  switch (object.type) {
    case 'array':
    case 'binary':
      return element(object, name);
    case 'map':
    case 'set':
      if (name === 'size') return object.length;
      throw new Unknown(`${name} of a ${object.type}`);
    case 'cut string':
      if (name === 'length') return object.length;
      throw new Unknown('the string was cut');
    case 'error':
      if (name === 'message') return object.message;
      if (name === 'name') return object.name;
      return own(object, name);
    case 'function':
      if (name === 'name') return object.name.replace(/^class /, '');
      return own(object, name);
    case 'object':
      return own(object, name);
    default:
      throw new Unknown(
        `${name} of something of which only ${object.type === 'shallow' ? 'its identity' : object.type} is known`,
      );
  }
}

function own(object: Captured, name: string): Value {
  const at = object.keys.findIndex((key) => String(isCaptured(key) ? key.name : key) === name);
  if (at >= 0) {
    const value = object.items[at];
    if (isCaptured(value) && value.type === 'getter') throw new Unknown(`${name} is a getter`);
    return value;
  }
  if (name === 'constructor' && object.name !== '') return captured('function', 0, `class ${object.name}`);
  if (object.cut !== 'none' || object.type !== 'object') throw new Unknown(`${name} was not captured`);
  if (object.name !== 'Object' && object.name !== '') throw new Unknown(`${name} may come from the class`);
  return undefined;
}

function element(object: Captured, name: string): Value {
  if (name === 'length') return object.length;
  const index = Number(name);
  if (!Number.isInteger(index) || index < 0) throw new Unknown(`${name} of an array`);
  if (index < object.items.length) {
    const value = object.items[index];
    return isCaptured(value) && value.type === 'hole' ? undefined : value;
  }
  if (index >= object.length) return undefined;
  throw new Unknown(`element ${index} was not captured`);
}

function ofString(string: string, key: Value): Value {
  if (key === 'length') return string.length;
  const index = Number(key);
  if (Number.isInteger(index)) return string[index];
  throw new Unknown(`${String(key)} of a string`);
}

function call(node: SyntaxNode, of: (inner: SyntaxNode | undefined) => Value): Value {
  const callee = nodeIn(node, 'callee')!;
  const args = (): Value[] => nodesIn(node, 'arguments').map((argument) => of(argument));
  if (callee.type === 'Identifier') return callNative(textIn(callee, 'name')!, args());
  if (callee.type !== 'MemberExpression') throw new Unknown('a call of the program');
  const object = nodeIn(callee, 'object')!;
  const method = String(keyOf(callee, of));
  if (object.type === 'Identifier') {
    const name = `${textIn(object, 'name')}.${method}`;
    if (STATIC.test(name)) return callNative(name, args());
  }
  const target = of(object);
  if (callee['optional'] === true && (target === undefined || target === null)) throw new ChainEnd();
  return callMethod(target, method, args());
}

const STATIC = /^(?:Math|JSON|Object|Array|Number|String)\./;

function template(node: SyntaxNode, of: (inner: SyntaxNode | undefined) => Value): Value {
  const quasis = nodesIn(node, 'quasis');
  const values = nodesIn(node, 'expressions').map((expression) => text(of(expression)));
  return quasis.map((quasi, i) => `${(quasi['value'] as { cooked: string }).cooked}${values[i] ?? ''}`).join('');
}

function unary(operator: string, value: Value): Value {
  switch (operator) {
    case '!':
      return !isTruthy(value);
    case '-':
      return typeof value === 'bigint' ? -value : -number(value);
    case '+':
      return number(value);
    case '~':
      return ~number(value);
    case 'typeof':
      return typeOf(value);
    case 'void':
      return undefined;
    default:
      throw new Unknown(`operator ${operator}`);
  }
}

/** What `typeof` says. */
function typeOf(value: Value): string {
  if (!isCaptured(value)) return value === null ? 'object' : typeof value;
  if (value.type === 'cut string') return 'string';
  if (value.type === 'redacted' || value.type === 'unreadable') throw new Unknown(`the value is ${value.type}`);
  return value.type === 'symbol' || value.type === 'function' ? value.type : 'object';
}

function binary(operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case '===':
      return isSame(left, right);
    case '!==':
      return !isSame(left, right);
    case '==':
      return isLoose(left, right);
    case '!=':
      return !isLoose(left, right);
    case '+':
      if (typeof left === 'bigint' && typeof right === 'bigint') return left + right;
      return isTextual(left) || isTextual(right) ? text(left) + text(right) : number(left) + number(right);
    case 'in':
      if (isCaptured(right) && right.type === 'object' && right.cut === 'none') return right.keys.includes(left);
      throw new Unknown('operator in');
    case 'instanceof':
      if (isCaptured(left) && isCaptured(right) && right.name.replace(/^class /, '') === left.name) return true;
      throw new Unknown('classes that a value inherits from');
    default:
      return arithmetic(operator, left, right);
  }
}

function arithmetic(operator: string, left: Value, right: Value): Value {
  const textual = isTextual(left) && isTextual(right);
  const compare = COMPARE[operator];
  if (compare) return textual ? compare(text(left), text(right)) : compare(numeric(left), numeric(right));
  const compute = COMPUTE[operator];
  if (!compute) throw new Unknown(`operator ${operator}`);
  if (typeof left === 'bigint' || typeof right === 'bigint') throw new Unknown('arithmetic of bigints');
  return compute(number(left), number(right));
}

type Comparable = number | string | bigint;
const COMPARE: Readonly<Record<string, (a: Comparable, b: Comparable) => boolean>> = {
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};
const COMPUTE: Readonly<Record<string, (a: number, b: number) => number>> = {
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
};

export function isTruthy(value: Value): boolean {
  if (!isCaptured(value)) return Boolean(value);
  if (value.type === 'redacted' || value.type === 'unreadable') throw new Unknown(`the value is ${value.type}`);
  return true;
}

/** `===` over recorded values: objects are the same when their identity is. */
export function isSame(left: Value, right: Value): boolean {
  if (!isCaptured(left) || !isCaptured(right)) return left === right;
  if (left.type === 'redacted' && right.type === 'redacted') return left.name === right.name;
  return left.id !== 0 && left.id === right.id;
}

function isLoose(left: Value, right: Value): boolean {
  if (left === undefined || left === null) return right === undefined || right === null;
  if (right === undefined || right === null) return false;
  if (typeof left === typeof right || isCaptured(left) || isCaptured(right)) return isSame(left, right);
  return number(left) === number(right);
}

function isTextual(value: Value): boolean {
  return typeof value === 'string' || (isCaptured(value) && value.type !== 'date');
}

function numeric(value: Value): number | bigint {
  return typeof value === 'bigint' ? value : number(value);
}

export function number(value: Value): number {
  if (isCaptured(value)) {
    if (value.type === 'date') return value.time;
    throw new Unknown(`${value.type} as a number`);
  }
  if (typeof value === 'bigint') throw new Unknown('a bigint as a number');
  return Number(value);
}

/** What a value is in a text. */
export function text(value: Value): string {
  if (!isCaptured(value)) return String(value);
  if (value.type === 'array' && value.cut === 'none') {
    return value.items.map((item) => (item === undefined || item === null ? '' : text(item))).join(',');
  }
  if (value.type === 'object' && value.name === 'Object') return '[object Object]';
  if (value.type === 'error') return `${value.name}: ${text(value.message)}`;
  throw new Unknown(`${value.type} as text`);
}

export function makeArray(items: Value[]): Captured {
  return { ...captured('array', 0, 'Array'), items, length: items.length };
}

function makeObject(node: SyntaxNode, of: (inner: SyntaxNode | undefined) => Value): Value {
  const result = captured('object', 0, 'Object');
  for (const property of nodesIn(node, 'properties')) {
    const key = nodeIn(property, 'key');
    if (property.type !== 'Property' || !key) throw new Unknown('a spread in an object');
    result.keys.push(property['computed'] === true ? of(key) : (textIn(key, 'name') ?? String(key['value'])));
    result.items.push(of(nodeIn(property, 'value')));
  }
  result.length = result.keys.length;
  return result;
}
