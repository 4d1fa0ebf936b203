import type { AnyNode } from 'acorn';
import { keyName, type NodeOf } from '../ast.ts';

/*
 * Node finds the names that a CommonJS module exports by scanning its text (cjs-module-lexer). What it recognises must
 * stay as it is. `exports.x =` and `module.exports =` survive a probe round them; the shapes here would not.
 */

const REEXPORT_HELPERS = /^(_interopRequireWildcard|__importStar|__importDefault|_interopRequireDefault)$/;

/** `require('x')`, also inside a helper call of a compiler. */
export function isRequireCall(node: AnyNode): boolean {
  if (node.type !== 'CallExpression' || node.arguments.length === 0) return false;
  const { callee } = node;
  const argument = node.arguments[0]!;
  if (callee.type === 'Identifier' && callee.name === 'require') return argument.type === 'Literal';
  const name =
    callee.type === 'MemberExpression'
      ? keyName(callee.property, callee.computed)
      : callee.type === 'Identifier'
        ? callee.name
        : '';
  return name !== undefined && REEXPORT_HELPERS.test(name) && isRequireCall(argument);
}

const EXPORT_HELPERS = /^__(exportStar|export)$/;

/** `__exportStar(require('x'), exports)` is only seen outside of parentheses. */
export function isExportHelperCall(node: NodeOf<'CallExpression'>): boolean {
  const { callee } = node;
  const name =
    callee.type === 'MemberExpression'
      ? keyName(callee.property, callee.computed)
      : callee.type === 'Identifier'
        ? callee.name
        : '';
  return name !== undefined && EXPORT_HELPERS.test(name);
}

/** Whether the text begins with `require(...)`, as in `module.exports = require('x').y()`. */
export function beginsWithRequire(node: AnyNode): boolean {
  if (isRequireCall(node)) return true;
  if (node.type === 'CallExpression') return beginsWithRequire(node.callee);
  return node.type === 'MemberExpression' && beginsWithRequire(node.object);
}

/** The functions in a call whose text declares exports: getters and the callback of a re-export loop. */
export function functionsOfExportShape(node: NodeOf<'CallExpression'>, source: string): AnyNode[] {
  const { callee } = node;
  if (callee.type !== 'MemberExpression') return [];
  const method = keyName(callee.property, callee.computed);
  if (method === 'defineProperty') return getterOfDefineProperty(node);
  if (method === 'forEach' && isKeysCall(callee.object)) return reexportCallback(node, source);
  return [];
}

function getterOfDefineProperty(node: NodeOf<'CallExpression'>): AnyNode[] {
  const [target, , descriptor] = node.arguments;
  if (target === undefined || !isExportsObject(target) || descriptor?.type !== 'ObjectExpression') return [];
  return descriptor.properties.flatMap((property) =>
    property.type === 'Property' && keyName(property.key, property.computed) === 'get' ? [property.value] : [],
  );
}

function isExportsObject(node: AnyNode): boolean {
  if (node.type === 'Identifier') return node.name === 'exports';
  return node.type === 'MemberExpression' && keyName(node.property, node.computed) === 'exports';
}

function isKeysCall(node: AnyNode): boolean {
  return (
    node.type === 'CallExpression' &&
    node.callee.type === 'MemberExpression' &&
    keyName(node.callee.property, node.callee.computed) === 'keys' &&
    node.callee.object.type === 'Identifier' &&
    node.callee.object.name === 'Object'
  );
}

/** Longest re-export callback that compilers write, in characters. */
const REEXPORT_CALLBACK_MAX = 600;

/** `Object.keys(_x).forEach(function (key) { if (key === "default" ...) ... exports[key] ... })`, as compilers write it. */
function reexportCallback(node: NodeOf<'CallExpression'>, source: string): AnyNode[] {
  const [callback] = node.arguments;
  if (callback?.type !== 'FunctionExpression' || callback.end - callback.start > REEXPORT_CALLBACK_MAX) return [];
  if (callback.body.body[0]?.type !== 'IfStatement') return [];
  const text = source.slice(callback.start, callback.end);
  return text.includes('exports') && /["']default["']/.test(text) ? [callback] : [];
}
