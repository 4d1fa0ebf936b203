/** How many there are of each kind, as far as that is known. */
export type Counts<Kind extends string> = Partial<Record<Kind, number>>;

/** How many more there are than somebody has seen. Of what nobody has counted before, nothing is new. */
export function newerThan<Kind extends string>(now: Counts<Kind>, seen: Counts<Kind>): Counts<Kind> {
  const more: Counts<Kind> = {};
  for (const kind of Object.keys(now) as Kind[]) {
    const before = seen[kind];
    const count = before === undefined ? 0 : now[kind]! - before;
    if (count > 0) more[kind] = count;
  }
  return more;
}
