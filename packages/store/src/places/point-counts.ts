/* How often the points of a function were passed that leave no event: what goes in comes out. */
import type { FunctionFlow } from './function-flow.ts';

/** One way from a point to the next, with how often it was taken, once that is known. */
interface Way {
  from: number;
  to: number;
  count: number | undefined;
}

/**
 * How often each point was passed, from the entry on; undefined where the events do not tell. All of it is undefined where
 * they contradict each other: then the text is not what has run. Only for functions whose calls have all come to an end of
 * their own.
 */
export function pointCounts(
  flow: FunctionFlow,
  calls: number,
  countOf: (site: number) => number | undefined,
): readonly (number | undefined)[] | undefined {
  const { entry, exit } = flow.ends;
  const size = exit - entry + 1;
  const ins: Way[][] = Array.from({ length: size }, () => []);
  const outs: Way[][] = Array.from({ length: size }, () => []);
  const counts: (number | undefined)[] = Array.from({ length: size }, (_, i) => flow.countAt(entry + i, countOf));
  counts[0] = counts[size - 1] = calls;
  for (let from = 0; from < size; from++) {
    for (const next of flow.flow.after(from + entry)) {
      const way: Way = { from, to: next - entry, count: undefined };
      outs[from]!.push(way);
      ins[way.to]!.push(way);
    }
  }
  const open = new Set(counts.keys());
  for (const point of open) {
    open.delete(point);
    const sides = [point === 0 ? [] : ins[point]!, point === size - 1 ? [] : outs[point]!];
    for (const ways of sides) {
      if (ways.length === 0 && !(ways === sides[0] && point > 0)) continue;
      const missing = ways.filter(({ count }) => count === undefined);
      const sum = ways.reduce((total, { count }) => total + (count ?? 0), 0);
      const own = counts[point];
      if (own === undefined) {
        if (missing.length > 0) continue;
        counts[point] = sum;
        open.add(point);
        continue;
      }
      const left = own - sum;
      if (left < 0 || (missing.length === 0 && left > 0)) return undefined;
      if (missing.length !== 1 && left > 0) continue;
      for (const way of missing) {
        way.count = left;
        open.add(way.from).add(way.to);
      }
    }
  }
  return counts;
}
