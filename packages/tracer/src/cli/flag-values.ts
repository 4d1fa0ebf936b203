import { parseRange, type TimeRange } from '@execution-cinema/store';
import { UsageError, type FlagValues } from './command.ts';
import { parseSpan } from './format/parse-span.ts';

/** Value of a flag that takes one, or undefined. */
export function textFlag(flags: FlagValues, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

export function isSet(flags: FlagValues, name: string): boolean {
  return flags[name] === true;
}

/** A whole number from 0 up, or undefined when the flag is not given. Throws UsageError for anything else. */
export function countFlag(flags: FlagValues, name: string): number | undefined {
  const text = textFlag(flags, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--${name} wants a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}

/** How many to show: 0 or `all` mean no limit. */
export function limitFlag(flags: FlagValues, defaultLimit: number): number {
  if (textFlag(flags, 'limit') === 'all') return Infinity;
  const limit = countFlag(flags, 'limit') ?? defaultLimit;
  return limit === 0 ? Infinity : limit;
}

/** A span of time in nanoseconds. */
export function spanFlag(flags: FlagValues, name: string): number | undefined {
  const text = textFlag(flags, name);
  if (text === undefined) return undefined;
  const ns = parseSpan(text);
  if (ns === undefined) {
    throw new UsageError(`--${name} wants a time such as 250ms, 1.5s or 7d, not ${JSON.stringify(text)}`);
  }
  return ns;
}

/** For commands that take no argument, or at most `max`. */
export function rejectPositionals(positionals: readonly string[], max = 0): void {
  const extra = positionals[max];
  if (extra !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(extra)}`);
}

/** The span of time of `--range A..B`. */
export function rangeFlag(flags: FlagValues): TimeRange | undefined {
  const text = textFlag(flags, 'range');
  return text === undefined ? undefined : parseRange(text);
}
