import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
/** Inside the package, so that the bundles find better-sqlite3. */
const BUNDLES = fileURLToPath(new URL('../../node_modules/.cache/test-bundles', import.meta.url));

/** Folders of the test file that runs; they go with its end. */
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Bundles a source file (path in the package) as a program that any Node runs. Returns the path of the bundle. */
export async function bundle(entry: string): Promise<string> {
  mkdirSync(BUNDLES, { recursive: true });
  const outfile = join(mkdtempSync(join(BUNDLES, 'b-')), 'program.mjs');
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
  folders.push(dirname(outfile));
  return outfile;
}

/** A fresh folder for one test's files. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tracer-store-'));
  folders.push(folder);
  return folder;
}
