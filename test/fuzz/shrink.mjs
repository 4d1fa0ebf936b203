/** @import { Node } from './tree.mjs' */

/**
 * Makes a tree smaller while `fails` says that it still fails. Lists lose halves, quarters, ... single items; an
 * expression becomes `0` or one of its own parts. Ends at `deadlineMs` (as Date.now()) at the latest.
 * @param {Node} tree @param {(tree: Node) => Promise<boolean>} fails @param {number} deadlineMs @returns {Promise<Node>}
 */
export async function shrink(tree, fails, deadlineMs) {
  let best = tree;
  for (let changed = true; changed && Date.now() < deadlineMs;) {
    changed = false;
    // The paths of the best tree are walked from the top: what is taken away there need not be walked.
    for (let index = 0; index < paths(best).length && Date.now() < deadlineMs; index++) {
      const path = paths(best)[index] ?? [];
      for (const smaller of alternatives(at(best, path))) {
        if (Date.now() >= deadlineMs) break;
        const candidate = replace(best, path, smaller);
        if (await fails(candidate)) {
          best = candidate;
          changed = true;
          index--;
          break;
        }
      }
    }
  }
  return best;
}

/** @param {Node} node @returns {readonly Node[]} */
function children(node) {
  return typeof node === 'string' ? [] : node.kind === 'list' ? node.items : node.parts;
}

/** Ways to every part that can become smaller, outer ones first. @param {Node} node @param {number[]} [path] @returns {number[][]} */
function paths(node, path = []) {
  const own = alternatives(node).length > 0 ? [path] : [];
  return [...own, ...children(node).flatMap((child, index) => paths(child, [...path, index]))];
}

/** @param {Node} node @param {number[]} path @returns {Node} */
function at(node, path) {
  return path.reduce((one, index) => /** @type {Node} */ (children(one)[index]), node);
}

/** @param {Node} node @param {number[]} path @param {Node} by @returns {Node} */
function replace(node, path, by) {
  const [index, ...rest] = path;
  if (index === undefined) return by;
  const changed = children(node).map((child, i) => (i === index ? replace(child, rest, by) : child));
  if (typeof node === 'string') return node;
  return node.kind === 'list' ? { kind: 'list', items: changed } : { kind: node.kind, parts: changed };
}

/** Smaller things that may stand in the place of a node. @param {Node} node @returns {Node[]} */
function alternatives(node) {
  if (typeof node === 'string') return [];
  if (node.kind === 'list') {
    const found = [];
    for (let size = node.items.length; size >= 1; size = size >> 1)
      for (let from = 0; from < node.items.length; from += size)
        found.push({ ...node, items: node.items.toSpliced(from, size) });
    return found;
  }
  if (node.kind === 'statement') return node.parts.filter((part) => typeof part !== 'string' && part.kind === 'list');
  if (node.parts.length === 1 && typeof node.parts[0] === 'string')
    return node.parts[0] === '0' ? [] : [{ kind: 'expression', parts: ['0'] }];
  const inner = node.parts.filter((part) => typeof part !== 'string' && part.kind === 'expression');
  return [{ kind: 'expression', parts: ['0'] }, ...inner];
}
