/**
 * Says whether a recorded file is meant: `pattern` is the file as recorded, the end of it (`cart.ts`, `src/cart.ts`) or
 * a glob in which `*` stays within a folder and `**` does not.
 */
export function fileMatcher(pattern: string): (file: string) => boolean {
  const plain = pattern.replaceAll('\\', '/').replace(/^\.\//, '');
  if (!/[*?]/.test(plain)) return (file) => file === plain || file.endsWith(`/${plain}`);
  const regex = globRegex(plain, '/');
  return (file) => regex.test(file);
}

/** Says whether a function is meant: its qualified name, its last part (`total` for `Cart.total`), or a glob of these. */
export function functionMatcher(pattern: string): (name: string) => boolean {
  if (!pattern.includes('*')) return (name) => name === pattern || name.endsWith(`.${pattern}`);
  const regex = globRegex(pattern, '.');
  return (name) => regex.test(name) || regex.test(name.slice(name.lastIndexOf('.') + 1));
}

/** `*` stands for anything but `separator`, `**` for anything, `**` + separator also for nothing. */
function globRegex(glob: string, separator: '/' | '.'): RegExp {
  const other = separator === '/' ? '[^/]' : '[^.]';
  const source = glob.replaceAll(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '**') return '.*';
    if (token === '*') return `${other}*`;
    return token === '?' ? other : `\\${token}`;
  });
  return new RegExp(`^${separator === '/' ? '(?:.*/)?' : ''}${source}$`);
}
