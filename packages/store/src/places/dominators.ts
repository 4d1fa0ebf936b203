/**
 * By node of a graph, the last node that every way from `start` to it passes (its immediate dominator); -1 for the start and
 * for what cannot be reached. Nodes are numbered from 0; the algorithm is that of Cooper, Harvey and Kennedy.
 */
export function dominators(count: number, start: number, after: (node: number) => Iterable<number>): Int32Array {
  const order = reversePostorder(count, start, after);
  const place = new Int32Array(count).fill(UNREACHED);
  for (const [i, node] of order.entries()) place[node] = i;
  const before: number[][] = Array.from({ length: count }, () => []);
  for (const node of order) for (const next of after(node)) before[next]!.push(node);
  const result = new Int32Array(count).fill(UNREACHED);
  result[start] = start;
  const meet = (a: number, b: number): number => {
    while (a !== b) {
      while (place[a]! > place[b]!) a = result[a]!;
      while (place[b]! > place[a]!) b = result[b]!;
    }
    return a;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const node of order) {
      if (node === start) continue;
      let best = UNREACHED;
      for (const other of before[node]!) {
        if (result[other] !== UNREACHED) best = best === UNREACHED ? other : meet(best, other);
      }
      if (result[node] === best) continue;
      result[node] = best;
      changed = true;
    }
  }
  result[start] = UNREACHED;
  return result;
}

const UNREACHED = -1;

function reversePostorder(count: number, start: number, after: (node: number) => Iterable<number>): number[] {
  const seen = new Uint8Array(count);
  const order: number[] = [];
  const open: { node: number; rest: Iterator<number> }[] = [];
  const enter = (node: number): void => {
    seen[node] = 1;
    open.push({ node, rest: after(node)[Symbol.iterator]() });
  };
  enter(start);
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const { value, done } = top.rest.next();
    if (done === true) order.push(open.pop()!.node);
    else if (!seen[value]) enter(value);
  }
  return order.reverse();
}
