// `pnpm test [vitest filters]`: build, check, then every test. A failed check does not hide the tests; a failed build does.
// The last line is `N passed, N failed`; a stage that fails counts as one failure, and so do temporary files left behind.
import { readFileSync } from 'node:fs';
import { runTool } from './run-tool.mjs';
import { TemporaryFolder } from './temporary-folder.mjs';

const filters = process.argv.slice(2);
let passedCount = 0;
let failedCount = 0;

/** @param {string} title @param {string} command @param {string[]} args @param {Record<string, string>} [env] */
async function stage(title, command, args, env = {}) {
  console.log(`\n== ${title}`);
  const { ok } = await runTool(command, args, { inherit: true, env });
  return ok;
}

const built = await stage('build', process.execPath, ['packages/tracer/build.mjs']);
if (!built) failedCount++;
if (filters.length === 0 && !(await stage('check', process.execPath, ['scripts/check.mjs']))) failedCount++;
if (built) await runTests();

console.log(`\n${passedCount} passed, ${failedCount} failed`);
process.exitCode = failedCount > 0 ? 1 : 0;

async function runTests() {
  const temporary = new TemporaryFolder();
  const countsFile = temporary.file('counts.json');
  // Ctrl-C ends the tests, and this only after them.
  process.once('SIGINT', () => {});
  try {
    const ok = await stage(
      'tests',
      'vitest',
      ['run', '--reporter=default', '--reporter=./scripts/count-reporter.mjs', ...filters],
      { ...temporary.environment, TEST_COUNTS_FILE: countsFile },
    );
    const counts = JSON.parse(readFileSync(countsFile, 'utf8'));
    passedCount += counts.passed;
    failedCount += counts.failed;
    // A file that cannot be loaded, or an unhandled rejection, fails the run without failing a test.
    if (!ok && counts.failed === 0) failedCount += 1;
    const leftovers = temporary.leftovers();
    if (leftovers.length > 0) {
      console.error(`\nleft in the temporary folder: ${leftovers.join(', ')}`);
      failedCount++;
    }
  } catch (error) {
    console.error(`the tests ended without a count: ${error}`);
    failedCount++;
  } finally {
    temporary.remove();
  }
}
