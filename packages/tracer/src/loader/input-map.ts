import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/*
 * The source map of prebuilt code: recordings show its original files. Inline ones are part of the text; of external
 * ones a cache key holds time and size.
 */

const COMMENT = '//# sourceMappingURL=';
const INLINE = /^data:application\/json[^,]*?(;base64)?,/;
/** Larger maps are not read. */
const MAP_BYTES_MAX = 64 * 1024 * 1024;
const ORIGINAL_BYTES_MAX = 8 * 1024 * 1024;

interface ReadMap {
  readonly sources: readonly (string | null)[];
  readonly names?: readonly string[];
  readonly mappings: string;
}

export interface OriginalsMap extends ReadMap {
  /** Absolute paths of `sources`; other URLs as they are. */
  readonly files: readonly string[];
  /** Texts of `sources`, from the map or from the files; null where neither has one. */
  readonly texts: readonly (string | null)[];
}

/** What the last comment of the text names; undefined without one. */
export function sourceMapUrl(source: string): string | undefined {
  const at = source.lastIndexOf(COMMENT);
  if (at === -1) return undefined;
  const rest = source.slice(at + COMMENT.length);
  const url = /^\S+/.exec(rest)?.[0];
  // Only blanks and comments may follow, else it stands in a string.
  return url !== undefined && /^(?:\s|\/\*[^*]*\*\/|\/\/.*)*$/.test(rest.slice(url.length)) ? url : undefined;
}

/** Changes when the map of a text does without the text itself changing; empty for inline ones. */
export function sourceMapStamp(source: string, file: string): string {
  const path = externalMap(sourceMapUrl(source), file);
  if (path === undefined) return '';
  try {
    const { mtimeMs, size } = statSync(path);
    return `${mtimeMs}-${size}`;
  } catch {
    return '';
  }
}

/** The source map that a text names, if it can be read and is one with mappings of its own. */
export function readInputMap(source: string, file: string): OriginalsMap | undefined {
  const url = sourceMapUrl(source);
  if (url === undefined) return undefined;
  try {
    const path = externalMap(url, file);
    const text = path === undefined ? inlineMap(url) : externalText(path);
    if (text === undefined) return undefined;
    const map = JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, '')) as ReadMap & {
      sourceRoot?: string;
      sourcesContent?: readonly (string | null)[];
    };
    if (typeof map.mappings !== 'string' || !Array.isArray(map.sources) || map.sources.length === 0) return undefined;
    const base = pathToFileURL(path ?? file);
    const files = map.sources.map((name) => originalFile(name ?? '', map.sourceRoot ?? '', base));
    const texts = files.map((name, i) => map.sourcesContent?.[i] ?? textOfFile(name));
    const { sources, names, mappings } = map;
    return { sources, ...(names ? { names } : {}), mappings, files, texts };
  } catch {
    return undefined;
  }
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Mappings of a text before whose first line so many characters were put: its first column is a difference to 0. */
export function shiftFirstLine(mappings: string, columns: number): string {
  let value = 0;
  let length = 0;
  for (let shift = 0; ; shift += 5) {
    const digit = DIGITS.indexOf(mappings[length] ?? '');
    // An empty first line, or nothing at all.
    if (digit === -1) return mappings;
    length++;
    value += (digit & 31) << shift;
    if ((digit & 32) === 0) break;
  }
  return encodeNumber((value & 1 ? -(value >> 1) : value >> 1) + columns) + mappings.slice(length);
}

function encodeNumber(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  for (; rest >= 32; rest >>>= 5) text += DIGITS[32 + (rest & 31)]!;
  return text + DIGITS[rest]!;
}

function externalMap(url: string | undefined, file: string): string | undefined {
  if (url === undefined || url.startsWith('data:')) return undefined;
  if (url.startsWith('file:')) return fileURLToPath(url);
  if (/^[a-z][a-z\d+.-]+:/i.test(url)) return undefined;
  return resolve(dirname(file), decodeURI(url));
}

function externalText(path: string): string | undefined {
  return statSync(path).size > MAP_BYTES_MAX ? undefined : readFileSync(path, 'utf8');
}

/** What compilers read. A map could name anything that is none of a recording's business. */
const SOURCE_FILE = /\.(?:[cm]?[jt]sx?|vue|svelte|coffee|mdx?)$/;

/** The text of an original as it is on the disk: a map without texts says nothing about their age. */
function textOfFile(file: string): string | null {
  if (!SOURCE_FILE.test(file)) return null;
  try {
    return statSync(file).size > ORIGINAL_BYTES_MAX ? null : readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function inlineMap(url: string): string | undefined {
  const match = INLINE.exec(url);
  if (match === null) return undefined;
  const data = url.slice(match[0].length);
  return match[1] === undefined ? decodeURIComponent(data) : Buffer.from(data, 'base64').toString('utf8');
}

function originalFile(name: string, sourceRoot: string, base: URL): string {
  const root = sourceRoot === '' || sourceRoot.endsWith('/') ? sourceRoot : `${sourceRoot}/`;
  const url = new URL(root + name, base);
  return url.protocol === 'file:' ? fileURLToPath(url) : (bundledFile(root + name, base) ?? root + name);
}

/** `webpack://name/./src/a.ts`, `turbopack:///[project]/src/a.ts`: paths from the folder that was bundled. */
const BUNDLED = /^(?:webpack:\/\/[^/]*\/|turbopack:\/\/\/\[project\]\/)([^?]+)/;

/** The file that a bundler's URL means, if it is there: the bundled folder is taken for that of the package. */
function bundledFile(url: string, base: URL): string | undefined {
  const path = BUNDLED.exec(url)?.[1];
  const folder = path === undefined ? undefined : packageFolder(dirname(fileURLToPath(base)));
  if (folder === undefined) return undefined;
  const file = resolve(folder, path!);
  return existsSync(file) ? file : undefined;
}

function packageFolder(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
    if (at === dirname(at)) return undefined;
  }
}
