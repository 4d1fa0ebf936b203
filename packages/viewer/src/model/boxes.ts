import { FLAME_MERGED, type Flame } from '@execution-cinema/server/protocol';

/** The box of a row at a time, by index; -1 for none. Boxes are sorted by depth, then start. */
export function boxAt(flame: Flame, depth: number, timeNs: number, slackNs: number): number {
  const { depths, startsNs, endsNs } = flame;
  const begin = lowerBound(depths.length, (i) => depths[i]! >= depth);
  const end = lowerBound(depths.length, (i) => depths[i]! > depth);
  let best = -1;
  for (let i = lowerBoundIn(begin, end, (k) => startsNs[k]! > timeNs + slackNs) - 1; i >= begin; i--) {
    if (endsNs[i]! >= timeNs && startsNs[i]! <= timeNs) return i;
    if (best < 0 && endsNs[i]! >= timeNs - slackNs) best = i;
    if (endsNs[i]! < timeNs - slackNs) break;
  }
  return best;
}

function lowerBound(count: number, isPast: (i: number) => boolean): number {
  return lowerBoundIn(0, count, isPast);
}

/** First index in the range for which the condition holds; it holds from there on. */
export function lowerBoundIn(from: number, to: number, isPast: (i: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isPast(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const hues = new Map<string, number>();

/** One colour of eight for a file, so that a file keeps it everywhere. */
export function hueOf(file: string): number {
  let hue = hues.get(file);
  if (hue === undefined) hues.set(file, (hue = hash(file) % 8));
  return hue;
}

function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum >>> 0;
}

export function isMerged(flame: Flame, index: number): boolean {
  return (flame.flags[index]! & FLAME_MERGED) !== 0 && flame.counts[index]! > 1;
}
