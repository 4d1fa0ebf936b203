import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

export interface SourceFile {
  file: string;
  text: string;
}

/** JavaScript of an installed package, its own dependencies left out. */
export function sourcesOf(packageName: string, wanted: (file: string) => boolean = () => true): SourceFile[] {
  const root = dirname(require.resolve(`${packageName}/package.json`));
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[cm]?js$/.test(file) && !file.includes('node_modules') && wanted(file))
    .sort()
    .map((file) => ({ file: `${packageName}/${file}`, text: readFileSync(join(root, file), 'utf8') }));
}

/** Leaves out the minified files of prettier, which take minutes to lint, and those that hold its code once more. */
export function readable(file: string): boolean {
  return !/^(?:standalone|plugins|doc)/.test(file);
}
