/*
 * All of test262 with `test262.ts`, a process per shard, one after another, and the numbers of all of them as the table of
 * docs/TRANSPARENCY.md.
 *
 *   node packages/instrument/test/test262-all.ts CHECKOUT [--shards 24] [flags of test262.ts]
 *
 * Exit code 1 when a program was lost or a shard did not end.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a shard reports: numbers, and objects of numbers. */
interface Numbers {
  [name: string]: number | Numbers;
}

const args = process.argv.slice(2);
const at = args.indexOf('--shards');
const shards = at < 0 ? 24 : Number(args.splice(at, 2)[1]);
const folder = mkdtempSync(join(tmpdir(), 'test262-'));
const total: Numbers = {};
let failed = false;
for (let shard = 0; shard < shards; shard++) {
  const report = join(folder, `${shard}.json`);
  const { status, signal } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      join(import.meta.dirname, 'test262.ts'),
      ...args,
      '--shard',
      `${shard}/${shards}`,
      '--report',
      report,
    ],
    { stdio: 'inherit' },
  );
  if (status !== 0) {
    failed = true;
    console.log(`shard ${shard}/${shards} ended with ${signal ?? status}`);
    if (status !== 1) continue;
  }
  add(total, JSON.parse(readFileSync(report, 'utf8')) as Numbers);
}
rmSync(folder, { recursive: true });

const { perFolder = {}, ...tally } = total as Numbers & {
  perFolder?: Record<string, { passed: number; lost: number }>;
};
console.log('\n| folder | tests that pass plain | lost |\n|---|---|---|');
for (const [name, { passed, lost }] of Object.entries(mergeByFolder(perFolder))) {
  console.log(`| ${name} | ${passed.toLocaleString('en')} | ${lost} |`);
}
console.log(`\n${JSON.stringify(tally)}`);
process.exitCode = failed ? 1 : 0;

function add(sum: Numbers, more: Numbers): void {
  for (const [name, value] of Object.entries(more)) {
    if (typeof value === 'number') sum[name] = ((sum[name] as number | undefined) ?? 0) + value;
    else add((sum[name] ??= {}) as Numbers, value);
  }
}

/** `annexB/language/comments`, `language/expressions`: a row for each. */
function mergeByFolder(folders: Record<string, { passed: number; lost: number }>): typeof folders {
  const rows: typeof folders = {};
  for (const path of Object.keys(folders).sort()) {
    const parts = path.split('/');
    const name = parts.slice(0, parts[0] === 'annexB' ? 3 : 2).join('/');
    add((rows[name] ??= { passed: 0, lost: 0 }) as unknown as Numbers, folders[path] as unknown as Numbers);
  }
  return rows;
}
