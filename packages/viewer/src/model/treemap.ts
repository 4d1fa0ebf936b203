export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Rectangles whose areas are as the weights, as square as can be (squarified: Bruls, Huizing, van Wijk 2000). In the order
 * given; the heavy ones should come first.
 */
export function treemap(weights: readonly number[], { x, y, width, height }: Rect): Rect[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const result: Rect[] = weights.map(() => ({ x, y, width: 0, height: 0 }));
  if (total <= 0 || width <= 0 || height <= 0) return result;
  const scale = (width * height) / total;
  const free = { x, y, width, height };
  let begin = 0;
  while (begin < weights.length) {
    const side = Math.min(free.width, free.height);
    let end = begin + 1;
    while (
      end < weights.length &&
      worst(weights, begin, end + 1, scale, side) <= worst(weights, begin, end, scale, side)
    )
      end += 1;
    placeRow(weights, begin, end, scale, free, result);
    begin = end;
  }
  return result;
}

function sumOf(weights: readonly number[], begin: number, end: number): number {
  let sum = 0;
  for (let i = begin; i < end; i++) sum += weights[i]!;
  return sum;
}

/** The least square of a row, as the ratio of its sides. */
function worst(weights: readonly number[], begin: number, end: number, scale: number, side: number): number {
  const area = sumOf(weights, begin, end) * scale;
  const thickness = area / Math.max(side, 1e-9);
  let ratio = 1;
  for (let i = begin; i < end; i++) {
    const length = (weights[i]! * scale) / Math.max(thickness, 1e-9);
    ratio = Math.max(ratio, length / Math.max(thickness, 1e-9), thickness / Math.max(length, 1e-9));
  }
  return ratio;
}

function placeRow(
  weights: readonly number[],
  begin: number,
  end: number,
  scale: number,
  free: Rect,
  result: Rect[],
): void {
  const area = sumOf(weights, begin, end) * scale;
  const isColumn = free.width >= free.height;
  const thickness = area / Math.max(isColumn ? free.height : free.width, 1e-9);
  let offset = 0;
  for (let i = begin; i < end; i++) {
    const length = (weights[i]! * scale) / Math.max(thickness, 1e-9);
    result[i] = isColumn
      ? { x: free.x, y: free.y + offset, width: thickness, height: length }
      : { x: free.x + offset, y: free.y, width: length, height: thickness };
    offset += length;
  }
  if (isColumn) {
    free.x += thickness;
    free.width -= thickness;
  } else {
    free.y += thickness;
    free.height -= thickness;
  }
}
