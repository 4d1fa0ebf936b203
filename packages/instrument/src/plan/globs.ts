import picomatch from 'picomatch';

/*
 * Globs of plans and settings, over paths relative to the root with `/`; files outside of the root have absolute paths.
 * `**` alone means everything. A glob whose last part has no wildcard also means what lies below: `src/gen`.
 */

type Matcher = (path: string) => boolean;

/** Compiled globs, by text; a program has a handful. Past this many the memory starts afresh. */
const MATCHERS_MAX = 512;
const matchers = new Map<string, Matcher>();

const EVERYTHING = '**';

/** What is wrong with a glob, or null. */
export function globProblem(glob: string): string | null {
  if (glob.trim() === '') return 'an empty glob matches nothing';
  if (glob.startsWith('!')) return 'a glob cannot begin with "!"; use "exclude"';
  if (/\\(?![[\](){}*?!+@|\\])/.test(glob)) return 'a glob separates folders with "/", not with "\\"';
  if (/(?:^|\/)\*{3,}/.test(glob)) return '"***" means nothing; "**" spans folders';
  if (hasUnclosed(glob)) return 'a bracket is not closed';
  try {
    compile(glob);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether the path matches one of the globs. */
export function matchesGlobs(path: string, globs: readonly string[]): boolean {
  return matchingGlob(path, globs) !== null;
}

/** The first glob that matches the path, or null. */
function matchingGlob(path: string, globs: readonly string[]): string | null {
  return globs.find((glob) => glob === EVERYTHING || compile(glob)(path)) ?? null;
}

/**
 * As `matchingGlob` for globs that choose what to record. Files in node_modules and outside of the root are chosen only
 * by globs that say so: by `**` alone, a glob that names node_modules, an absolute one.
 */
export function choosingGlob(path: string, globs: readonly string[]): string | null {
  const isOutside = isAbsolute(path);
  const isDependency = isInNodeModules(path);
  const may = globs.filter(
    (glob) =>
      glob === EVERYTHING ||
      ((!isOutside || isAbsolute(glob)) && (!isDependency || /(?:^|\/)node_modules(?:\/|$)/.test(glob))),
  );
  return matchingGlob(path, may);
}

/** Whether a part of the path is `node_modules`. */
export function isInNodeModules(path: string): boolean {
  return /(?:^|\/)node_modules\//.test(path);
}

/**
 * Makes a glob that was written in one folder relative to the root. Both folders are absolute with `/`. A glob that
 * leaves the root becomes absolute.
 */
export function rootGlob(glob: string, { base, root }: { base: string; root: string }): string {
  if (glob === EVERYTHING) return glob;
  if (isAbsolute(glob)) return glob.startsWith(`${escaped(root)}/`) ? glob.slice(escaped(root).length + 1) : glob;
  const folder = base.split('/');
  const parts = glob.split('/').filter((part) => part !== '.');
  while (parts[0] === '..' && folder.length > 1) {
    parts.shift();
    folder.pop();
  }
  const from = folder.join('/');
  const tail = parts.join('/');
  if (from === root) return tail === '' || tail === EVERYTHING ? EVERYTHING_BELOW : tail;
  if (from.startsWith(`${root}/`)) return `${escaped(from.slice(root.length + 1))}/${tail}`;
  return `${escaped(from)}/${tail}`;
}

/** `./**` in the root itself: everything below it, which is less than `**` alone. */
const EVERYTHING_BELOW = './**';

function compile(glob: string): Matcher {
  const known = matchers.get(glob);
  if (known !== undefined) return known;
  const trimmed = glob.replace(/^\.\//, '');
  const lastPart = trimmed.slice(trimmed.lastIndexOf('/') + 1);
  const alternatives = lastPart === '' ? [`${trimmed}**`] : [trimmed];
  if (lastPart !== '' && !/[*?[\]{}()!+@]/.test(lastPart)) alternatives.push(`${trimmed}/**`);
  const matcher = picomatch(alternatives, { dot: true, nonegate: true });
  if (matchers.size >= MATCHERS_MAX) matchers.clear();
  matchers.set(glob, matcher);
  return matcher;
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:\//.test(path);
}

/** A folder's own brackets and stars are no wildcards. */
function escaped(folder: string): string {
  return folder.replace(/[[\](){}*?!+@|\\]/g, '\\$&');
}

function hasUnclosed(glob: string): boolean {
  const open: string[] = [];
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at]!;
    if (character === '\\') at++;
    else if (character === '[' || character === '{' || character === '(') open.push(character);
    else if (character === ']' && open.at(-1) === '[') open.pop();
    else if (character === '}' && open.at(-1) === '{') open.pop();
    else if (character === ')' && open.at(-1) === '(') open.pop();
  }
  return open.length > 0;
}
