import { existsSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { quietly } from './quietly.ts';
import { sourceFileFor } from './resolve/source-file.ts';
import { TYPESCRIPT_FILE } from './typescript/index.ts';

const nodeModules = `${sep}node_modules${sep}`;

/** TypeScript or JSX that we compile: not that of dependencies, which Node refuses as well. */
export function isTypeScriptOfTheProgram(file: string): boolean {
  return TYPESCRIPT_FILE.test(file) && !file.includes(nodeModules);
}

/** Relative specifiers of static and dynamic imports, as far as a look at the text tells. */
const RELATIVE_IMPORT = /(?:\bfrom|\bimport\s*\(?)\s*(['"])(\.{1,2}\/[^'"?#\n]+)\1/g;

/** Whether a JavaScript file imports something that only TypeScript's rules find, or Node cannot load. */
export function importsTypeScript(source: string, file: string): boolean {
  if (file.includes(nodeModules)) return false;
  for (const [, , specifier = ''] of source.matchAll(RELATIVE_IMPORT)) {
    if (TYPESCRIPT_FILE.test(specifier)) return true;
    const path = resolve(dirname(file), specifier);
    if (!existsSync(path) && quietly(() => sourceFileFor(path, { javascript: false })) !== undefined) return true;
  }
  return false;
}
