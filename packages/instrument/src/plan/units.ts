/*
 * Values that people write in flags, variables and plans. Each parser takes what was written and gives the value, or
 * says what it expected.
 */

export type Parsed<T> = { ok: true; value: T } | { ok: false; expected: string };

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kb: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
  tib: 1024 ** 4,
};

const UNIT_MS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, m: 60_000, min: 60_000 };

function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** `16MB`, `64 KiB`, `1048576`: bytes; units count in 1024s. */
export function parseBytes({ min, max }: { min: number; max: number }): (raw: unknown) => Parsed<number> {
  const expected = `a size from ${formatBytes(min)} to ${formatBytes(max)}, such as "16MB"`;
  return (raw) => {
    const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(written(raw).toLowerCase());
    const unit = match === null ? undefined : UNITS[match[2]!];
    if (match === null || unit === undefined) return { ok: false, expected };
    const bytes = Math.round(Number(match[1]) * unit);
    return bytes >= min && bytes <= max ? parsed(bytes) : { ok: false, expected };
  };
}

/** `20%` or `20`: percent; `none` and `off`: null. */
export function parsePercent(raw: unknown): Parsed<number | null> {
  const text = written(raw).toLowerCase();
  if (raw === null || text === 'none' || text === 'off') return parsed(null);
  const match = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text);
  const percent = match === null ? Number.NaN : Number(match[1]);
  return percent > 0 && percent <= 1000
    ? parsed(percent)
    : { ok: false, expected: 'a percentage above 0% and up to 1000%, such as "20%", or "none"' };
}

/** As `parseBytes`, and `none` or `off` for no limit: null. */
export function parseBytesOrNone(range: { min: number; max: number }): (raw: unknown) => Parsed<number | null> {
  const parse = parseBytes(range);
  return (raw) => {
    if (raw === null || /^(?:none|off|unlimited)$/i.test(written(raw))) return parsed(null);
    const result = parse(raw);
    return result.ok ? result : { ok: false, expected: `${result.expected}, or "none"` };
  };
}

/** `25`, `25ms`, `1s`: whole milliseconds. */
export function parseMilliseconds({ min, max }: { min: number; max: number }): (raw: unknown) => Parsed<number> {
  const expected = `a time from ${min} to ${max} ms, such as "25" or "1s"`;
  return (raw) => {
    const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(written(raw).toLowerCase());
    const unit = match === null ? undefined : UNIT_MS[match[2]!];
    if (match === null || unit === undefined) return { ok: false, expected };
    const ms = Math.round(Number(match[1]) * unit);
    return ms >= min && ms <= max ? parsed(ms) : { ok: false, expected };
  };
}

/** One of a few words; `aliases` gives other spellings. */
export function parseChoice<T extends string>(
  choices: readonly T[],
  aliases: Readonly<Record<string, T>> = {},
): (raw: unknown) => Parsed<T> {
  return (raw) => {
    const text = written(raw);
    const found = choices.find((choice) => choice === text) ?? aliases[text];
    return found === undefined
      ? { ok: false, expected: `one of ${choices.map((choice) => `"${choice}"`).join(', ')}` }
      : parsed(found);
  };
}

/** `1`, `true`, `yes`, `on` and their opposites; a flag without a value is true. */
export function parseBoolean(raw: unknown): Parsed<boolean> {
  if (typeof raw === 'boolean') return parsed(raw);
  const text = written(raw).toLowerCase();
  if (/^(?:1|true|yes|on)$/.test(text)) return parsed(true);
  if (/^(?:0|false|no|off)$/.test(text)) return parsed(false);
  return { ok: false, expected: '"1" or "0"' };
}

/** Words between commas, or an array of words. Commas inside braces belong to a glob. */
export function parseList(raw: unknown): Parsed<string[]> {
  const expected = 'words between commas';
  if (Array.isArray(raw)) {
    return raw.every((item): item is string => typeof item === 'string') ? parsed(raw) : { ok: false, expected };
  }
  if (typeof raw !== 'string') return { ok: false, expected };
  const words: string[] = [];
  let depth = 0;
  let word = '';
  for (const character of raw) {
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (character === ',' && depth <= 0) {
      words.push(word.trim());
      word = '';
    } else word += character;
  }
  words.push(word.trim());
  return parsed(words.filter((item) => item !== ''));
}

/** Names of hosts, `*.` in front for what is below, `*` for all, each with or without a port. */
export function parseHosts(raw: unknown): Parsed<string[]> {
  const expected = 'hosts between commas, such as "localhost:3000, *.internal", without "http://"';
  const list = parseList(raw);
  if (!list.ok) return { ok: false, expected };
  return list.value.every((host) => HOST.test(host)) ? list : { ok: false, expected };
}

const HOST = /^(?:\*|(?:\*\.)?[^\s*/:@[\]]+|\[[\da-f:.%]+\])(?::\d{1,5})?$|^[\da-f]*:[\da-f:.]*:[\da-f:.]*$/i;

export function parseText(raw: unknown): Parsed<string> {
  return typeof raw === 'string' && raw.trim() !== ''
    ? parsed(raw)
    : { ok: false, expected: 'a text that is not empty' };
}

function written(raw: unknown): string {
  return typeof raw === 'string' || typeof raw === 'number' ? String(raw).trim() : '';
}

/** `16MB`; the largest unit that leaves a whole number. */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of [
    ['TB', 1024 ** 4],
    ['GB', 1024 ** 3],
    ['MB', 1024 ** 2],
    ['KB', 1024],
  ] as const) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}B`;
}
