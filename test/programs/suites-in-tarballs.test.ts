import { cpSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CLI, packageFile, run, type Outcome } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/*
 * The test suites that packages ship in their npm tarballs, run plain and recorded with the package's own code and the
 * tests themselves instrumented: what tape prints must be the same, to the byte.
 */

interface Suite {
  readonly name: string;
  /** Folder of tests; the file itself where there is only one. */
  readonly tests: string;
  /** Tests that need what the tarball does not hold. */
  readonly without?: readonly string[];
  /** At least so many assertions pass without us: an empty run would prove nothing. */
  readonly passedMin: number;
}

const SUITES: readonly Suite[] = [
  { name: 'qs', tests: 'test', passedMin: 1_000 },
  { name: 'minimist', tests: 'test', passedMin: 150 },
  {
    name: 'resolve',
    tests: 'test',
    // npm leaves nested node_modules out.
    without: ['pathfilter.js', 'pathfilter_sync.js', 'resolver.js', 'resolver_sync.js', 'subdirs.js'].concat([
      'node_path.js',
      'symlinks.js',
    ]),
    passedMin: 500,
  },
  { name: 'object-inspect', tests: 'test', passedMin: 200 },
  { name: 'deep-equal', tests: 'test', without: ['_tape.js'], passedMin: 600 },
  { name: 'split2', tests: 'test.js', passedMin: 50 },
];

const dir = scratchFolder();

function withoutPid({ stderr, ...outcome }: Outcome): Outcome {
  return { ...outcome, stderr: stderr.replaceAll(/\(node:\d+\)/g, '(node:PID)') };
}

test.each(SUITES)('$name', { timeout: 120_000 }, async ({ name, tests, without = [], passedMin }) => {
  const cwd = join(dir, name);
  // A copy outside of node_modules, where its code is the program's own.
  cpSync(realpathSync(packageFile(name)), cwd, { recursive: true });
  rmSync(join(cwd, 'node_modules'), { recursive: true, force: true });
  symlinkSync(packageFile(''), join(cwd, 'node_modules'));
  const files = tests.endsWith('.js')
    ? [tests]
    : readdirSync(join(cwd, tests))
        .filter((file) => file.endsWith('.js') && !without.includes(file))
        .map((file) => `${tests}/${file}`);
  writeFileSync(join(cwd, 'run-all.js'), files.map((file) => `require('./${file}');\n`).join(''));
  // What the packages of the store have hoisted for each other.
  const env = { NODE_PATH: join(packageFile(''), '../../node_modules/.pnpm/node_modules') };

  const plain = await run(process.execPath, ['run-all.js'], { cwd, env });
  expect(plain.stdout).toMatch(/\n# ok\n/);
  expect(Number(/\n# pass +(\d+)/.exec(plain.stdout)?.[1])).toBeGreaterThan(passedMin);
  const out = join(dir, `${name}.db`);
  const recorded = await run(process.execPath, [CLI, 'run', '--quiet', '-o', out, 'run-all.js'], { cwd, env });
  expect(withoutPid(recorded)).toEqual(withoutPid(plain));

  const query =
    "SELECT count(DISTINCT function_id) functions, count(*) calls FROM calls WHERE file NOT LIKE '%run-all%'";
  const { stdout } = await run(process.execPath, [CLI, 'sql', '--json', '-r', out, query], { cwd });
  const [counts] = JSON.parse(stdout) as { functions: number; calls: number }[];
  expect(counts!.functions).toBeGreaterThan(10);
  expect(counts!.calls).toBeGreaterThan(counts!.functions);
});
