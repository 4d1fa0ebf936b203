import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Bundles a program beside this file the way the tracer is bundled; returns the path of the result, which goes with this
 * process.
 * @param {string} name
 */
export function bundle(name) {
  // esbuild is a dependency of the tracer's package alone.
  const load = createRequire(join(here, '../../packages/tracer/package.json'));
  const { buildSync } = load('esbuild');
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'program.cjs');
  const entryPoints = [join(here, name)];
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', target: 'node20.19' });
  return outfile;
}

/**
 * Runs a bundled program in a process of its own, with the flags of this one.
 * @param {string} program
 * @param {string[]} args
 */
export function run(program, args = []) {
  const { status } = spawnSync(process.execPath, [...process.execArgv, program, ...args], { stdio: 'inherit' });
  process.exitCode ||= status ?? 1;
}
