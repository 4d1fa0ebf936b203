import type { AnyNode } from 'acorn';
import { isAnonymousDefinition } from '../ast.ts';
import type { Walk } from '../walk.ts';

/** Visits what a pattern evaluates: defaults, computed keys, and the objects of member targets. */
export function visitPattern(walk: Walk, pattern: AnyNode): void {
  switch (pattern.type) {
    case 'Identifier':
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') visitPattern(walk, property.argument);
        else {
          if (property.computed) walk.visit(property.key);
          visitPattern(walk, property.value);
        }
      }
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element !== null) visitPattern(walk, element);
      break;
    case 'RestElement':
      visitPattern(walk, pattern.argument);
      break;
    case 'AssignmentPattern':
      visitPattern(walk, pattern.left);
      if (pattern.left.type === 'Identifier' && isAnonymousDefinition(pattern.right)) walk.hint = pattern.left.name;
      walk.visitBare(pattern.right);
      break;
    default:
      walk.visitBare(pattern);
  }
}
