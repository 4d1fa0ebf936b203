const NS_OF_UNIT: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  min: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
};

/** Nanoseconds of `1.5s`, `250ms`, `7d`; a bare number is nanoseconds. Returns undefined for anything else. */
export function parseSpan(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-zµ]*)$/.exec(text.trim());
  const factor = match && (match[2] === '' ? 1 : NS_OF_UNIT[match[2]!]);
  return factor ? Math.round(Number(match[1]) * factor) : undefined;
}
