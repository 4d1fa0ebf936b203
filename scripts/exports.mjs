// `pnpm exports [packages...]`: what 100 popular npm packages export, by require and by import, plain and recorded with
// every file of theirs instrumented. The lists must be the same: names, their order, kinds, lengths.
//
//   --work DIR    where they are installed (default: tracer-exports in the temporary folder)
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { INSTALL, TRACER } from './recorded-check.mjs';
import { ROOT, runTool } from './run-tool.mjs';

/** Packages of one batch share a process, so that loading a hundred of them stays cheap. */
const BATCH = 10;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { work: { type: 'string', default: join(tmpdir(), 'tracer-exports') } },
});
/** @type {string[]} */
const all = JSON.parse(readFileSync(join(ROOT, 'scripts/exports/packages.json'), 'utf8'));
const packages = positionals.length > 0 ? positionals : all;

mkdirSync(values.work, { recursive: true });
if (!existsSync(join(values.work, 'package.json'))) writeFileSync(join(values.work, 'package.json'), '{}');
const missing = packages.filter((name) => !existsSync(join(values.work, 'node_modules', name)));
if (missing.length > 0) {
  console.log(`installing ${missing.length} packages`);
  const { ok, output } = await runTool('npm', [...INSTALL, ...missing], { cwd: values.work });
  if (!ok) throw new Error(output);
}
copyFileSync(join(ROOT, 'scripts/exports/print-exports.mjs'), join(values.work, 'print-exports.mjs'));

let differing = 0;
let refused = 0;
let functions = 0;
for (let start = 0; start < packages.length; start += BATCH) {
  const batch = packages.slice(start, start + BATCH);
  const script = ['print-exports.mjs', ...batch];
  const plain = await runTool(process.execPath, script, { cwd: values.work });
  const out = join(values.work, 'exports.db');
  for (const suffix of ['', '-wal', '-shm', '.index.db']) rmSync(out + suffix, { force: true });
  const flags = ['--include', '**', '--level', 'boundaries', '--quiet', '--out', out];
  const recorded = await runTool(process.execPath, [TRACER, 'run', ...flags, ...script], { cwd: values.work });
  const info = JSON.parse((await runTool(process.execPath, [TRACER, 'info', out, '--json'])).stdout || '{}');
  functions += info.functions?.instrumented ?? 0;
  const [before, after] = [plain.stdout.split('\n'), recorded.stdout.split('\n')];
  refused += before.filter((line) => line.includes('":["refused:')).length;
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    if (before[index] === after[index]) continue;
    differing++;
    console.log(`differs:\n  plain    ${before[index]?.slice(0, 500)}\n  recorded ${after[index]?.slice(0, 500)}`);
  }
}
console.log(
  `${packages.length} packages by require and import: ${differing} differ, ${refused} loadings are refused alike, ${functions} functions instrumented`,
);
process.exitCode = differing > 0 ? 1 : 0;
