import type { AnyNode } from 'acorn';
import { type FunctionKind, SKIPPED_DECLARES_EXPORTS } from '@execution-cinema/format';
import { type FunctionNode, patternIdentifiers } from '../ast.ts';
import type { FunctionInfo } from '../scopes/scope.ts';
import type { Walk } from '../walk.ts';

export type Role =
  | 'function'
  | 'arrow'
  | 'method'
  | 'getter'
  | 'setter'
  | 'constructor'
  | 'derived constructor'
  | 'static block';

export function kindOf(role: Role, { async, generator }: { async: boolean; generator: boolean }): FunctionKind {
  if (role === 'derived constructor') return 'constructor';
  if (!async && !generator) return role;
  const method = role === 'method';
  if (async && generator) return method ? 'async generator method' : 'async generator';
  if (generator) return method ? 'generator method' : 'generator';
  return method ? 'async method' : role === 'arrow' ? 'async arrow' : 'async';
}

/** `this` is part of the entry where it says something. A derived constructor has none before `super()`. */
export function capturesThis(info: FunctionInfo, role: Role): boolean {
  switch (role) {
    case 'method':
    case 'getter':
    case 'setter':
    case 'constructor':
      return true;
    case 'function':
      return info.usesThis;
    default:
      return false;
  }
}

export interface Parameter {
  name: string;
  rest: boolean;
}

/** Names that the body can read; of parameters that share a name, the last. */
export function parameterNames(node: FunctionNode): Parameter[] {
  const names = new Map<string, Parameter>();
  for (const parameter of node.params) {
    const rest = parameter.type === 'RestElement';
    for (const { name } of patternIdentifiers(parameter)) {
      names.delete(name);
      names.set(name, { name, rest: rest && parameter.argument.type === 'Identifier' });
    }
  }
  return [...names.values()];
}

/** Why a function can get no probes, or undefined. */
export function reasonToSkip(walk: Walk, info: FunctionInfo, suspends: boolean): string | undefined {
  if (info.insideWith) return 'inside a with statement';
  if (info.returnsInWith) return 'returns inside a with statement';
  if (isAsm(info.node)) return 'asm.js';
  if (isKeptIntact(walk, info)) return SKIPPED_DECLARES_EXPORTS;
  // Without our finally block nobody would notice that a turn of the event loop ended it by an exception.
  if (suspends && info.needsBareBody) return 'a function of its body shares its name with a variable';
  return undefined;
}

function isKeptIntact(walk: Walk, info: FunctionInfo): boolean {
  if (walk.keptIntact.size === 0) return false;
  for (let func: FunctionInfo | null = info; func !== null; func = func.parent)
    if (walk.keptIntact.has(func.node)) return true;
  return false;
}

function isAsm(node: AnyNode): boolean {
  const { body } = node as { body?: AnyNode | AnyNode[] };
  if (body === undefined || Array.isArray(body) || body.type !== 'BlockStatement') return false;
  const [first] = body.body;
  return first?.type === 'ExpressionStatement' && first.directive === 'use asm';
}

/** What may change the function's variables without a probe. */
export function unseen(info: FunctionInfo): { unseen?: ('eval' | 'with' | 'arguments')[] } {
  const reasons: ('eval' | 'with' | 'arguments')[] = [];
  if (info.hasEval) reasons.push('eval');
  if (info.hasWith) reasons.push('with');
  if (info.aliasesArguments && !info.strict && !info.isArrow) reasons.push('arguments');
  return reasons.length > 0 ? { unseen: reasons } : {};
}
