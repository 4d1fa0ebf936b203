// What recording a call costs: fib(32) plain and at level boundaries, with a stand-in for the recorder that advances the
// tick every millisecond and gives full slots back at once. Prints nanoseconds per call and bytes per call.
// Run on a quiet machine: `node bench/runtime/fib.mjs`. `--trace-opt --trace-deopt` show whether the probes are inlined.
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
// esbuild is a dependency of the tracer's package alone.
const load = createRequire(join(here, '../../packages/tracer/package.json'));
const { buildSync } = load('esbuild');
const out = join(mkdtempSync(join(tmpdir(), 'bench-')), 'fib.cjs');
buildSync({
  entryPoints: [join(here, 'fib-program.ts')],
  outfile: out,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
});
process.exitCode = spawnSync(process.execPath, [...process.execArgv, out], { stdio: 'inherit' }).status ?? 1;
