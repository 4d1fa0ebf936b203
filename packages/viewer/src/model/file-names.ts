import { baseName } from './function-name.ts';

/**
 * Short names of files: `cart.ts`; where others are called the same, as every package has an `index.js`, with as much of
 * the path as tells them apart.
 */
export function shortNames(files: readonly string[]): Map<string, string> {
  const variants = files.map(variantsOf);
  const uses = new Map<string, number>();
  for (const own of variants) for (const name of new Set(own)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return new Map(files.map((file, i) => [file, variants[i]!.find((name) => uses.get(name) === 1) ?? file]));
}

function variantsOf(file: string): string[] {
  const name = baseName(file);
  const inFolder = file.split('/').slice(-2).join('/');
  const inPackage = packageOf(file);
  return [name, inFolder, ...(inPackage === null ? [] : [`${inPackage}/…/${name}`]), file];
}

/** The package of `node_modules` that a file belongs to, with its scope. */
function packageOf(file: string): string | null {
  const parts = file.split('/');
  const at = parts.lastIndexOf('node_modules') + 1;
  const name = at === 0 ? undefined : parts[at];
  if (name === undefined || at >= parts.length - 2) return null;
  return name.startsWith('@') ? `${name}/${parts[at + 1]}` : name;
}
