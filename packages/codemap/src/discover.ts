import { lstatSync, readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { SOURCE_FILE } from './parse.ts';

export interface Discovery {
  /** Source files, relative to the folder with `/`, sorted. */
  files: string[];
  /** Folders that could not be listed. */
  unreadable: { folder: string; message: string }[];
}

/** Never entered, whatever the ignore files say. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['node_modules', '.git']);

/**
 * Finds the sources below a folder. Ignored is what the `.gitignore` files of the folder, of the folders below it and of
 * those above it in its repository say, and `.git/info/exclude`; a file's being tracked makes no difference, nor do the
 * user's own global rules. Symbolic links are not followed. Throws if `root` is no folder that can be read.
 */
export function discoverSources(root: string): Discovery {
  if (!statSync(root).isDirectory()) throw Object.assign(new Error(`${root} is no folder`), { code: 'ENOTDIR' });
  const top = repositoryOf(root) ?? root;
  const discovery: Discovery = { files: [], unreadable: [] };
  const inside = toSlashes(relative(top, root));
  let rules = withRules(ignore({ ignorecase: false }), join(top, '.git', 'info', 'exclude'), '');
  const above = inside === '' ? [] : inside.split('/').map((_, i, parts) => parts.slice(0, i).join('/'));
  for (const folder of above) rules = withRules(rules, join(top, folder, '.gitignore'), folder);
  // Who asks for an ignored folder wants to see it: the rules of its inside hold.
  if (inside !== '' && rules.ignores(`${inside}/`)) rules = ignore({ ignorecase: false });
  readdirSync(root);
  new Walk(root, inside, discovery).enter('', rules);
  discovery.files.sort();
  return discovery;
}

class Walk {
  readonly #root: string;
  readonly #fromTop: string;
  readonly #discovery: Discovery;

  constructor(root: string, inRepository: string, discovery: Discovery) {
    this.#root = root;
    this.#fromTop = inRepository;
    this.#discovery = discovery;
  }

  /** `folder` is relative to the root, `outerRules` are those of everything above it. */
  enter(folder: string, outerRules: Ignore): void {
    const path = join(this.#root, folder);
    let entries: Dirent[];
    try {
      entries = readdirSync(path, { withFileTypes: true });
    } catch (error) {
      this.#discovery.unreadable.push({ folder, message: (error as Error).message });
      return;
    }
    const hasRules = entries.some((entry) => entry.name === '.gitignore' && entry.isFile());
    const inRepository = joined(this.#fromTop, folder);
    const rules = hasRules ? withRules(outerRules, join(path, '.gitignore'), inRepository) : outerRules;
    for (const entry of entries) {
      const name = joined(folder, entry.name);
      const inTop = joined(this.#fromTop, name);
      if (entry.isDirectory()) {
        if (!SKIPPED_FOLDERS.has(entry.name) && !rules.ignores(`${inTop}/`)) this.enter(name, rules);
      } else if (entry.isFile() && SOURCE_FILE.test(entry.name) && !rules.ignores(inTop)) {
        this.#discovery.files.push(name);
      }
    }
  }
}

/** The next folder above (or at) a path that holds a `.git`, as folder or as file (work trees, submodules). */
function repositoryOf(path: string): string | undefined {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      lstatSync(join(folder, '.git'));
      return folder;
    } catch {
      if (dirname(folder) === folder || basename(folder) === '') return undefined;
    }
  }
}

/** The rules so far and those of one file, which count from `folder` on and win. */
function withRules(rules: Ignore, file: string, folder: string): Ignore {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return rules;
  }
  const patterns = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => movedToTop(line.replace(/\r$/, ''), folder));
  return ignore({ ignorecase: false })
    .add(rules)
    .add(patterns.filter((pattern) => pattern !== ''));
}

/**
 * A pattern as it would stand in the topmost `.gitignore`. All rules thus form one list, in which the last match decides,
 * as git does with the files of several folders.
 */
function movedToTop(line: string, folder: string): string {
  if (line.trim() === '' || line.startsWith('#')) return '';
  if (folder === '') return line;
  const negated = line.startsWith('!');
  const pattern = (negated ? line.slice(1) : line).replace(/^\\(?=[!#])/, '');
  const prefix = `/${folder.replace(/[\\*?[\]!# ]/g, String.raw`\$&`)}`;
  const anchored = /\/(?=.*\S)/.test(pattern.replace(/\/\s*$/, ''));
  return `${negated ? '!' : ''}${prefix}${anchored ? '/' : '/**/'}${pattern.replace(/^\//, '')}`;
}

function joined(folder: string, name: string): string {
  return folder === '' || name === '' ? folder + name : `${folder}/${name}`;
}

function toSlashes(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}
