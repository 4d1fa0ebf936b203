import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What the nearest package.json says of `.js` files; `invalid` is for Node to complain about. */
export type PackageType = 'module' | 'commonjs' | 'none' | 'invalid';

const byFolder = new Map<string, PackageType>();

/** Most manifests say nothing of the kind, and are not parsed. */
const MAY_SAY_TYPE = /"type"\s*:\s*"(?:module|commonjs)"/;

/** The "type" in force for a file, read once per folder. Node keeps what it knows about packages to itself. */
export function packageTypeOf(file: string): PackageType {
  return typeOfFolder(dirname(file));
}

function typeOfFolder(folder: string): PackageType {
  let type = byFolder.get(folder);
  if (type === undefined) {
    type = readType(folder);
    byFolder.set(folder, type);
  }
  return type;
}

function readType(folder: string): PackageType {
  if (basename(folder) === 'node_modules') return 'none';
  let text: string;
  try {
    text = readFileSync(join(folder, 'package.json'), 'utf8');
  } catch {
    const parent = dirname(folder);
    return parent === folder ? 'none' : typeOfFolder(parent);
  }
  if (!MAY_SAY_TYPE.test(text)) return 'none';
  try {
    const { type } = JSON.parse(text) as { type?: unknown };
    return type === 'module' || type === 'commonjs' ? type : 'none';
  } catch {
    return 'invalid';
  }
}
