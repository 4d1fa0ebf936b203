/** Lines between two equal stretches that are compared with each other, of one text times of the other. */
const COMPARED_MAX = 1_000_000;

/** Which line of one text is which of another one. */
export interface PairedLines {
  /** Lines of the other text by those of this one, both from 1; 0 where it stands in this one only. */
  others: Int32Array;
  /** Lines of this text by those of the other one. */
  own: Int32Array;
}

/**
 * Pairs the equal lines of two texts in their order, as many as possible. Where there is too much between two equal
 * stretches to be compared, nothing of it is paired.
 */
export function pairLines(ownText: string, otherText: string): PairedLines {
  const [a, b] = [ownText.split('\n'), otherText.split('\n')];
  const pairs: PairedLines = { others: new Int32Array(a.length + 1), own: new Int32Array(b.length + 1) };
  const pair = (i: number, j: number): void => {
    pairs.others[i + 1] = j + 1;
    pairs.own[j + 1] = i + 1;
  };
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) pair(start, start++);
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) pair(--endA, --endB);
  for (const [i, j] of longestCommon(a.slice(start, endA), b.slice(start, endB))) pair(start + i, start + j);
  return pairs;
}

/** Positions of the longest common subsequence of two lists. */
function longestCommon(a: readonly string[], b: readonly string[]): [number, number][] {
  if (a.length * b.length > COMPARED_MAX) return [];
  const width = b.length + 1;
  const lengths = new Int32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const [below, right] = [lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!];
      lengths[i * width + j] = a[i] === b[j] ? 1 + lengths[(i + 1) * width + j + 1]! : Math.max(below, right);
    }
  }
  const found: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) found.push([i++, j++]);
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++;
    else j++;
  }
  return found;
}
