import type { NodeOf, NodeType } from './ast.ts';
import type { Visitor, Walk } from './walk.ts';
import { classVisitors } from './visit/classes.ts';
import { controlVisitors } from './visit/control.ts';
import { expressionVisitors } from './visit/expressions.ts';
import { loopVisitors } from './visit/loops.ts';
import { moduleVisitors } from './visit/modules.ts';

type Visitors = { readonly [T in NodeType]?: (walk: Walk, node: NodeOf<T>) => void };

const all = {
  ...moduleVisitors,
  ...classVisitors,
  ...controlVisitors,
  ...loopVisitors,
  ...expressionVisitors,
} satisfies Visitors;

/** Node type -> what is done with it. Types that are not listed only have their children visited. */
export const VISITORS = all as Readonly<Record<string, Visitor>>;
