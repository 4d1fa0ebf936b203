import { sep } from 'node:path';
import { TYPESCRIPT_FILE } from './typescript/index.ts';

const nodeModules = `${sep}node_modules${sep}`;

/** TypeScript or JSX that we compile: not that of dependencies, which Node refuses as well. */
export function isTypeScriptOfTheProgram(file: string): boolean {
  return TYPESCRIPT_FILE.test(file) && !file.includes(nodeModules);
}
