import { build } from 'esbuild';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratchFolder } from '../scratch-folder.ts';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** Inside the package, so that the bundles find better-sqlite3. */
const BUNDLES = fileURLToPath(new URL('../../node_modules/.cache/test-bundles', import.meta.url));

/** Bundles a source file (path in the package) as a program that any Node runs. Returns the path of the bundle. */
export async function bundle(entry: string): Promise<string> {
  mkdirSync(BUNDLES, { recursive: true });
  const outfile = join(scratchFolder(BUNDLES), 'program.mjs');
  await build({
    entryPoints: [join(PACKAGE, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    external: ['better-sqlite3'],
    logLevel: 'error',
  });
  return outfile;
}
