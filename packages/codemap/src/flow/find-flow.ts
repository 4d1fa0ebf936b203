/* Goes through the functions of a source in the order in which what they do happens. */
import { parseSource } from '../parse.ts';
import { nodeIn, nodesIn, type SyntaxNode } from '../syntax.ts';
import { visitExpression, visitPattern } from './expressions.ts';
import { FlowBuilder } from './flow-builder.ts';
import { POINT, type FlowNumbers } from './source-flow.ts';
import { visitStatement, visitStatements } from './statements.ts';

/** The flow of a source. Throws SourceSyntaxError. */
export function findFlow(text: string, file: string): FlowNumbers {
  const flow = new FlowBuilder();
  flow.meet(parseSource(text, file).program);
  // Functions are met while others are gone through.
  for (let i = 0; i < flow.met.length; i++) {
    const found = flow.met[i]!;
    flow.function(found, () => visitCode(flow, found.code));
  }
  return flow.finish();
}

function visitCode(flow: FlowBuilder, code: SyntaxNode): void {
  for (const parameter of nodesIn(code, 'params')) visitPattern(flow, parameter);
  const body = nodeIn(code, 'body');
  if (!body) visitStatements(flow, nodesIn(code, 'body'));
  else if (body.type === 'BlockStatement') visitStatement(flow, body);
  else {
    visitExpression(flow, body);
    flow.add(POINT.return, body);
  }
}
