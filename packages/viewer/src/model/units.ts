/** Durations for people: three digits, the unit that fits. */
export function durationText(ns: number): string {
  const abs = Math.abs(ns);
  if (abs < 1_000) return `${Math.round(ns)} ns`;
  if (abs < 1_000_000) return `${digits(ns / 1_000)} µs`;
  if (abs < 1_000_000_000) return `${digits(ns / 1_000_000)} ms`;
  if (abs < 60_000_000_000) return `${digits(ns / 1_000_000_000)} s`;
  const seconds = Math.round(ns / 1_000_000_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function digits(value: number): string {
  const abs = Math.abs(value);
  return value.toFixed(abs >= 100 ? 0 : abs >= 10 ? 1 : 2);
}

/** By decimals: making one takes longer than all that it will ever write. */
const fixed = Array.from(
  { length: 7 },
  (_, decimals) => new Intl.NumberFormat('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
);
const whole = new Intl.NumberFormat('en');

/** A point in time with as many decimals as `spanNs`, the visible range, makes useful. */
export function timeText(ns: number, spanNs = 1_000_000_000): string {
  const seconds = spanNs >= 10_000_000_000;
  const value = ns / (seconds ? 1_000_000_000 : 1_000_000);
  const step = spanNs / (seconds ? 1_000_000_000 : 1_000_000) / 400;
  const decimals = Math.min(6, Math.max(0, Math.ceil(-Math.log10(Math.max(step, 1e-9)))));
  return `${fixed[decimals]!.format(value)} ${seconds ? 's' : 'ms'}`;
}

export function countText(count: number): string {
  if (count < 10_000) return whole.format(count);
  if (count < 1_000_000) return `${trimmed(count / 1_000)}k`;
  if (count < 1_000_000_000) return `${trimmed(count / 1_000_000)}M`;
  return `${trimmed(count / 1_000_000_000)}G`;
}

function trimmed(value: number): string {
  return value.toFixed(value >= 100 ? 0 : 1).replace(/\.0$/, '');
}

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)} KB`;
  if (bytes < 1024 ** 3) return `${trimmed(bytes / 1024 ** 2)} MB`;
  return `${trimmed(bytes / 1024 ** 3)} GB`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** `2 min ago`; the date when it is long ago. */
export function agoText(iso: string, nowMs: number): string {
  const then = Date.parse(iso);
  if (Number.isNaN(then)) return '';
  const seconds = Math.max(0, Math.round((nowMs - then) / 1000));
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 7 * 86_400) return `${Math.floor(seconds / 86_400)} d ago`;
  return new Date(then).toISOString().slice(0, 10);
}

/** Round positions for a ruler: 1, 2 or 5 times a power of ten, at most `countMax` of them in the range. */
export function ticks(fromNs: number, toNs: number, countMax: number): number[] {
  const span = toNs - fromNs;
  if (!(span > 0) || countMax < 1) return [];
  const raw = span / countMax;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? raw;
  const result: number[] = [];
  for (let at = Math.ceil(fromNs / step) * step; at <= toNs; at += step) result.push(at);
  return result;
}

export function percentText(share: number): string {
  if (share > 0 && share < 0.01) return '< 1 %';
  return `${share > 0.99 && share < 1 ? 99 : Math.round(share * 100)} %`;
}

/** A number in few characters, for the side of a plot. */
export function shortNumber(value: number): string {
  const abs = Math.abs(value);
  if (abs >= 1e9 || (abs > 0 && abs < 1e-3)) return value.toExponential(1);
  if (abs >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (abs >= 1e5) return `${(value / 1e3).toFixed(0)}k`;
  return value.toLocaleString('en', { maximumFractionDigits: 3 });
}
