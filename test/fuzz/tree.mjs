/**
 * Programs as trees, so that a shrinker can take parts away: expressions become `0` or one of their own parts, lists
 * lose items. Everything else is text.
 *
 * @typedef {{ kind: 'expression' | 'statement', parts: Node[] }} Piece
 * @typedef {{ kind: 'list', items: Node[] }} List
 * @typedef {string | Piece | List} Node
 */

/** @param {TemplateStringsArray} texts @param {(Node | number)[]} nodes @returns {Node[]} */
function weave(texts, nodes) {
  return texts.flatMap((text, index) => (index < nodes.length ? [text, asNode(nodes[index])] : [text]));
}

/** @param {Node | number | undefined} node @returns {Node} */
function asNode(node) {
  return typeof node === 'object' ? node : String(node);
}

/** An expression, in parentheses of its own where it needs them. @param {TemplateStringsArray} texts @param {(Node | number)[]} nodes @returns {Piece} */
export function x(texts, ...nodes) {
  return { kind: 'expression', parts: weave(texts, nodes) };
}

/** A statement. @param {TemplateStringsArray} texts @param {(Node | number)[]} nodes @returns {Piece} */
export function s(texts, ...nodes) {
  return { kind: 'statement', parts: weave(texts, nodes) };
}

/** Statements or members, one per line. @param {Node[]} items @returns {List} */
export function list(items) {
  return { kind: 'list', items };
}

/** @param {Node} node @returns {string} */
export function render(node) {
  if (typeof node === 'string') return node;
  if (node.kind === 'list') return node.items.map((item) => `\n${render(item)}`).join('') + '\n';
  return node.parts.map(render).join('');
}
