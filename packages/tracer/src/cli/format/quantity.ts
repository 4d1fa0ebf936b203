/*
 * Numbers for people. Machine output (`--json`) never passes through here: it has nanoseconds and bytes.
 */

const NS_PER = { us: 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9 } as const;

/** A span of nanoseconds with three significant digits: `850 ns`, `12.3 µs`, `1.25 ms`, `3.40 s`, `2 min 5 s`. */
export function formatDuration(ns: number): string {
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  if (ns < 999.5e3) return `${significant(ns / NS_PER.us)} µs`;
  if (ns < 999.5e6) return `${significant(ns / NS_PER.ms)} ms`;
  if (ns < 59.95e9) return `${significant(ns / NS_PER.s)} s`;
  const seconds = Math.round(ns / NS_PER.s);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

function significant(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

/** A time since the recording began, always in milliseconds so that columns of it compare at a glance. */
export function formatTime(ns: number): string {
  return `${(ns / NS_PER.ms).toFixed(3)} ms`;
}

/** `1,234,567`. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `3 calls`, `1 call`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Powers of 1024: `812 B`, `4.0 KB`, `1.2 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 99.95 ? 1 : 0)} ${units[unit]}`;
}

/** How long ago, one unit: `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function formatAge(ms: number): string {
  if (ms < 60_000) return 'just now';
  if (ms < 3600_000) return `${Math.floor(ms / 60_000)} min ago`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3600_000)} h ago`;
  return `${counted(Math.floor(ms / 86_400_000), 'day')} ago`;
}

/** The largest measure of many items (a spread into Math.max fails beyond some ten thousand), at least `least`. */
export function largest<Item>(items: Iterable<Item>, measure: (item: Item) => number, least = 0): number {
  let result = least;
  for (const item of items) result = Math.max(result, measure(item));
  return result;
}
