let free = 5;

/** The number of the seat, or null when all are taken. */
export function sell(name) {
  if (free === 0) return null;
  const seat = free;
  free = free - 1;
  return { number: seat, name };
}
