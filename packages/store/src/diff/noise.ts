import { fileMatcher, functionMatcher } from '../read/match.ts';
import { storeError } from '../errors.ts';
import type { Recording } from '../read/recording.ts';
import type { Site } from '../read/sites.ts';

/*
 * What two runs of the same program never have in common. A text or number that is noise is replaced by a word in
 * angle brackets, the same on both sides; what is left must be equal.
 */

/** Names whose values are random, times or ports by what they are called. */
const RANDOM_NAME = /(^|[_.])(random|rand|nonce|salt|seed)|(Random|Nonce|Salt|Seed)\b/;
const PORT_NAME = /port$/i;
const TIME_NAME = /(^now$|time|date|elapsed|duration|uptime|expires|_at$|At$|ms$|Ms$|ns$|Ns$|hrtime)/i;

/** Milliseconds since 1970 in the years 2001 to 2096. */
const EPOCH_MS = { from: 1e12, to: 4e12 };
/** Ports that the system gives out by itself. */
const FREE_PORTS = { from: 1024, to: 65_535 };

const TEXT_NOISE: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [A-Z0-9][\w ]{4,12} \d{2,4} \d\d:\d\d:\d\d(?: GMT(?:[+-]\d{4})?)?/g, '<time>'],
  [/\b1[0-9]{12}\b/g, '<time>'],
  [/\b\d+(?:\.\d+)? ?(?:ns|µs|us|ms)\b/g, '<duration>'],
  [/((?:localhost|127\.0\.0\.1|\[::1?\]|0\.0\.0\.0)):\d{2,5}\b/g, '$1:<port>'],
  [/(\/(?:tmp|T|Temp)\/[\w.-]*?)[-_.]?[A-Za-z0-9]{6,}(?=\/|$|["' ])/g, '$1<temporary>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,}\b/gi, '<hex>'],
  [/(?<!\d)0\.\d{14,}\b/g, '<random>'],
  // Long words of letters and digits mixed, as random ids are.
  [/\b(?=[\w-]*\d[A-Za-z])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{16,}\b/g, '<id>'],
];

/** Which differences do not count, besides those that two runs always have. */
export interface IgnoreRules {
  names: ((name: string) => boolean)[];
  functions: ((name: string) => boolean)[];
  files: ((file: string) => boolean)[];
  values: RegExp[];
  /** Values of variables, properties and expressions: only calls count. */
  writes: boolean;
  /** All values: only which functions are called counts. */
  allValues: boolean;
  /** Lines of output. */
  logs: boolean;
}

export const IGNORE_HELP = 'name:GLOB, function:GLOB, file:GLOB, value:REGEX, writes, values, logs';

/** Reads rules such as `name:requestId`. Throws BAD_RULE. */
export function parseIgnore(texts: readonly string[]): IgnoreRules {
  const rules: IgnoreRules = {
    names: [],
    functions: [],
    files: [],
    values: [],
    writes: false,
    allValues: false,
    logs: false,
  };
  for (const text of texts) {
    const [, kind, rest] = /^(\w+)(?::(.+))?$/s.exec(text) ?? [];
    if (kind === 'name' && rest) rules.names.push(functionMatcher(rest));
    else if (kind === 'function' && rest) rules.functions.push(functionMatcher(rest));
    else if (kind === 'file' && rest) rules.files.push(fileMatcher(rest));
    else if (kind === 'value' && rest) rules.values.push(regexOf(rest, text));
    else if (text === 'writes') rules.writes = true;
    else if (text === 'values') rules.allValues = true;
    else if (text === 'logs') rules.logs = true;
    else throw storeError('BAD_RULE', text);
  }
  return rules;
}

function regexOf(source: string, text: string): RegExp {
  try {
    return new RegExp(source, 'gu');
  } catch (error) {
    throw storeError('BAD_RULE', `${text} (${(error as Error).message})`, error);
  }
}

/** Code that asks for the time, for chance, or for the process itself. */
const NOISY_CODE =
  /\b(?:Math\.random|random(?:UUID|Bytes|Int)|Date\.now|new Date\(\)|performance\.now|hrtime|process\.(?:pid|ppid|uptime|memoryUsage|cpuUsage))\b/;
/** A longer line is minified: what it says about one of its values is not known. */
const LINE_CHARACTERS_MAX = 300;

/** Takes the noise of one recording out of its values. */
export class Noise {
  private readonly pids: ReadonlySet<number>;
  private readonly roots: readonly string[];
  private readonly rules: IgnoreRules;
  private readonly texts = new Map<string, string>();
  private readonly noisyLines = new Map<string, Set<number>>();

  constructor(recording: Recording, rules: IgnoreRules) {
    this.rules = rules;
    this.pids = new Set(recording.processes().map(({ pid }) => pid));
    const folders = [recording.meta()['root'] ?? '', ...recording.processes().map(({ cwd }) => cwd)];
    this.roots = [...new Set(folders.filter((folder) => folder.length > 1))].sort((a, b) => b.length - a.length);
  }

  /** What is compared in place of a number that `name` holds. */
  number(value: number, name: string): number | string {
    if (this.pids.has(value)) return '<pid>';
    if (value >= EPOCH_MS.from && value <= EPOCH_MS.to) return '<time>';
    if (RANDOM_NAME.test(name)) return '<random>';
    if (TIME_NAME.test(name) && (value > 1e8 || !Number.isInteger(value))) return '<time>';
    if (PORT_NAME.test(name) && value >= FREE_PORTS.from && value <= FREE_PORTS.to) return '<port>';
    return value;
  }

  /** A value that this line of a function's file computes is noise: the line itself asks for the time, or for chance. */
  isNoisyLine({ module, source }: Pick<Site, 'module' | 'source'>, line: number): boolean {
    const key = `${module.id} ${source}`;
    let noisy = this.noisyLines.get(key);
    if (!noisy) {
      noisy = new Set();
      for (const [i, text] of (module.textOf(source) ?? '').split('\n').entries()) {
        if (text.length <= LINE_CHARACTERS_MAX && NOISY_CODE.test(text)) noisy.add(i + 1);
      }
      this.noisyLines.set(key, noisy);
    }
    return noisy.has(line);
  }

  text(value: string): string {
    const known = this.texts.get(value);
    if (known !== undefined) return known;
    let text = value;
    for (const root of this.roots) text = text.replaceAll(root, '<root>');
    for (const pattern of this.rules.values) text = text.replace(pattern, '<ignored>');
    for (const [pattern, word] of TEXT_NOISE) text = text.replace(pattern, word);
    for (const pid of this.pids) if (pid > 99) text = text.replace(new RegExp(`\\b${pid}\\b`, 'g'), '<pid>');
    if (this.texts.size >= TEXTS_MAX) this.texts.clear();
    this.texts.set(value, text);
    return text;
  }
}

/** Texts whose quiet form is remembered. */
const TEXTS_MAX = 20_000;
