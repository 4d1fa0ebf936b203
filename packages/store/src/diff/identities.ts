import type { Comparable, Renames } from './comparable.ts';

/** Names that hold the number under which something goes. */
const IDENTITY_NAME = /^id$|_id$|[a-z0-9]I[dD]$|^seq(uence)?$/;
/** Pairs of numbers that are kept in mind per name. */
const PAIRS_MAX = 100_000;

/** Numbers under which things go, given out in the order in which unrelated things happened to come. */
export function isIdentity(name: string, value: Comparable): value is number {
  return typeof value === 'number' && Number.isInteger(value) && IDENTITY_NAME.test(name);
}

/**
 * Which number of one run is which of the other: what has once been paired stays so, and no number stands for two. So
 * two runs that gave out numbers in another order are the same, and one that mixes two things up is not.
 */
export function pairedIdentities(): Renames {
  const pairs = new Map<string, { toB: Map<number, number>; toA: Map<number, number> }>();
  return (name, a, b) => {
    if (!isIdentity(name, a) || !isIdentity(name, b)) return false;
    let known = pairs.get(name);
    if (!known) pairs.set(name, (known = { toB: new Map(), toA: new Map() }));
    const [other, back] = [known.toB.get(a), known.toA.get(b)];
    if (other !== undefined || back !== undefined) return other === b && back === a;
    if (known.toB.size >= PAIRS_MAX) return false;
    known.toB.set(a, b);
    known.toA.set(b, a);
    return true;
  };
}
