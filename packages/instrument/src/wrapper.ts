import type { AnyNode, Program } from 'acorn';
import type { FunctionNode } from './ast.ts';

/**
 * The one function that a script consists of, if it does: tools that load modules through `vm` wrap them so
 * (`(function (exports, require) { ... })`, `({ wrapper: function () { ... } })`, `async (imports) => { ... }`). Its
 * body is the module, and injected variables in it are no globals.
 */
export function wrapperOf(program: Program): FunctionNode | undefined {
  const statements = program.body.filter(
    (statement) =>
      statement.type !== 'EmptyStatement' &&
      !(statement.type === 'ExpressionStatement' && statement.directive !== undefined),
  );
  const [only] = statements;
  if (statements.length !== 1 || only?.type !== 'ExpressionStatement') return undefined;
  const { expression } = only;
  if (expression.type !== 'ObjectExpression') return functionWithBody(expression);
  const [property] = expression.properties;
  return expression.properties.length === 1 && property?.type === 'Property'
    ? functionWithBody(property.value)
    : undefined;
}

function functionWithBody(node: AnyNode): FunctionNode | undefined {
  if (node.type !== 'FunctionExpression' && node.type !== 'ArrowFunctionExpression') return undefined;
  return node.body.type === 'BlockStatement' && !node.generator ? node : undefined;
}
