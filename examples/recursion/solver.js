import { combine, valueOf } from './expression.js';

/**
 * The numbers game: reach the target with + - * / and each number at most once, whole positive numbers only.
 *
 * A hand is the list of expressions still on the table. Two of them are joined into one, and the shorter hand is solved
 * the same way; if that fails, the two go back on the table and the next pair is tried.
 */
export class Solver {
  /** Hands from which the target cannot be reached, by their values. The way that led to a hand does not matter. */
  #deadEnds = new Set();
  #target;

  tried = 0;
  remembered = 0;
  deepest = 0;

  constructor(target) {
    this.#target = target;
  }

  /** Returns an expression that is worth the target, or undefined when there is none. */
  solve(hand, depth = 1) {
    const hit = hand.find((expression) => valueOf(expression) === this.#target);
    if (hit !== undefined) return hit;

    const key = keyOf(hand);
    if (this.#deadEnds.has(key)) {
      this.remembered += 1;
      return undefined;
    }

    this.tried += 1;
    this.deepest = Math.max(this.deepest, depth);
    for (const [left, right, rest] of pairsOf(hand)) {
      for (const joined of joinsOf(left, right)) {
        const solution = this.solve([...rest, joined], depth + 1);
        if (solution !== undefined) return solution;
      }
    }
    this.#deadEnds.add(key);
    return undefined;
  }
}

function keyOf(hand) {
  return hand
    .map(valueOf)
    .sort((a, b) => a - b)
    .join(' ');
}

/** Every choice of two expressions, the larger one first, with the ones that stay on the table. */
function* pairsOf(hand) {
  for (let i = 0; i < hand.length; i += 1) {
    for (let j = i + 1; j < hand.length; j += 1) {
      const rest = hand.filter((_, index) => index !== i && index !== j);
      const inOrder = valueOf(hand[i]) >= valueOf(hand[j]);
      yield inOrder ? [hand[i], hand[j], rest] : [hand[j], hand[i], rest];
    }
  }
}

/** Expects left >= right. Joins that would give nothing new (times 1, minus to 0) are left out. */
function* joinsOf(left, right) {
  const a = valueOf(left);
  const b = valueOf(right);
  yield combine('+', left, right);
  if (a > b) yield combine('-', left, right);
  if (b > 1) {
    yield combine('*', left, right);
    if (a % b === 0) yield combine('/', left, right);
  }
}
