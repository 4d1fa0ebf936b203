import type { AnyNode, Program } from 'acorn';
import { type FunctionNode, hasDirective, type NodeOf, type NodeType, operandsOf } from '../ast.ts';
import type { SourceType } from '../types.ts';
import { Analyser, type AnalysisVisitor } from './analyser.ts';
import { declaresNames, hoistBlock, hoistBody, hoistUnbracedFunction } from './hoist.ts';
import type { Analysis, FunctionInfo } from './scope.ts';

/** The names that Node's CommonJS wrapper passes in. */
const COMMONJS_PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'] as const;

/** Finds functions and scopes, and which scopes inner functions share. */
export function analyse(program: Program, sourceType: SourceType): Analysis {
  const strict = sourceType === 'module' || hasDirective(program.body, 'use strict');
  const analyser = new Analyser(program, strict, VISITORS as Readonly<Record<string, AnalysisVisitor>>);
  const module = analyser.func;
  if (sourceType === 'commonjs') for (const name of COMMONJS_PARAMETERS) module.scope.declare(name, 'param');
  hoistBody(program.body, module.scope);
  analyser.visitAll(program.body);
  analyser.resolveReferences();
  return { module, functions: analyser.functions, scopes: analyser.scopes };
}

function visitFunction(analyser: Analyser, node: FunctionNode): void {
  const statements = node.body.type === 'BlockStatement' ? node.body.body : null;
  const strict = analyser.func.strict || (statements !== null && hasDirective(statements, 'use strict'));
  const inside = (): void =>
    analyser.inFunction(node, node.type === 'ArrowFunctionExpression', strict, (func) => {
      for (const parameter of node.params) analyser.declarePattern(parameter, 'param');
      if (statements === null) analyser.visit(node.body);
      else {
        hoistBody(statements, func.scope);
        analyser.visitAll(statements);
        if (func.hasEval && !strict) keepBodyBare(func);
      }
    });
  if (node.type === 'FunctionExpression' && node.id != null) withOwnName(analyser, node, node.id.name, inside);
  else inside();
}

/** `eval` may declare a `var` with the name of a function of the body, but not if that function stands in a block. */
function keepBodyBare(func: FunctionInfo): void {
  for (const { kind } of func.scope.variables.values()) if (kind === 'function') func.needsBareBody = true;
}

/** The name that a function expression or a class has inside itself; it cannot be assigned. */
function withOwnName(analyser: Analyser, node: AnyNode, name: string, inside: () => void): void {
  analyser.inScope('pseudo', node, (scope) => {
    scope.declare(name, 'function');
    inside();
  });
}

function visitClass(analyser: Analyser, node: NodeOf<'ClassDeclaration' | 'ClassExpression'>): void {
  const { func } = analyser;
  const outerStrict = func.strict;
  func.strict = true;
  const inside = (): void => {
    if (node.superClass != null) analyser.visit(node.superClass);
    analyser.visitAll(node.body.body);
  };
  if (node.id == null) inside();
  else withOwnName(analyser, node, node.id.name, inside);
  func.strict = outerStrict;
}

/** A field's initializer runs later, like a function, and has its own `this`. */
function visitField(analyser: Analyser, node: NodeOf<'PropertyDefinition'>): void {
  if (node.computed) analyser.visit(node.key);
  const { value } = node;
  if (value != null) analyser.inFunction(node, false, true, () => analyser.visit(value));
}

function visitStaticBlock(analyser: Analyser, node: NodeOf<'StaticBlock'>): void {
  analyser.inFunction(node, false, true, (func) => {
    hoistBody(node.body, func.scope);
    analyser.visitAll(node.body);
  });
}

function visitVariables(analyser: Analyser, node: NodeOf<'VariableDeclaration'>): void {
  if (node.kind === 'await using') markUnseenSuspension(analyser);
  const kind = node.kind === 'await using' ? 'using' : node.kind;
  for (const { id, init } of node.declarations) {
    analyser.declarePattern(id, kind);
    if (init != null) analyser.visit(init);
  }
}

function markUnseenSuspension(analyser: Analyser): void {
  analyser.func.suspendsUnseen = true;
  analyser.func.awaits = true;
}

function visitForIn(analyser: Analyser, node: NodeOf<'ForInStatement' | 'ForOfStatement'>): void {
  if (node.type === 'ForOfStatement' && node.await) markUnseenSuspension(analyser);
  const inside = (): void => {
    analyser.visit(node.left);
    analyser.visit(node.right);
    analyser.visit(node.body);
  };
  const { left } = node;
  if (left.type === 'VariableDeclaration' && left.kind !== 'var') analyser.inScope('for', node, inside);
  else inside();
}

function visitFor(analyser: Analyser, node: NodeOf<'ForStatement'>): void {
  const inside = (): void => analyser.visitAll([node.init ?? null, node.test ?? null, node.update ?? null, node.body]);
  const { init } = node;
  if (init?.type === 'VariableDeclaration' && init.kind !== 'var') analyser.inScope('for', node, inside);
  else inside();
}

type Visitors = { readonly [T in NodeType]?: (analyser: Analyser, node: NodeOf<T>) => void };

/** Node type -> what it means for scopes. Types that are not listed only have their children visited. */
const VISITORS: Visitors = {
  FunctionDeclaration: visitFunction,
  FunctionExpression: visitFunction,
  ArrowFunctionExpression: visitFunction,
  ClassDeclaration: visitClass,
  ClassExpression: visitClass,
  PropertyDefinition: visitField,
  StaticBlock: visitStaticBlock,
  VariableDeclaration: visitVariables,
  ForStatement: visitFor,
  ForInStatement: visitForIn,
  ForOfStatement: visitForIn,
  MethodDefinition(analyser, node) {
    if (node.computed) analyser.visit(node.key);
    analyser.visit(node.value);
  },
  Property(analyser, node) {
    if (node.computed) analyser.visit(node.key);
    analyser.visit(node.value);
  },
  BlockStatement(analyser, node) {
    if (!declaresNames(node.body)) analyser.visitAll(node.body);
    else {
      analyser.inScope('block', node, (scope) => {
        hoistBlock(node.body, scope);
        analyser.visitAll(node.body);
      });
    }
  },
  IfStatement(analyser, node) {
    analyser.visit(node.test);
    for (const branch of [node.consequent, node.alternate]) {
      if (branch == null) continue;
      hoistUnbracedFunction(branch, analyser.scope);
      analyser.visit(branch);
    }
  },
  SwitchStatement(analyser, node) {
    analyser.visit(node.discriminant);
    const statements = node.cases.flatMap(({ consequent }) => consequent);
    if (!declaresNames(statements)) analyser.visitAll(node.cases);
    else {
      analyser.inScope('switch', node, (scope) => {
        hoistBlock(statements, scope);
        analyser.visitAll(node.cases);
      });
    }
  },
  CatchClause(analyser, node) {
    analyser.inScope('catch', node, (scope) => {
      if (node.param != null) analyser.declarePattern(node.param, 'catch');
      hoistBlock(node.body.body, scope);
      analyser.visitAll(node.body.body);
    });
  },
  WithStatement(analyser, node) {
    analyser.func.hasWith = true;
    analyser.visit(node.object);
    analyser.withDepth++;
    analyser.visit(node.body);
    analyser.withDepth--;
  },
  ReturnStatement(analyser, node) {
    if (analyser.withDepth > 0) analyser.func.returnsInWith = true;
    if (node.argument != null) analyser.visit(node.argument);
  },
  AwaitExpression(analyser, node) {
    analyser.func.awaits = true;
    analyser.visit(node.argument);
  },
  Identifier(analyser, node) {
    if (node.name === 'arguments') {
      const func = analyser.thisFunction();
      func.usesArguments = true;
      func.aliasesArguments = true;
    }
    analyser.reference(node.name);
  },
  ThisExpression(analyser) {
    analyser.thisFunction().usesThis = true;
  },
  Super(analyser) {
    analyser.thisFunction().usesThis = true;
  },
  MemberExpression(analyser, node) {
    const { object } = node;
    if (object.type === 'Identifier' && object.name === 'arguments') {
      // Reading one element does not hand the object to others.
      const func = analyser.thisFunction();
      const { aliasesArguments } = func;
      analyser.visit(object);
      func.aliasesArguments = aliasesArguments;
    } else analyser.visit(object);
    if (node.computed) analyser.visit(node.property);
  },
  AssignmentExpression(analyser, node) {
    const { left } = node;
    if (left.type === 'MemberExpression' && left.object.type === 'Identifier' && left.object.name === 'arguments') {
      analyser.thisFunction().aliasesArguments = true;
    }
    analyser.visit(left);
    analyser.visit(node.right);
  },
  BinaryExpression: (analyser, node) => analyser.visitAll(operandsOf(node)),
  CallExpression(analyser, node) {
    if (node.callee.type === 'Identifier' && node.callee.name === 'eval' && !node.optional) {
      for (let func: FunctionInfo | null = analyser.func; func !== null; func = func.parent) func.hasEval = true;
    }
    analyser.visit(node.callee);
    analyser.visitAll(node.arguments);
  },
  LabeledStatement: (analyser, node) => analyser.visit(node.body),
  BreakStatement: () => undefined,
  ContinueStatement: () => undefined,
  MetaProperty: () => undefined,
  ImportDeclaration: () => undefined,
  ExportNamedDeclaration(analyser, node) {
    if (node.declaration != null) analyser.visit(node.declaration);
  },
  ExportAllDeclaration: () => undefined,
};
