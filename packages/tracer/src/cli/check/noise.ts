import { tmpdir } from 'node:os';

/*
 * What differs between two runs of the same program without meaning anything: times, process ids, ports, temporary
 * folders. Each becomes a word in angle brackets, so that lines of two runs can be compared as they are.
 */

const ANSI = new RegExp(`${'\x1b'}\\[[0-9;?]*[A-Za-z]`, 'g');

const escapeRegExp = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Names below these folders are taken from a counter or at random. */
const TEMPORARY = [...new Set([tmpdir(), '/tmp', '/private/tmp', '/var/folders'])].map(escapeRegExp).join('|');

/** In this order: a date holds a clock time, a time span holds a number. */
const NOISE: readonly (readonly [pattern: RegExp, word: string])[] = [
  [ANSI, ''],
  // The program's own folder may itself be temporary.
  [new RegExp(escapeRegExp(process.cwd()), 'g'), '<cwd>'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?:[A-Z][a-z]{2} \d\d?|\d\d? [A-Z][a-z]{2}) \d{4}\b/g, '<date>'],
  [/\b\d\d?:\d\d:\d\d(?:[.,]\d+)?\b/g, '<time>'],
  // TAP counts tests as they end, and some run at the same time.
  [/^(\s*(?:not )?ok )\d+\b/, '$1<number>'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b0x[0-9a-f]{6,}\b/gi, '<address>'],
  [/\(node:\d+\)/g, '(node:<pid>)'],
  [/(\bpid["']?[ :=#]{1,3})\d+/gi, '$1<pid>'],
  [/(\b(?:localhost|127\.0\.0\.1|0\.0\.0\.0)|\[::1?\]|::1|:::)(:?)\d{2,5}\b/g, '$1$2<port>'],
  [/(\bport["']?[ :=]{1,3})\d{2,5}\b/gi, '$1<port>'],
  [new RegExp(`(?:${TEMPORARY})/[^\\s'"\`:),;]*`, 'g'), '<temporary>'],
  [/("(?:\w*[dD]uration\w*|\w*[tT]ime|timestamp|elapsed)"\s*:\s*)-?[\d.]+(?:e-?\d+)?/g, '$1<time>'],
  [/(\b(?:duration(?:_ms)?|time|elapsed)[:= ]+)[\d.]+/gi, '$1<time>'],
  [/\b\d+(?:[.,]\d+)?\s?(?:ns|µs|μs|us|ms|s|sec|secs|seconds?|m|min|minutes?)\b/g, '<time>'],
  [/<time>s?, estimated <time>s?/g, '<time>'],
  [/\b\d+(?:[.,]\d+)*\s?(?:[KMG]i?B|kB|bytes)\b/g, '<size>'],
  [/\b[\d.,]+\s?(?:ops|req|hz)(?:\/s(?:ec)?)?\b/gi, '<rate>'],
  // `(<time>)` behind the name of a test is printed only when the test was slow; two spans may stand for one.
  [/<time>(?:\s+<time>)+/g, '<time>'],
  [/\s*\((?:<time>|in <time>)\)\s*$/, ''],
  [/([✔✓×✖✕✘].*?)\s+<time>\s*$/, '$1'],
];

/** A line without noise. */
export function withoutNoise(line: string): string {
  let result = line;
  for (const [pattern, word] of NOISE) result = result.replace(pattern, word);
  return result.trimEnd();
}

/** The lines of an output without noise; progress that was drawn over is left out. */
export function quietLines(output: string): string[] {
  const lines = spread(output)
    .split('\n')
    .map((line) => withoutNoise(line.slice(line.trimEnd().lastIndexOf('\r') + 1)));
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A report that is one JSON text gets a line for each of its values. */
function spread(output: string): string {
  if (!/^\s*[{[]/.test(output)) return output;
  try {
    return JSON.stringify(JSON.parse(output), null, 1);
  } catch {
    return output;
  }
}

/** The form of a line: what is left when every number and random-looking word in it may be any other. */
export function formOf(line: string): string {
  return line.replaceAll(/[0-9a-f]*\d[0-9a-f]*/gi, '#').replaceAll(/[A-Za-z]*#[A-Za-z#]*/g, '#');
}
