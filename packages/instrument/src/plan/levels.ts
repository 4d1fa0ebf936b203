/** How much of a function is recorded; each level contains the one before. */
export type Level = 'off' | 'boundaries' | 'locals' | 'expressions';

/** The levels in order; the index is the rank that sites and level bytes use. */
export const LEVELS: readonly Level[] = ['off', 'boundaries', 'locals', 'expressions'];

export const DEFAULT_LEVEL: Level = 'locals';

/** 0 for `off` up to 3 for `expressions`. */
export function levelRank(level: Level): number {
  return LEVELS.indexOf(level);
}

export function isLevel(value: unknown): value is Level {
  return (LEVELS as readonly unknown[]).includes(value);
}

/** The level that contains both. */
export function maxLevel(one: Level, other: Level): Level {
  return levelRank(one) >= levelRank(other) ? one : other;
}
