/** For each character that was typed, on average. */
const POINTS_MIN = 2;

/**
 * How well a text answers what was typed: characters in order, better at the beginnings of words and in one piece.
 * Undefined: not at all.
 */
function score(typed: string, text: string): number | undefined {
  if (typed === '') return 0;
  const wanted = typed.toLowerCase();
  const lower = text.toLowerCase();
  const whole = lower.indexOf(wanted);
  if (whole >= 0) return 1_000 - whole - text.length / 100 + (whole === 0 || isStart(text, whole) ? 200 : 0);
  let at = -1;
  let points = 0;
  for (const char of wanted) {
    if (char === ' ') continue;
    const next = lower.indexOf(char, at + 1);
    if (next < 0) return undefined;
    points += next === at + 1 ? 8 : isStart(text, next) ? 6 : -Math.min(4, next - at);
    at = next;
  }
  // Letters strewn over a long text are no answer.
  return points < POINTS_MIN * wanted.length ? undefined : points - text.length / 100;
}

function isStart(text: string, index: number): boolean {
  if (index === 0) return true;
  const before = text[index - 1]!;
  const char = text[index]!;
  return /[\s./_\-:(#]/.test(before) || (/[a-z\d]/.test(before) && /[A-Z]/.test(char));
}

/** The best first, at most `max`. */
export function rank<Item>(typed: string, items: readonly Item[], textOf: (item: Item) => string, max: number): Item[] {
  const scored: { item: Item; points: number }[] = [];
  for (const item of items) {
    const points = score(typed, textOf(item));
    if (points !== undefined) scored.push({ item, points });
  }
  scored.sort((a, b) => b.points - a.points);
  return scored.slice(0, max).map(({ item }) => item);
}
