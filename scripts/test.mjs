// `pnpm test [vitest filters]`: build, check, then every test. A failed check does not hide the tests; a failed build does.
// The last line is `N passed, N failed`; a stage that fails counts as one failure.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './run-tool.mjs';

const filters = process.argv.slice(2);
let passedCount = 0;
let failedCount = 0;

/** @param {string} title @param {string} command @param {string[]} args */
async function stage(title, command, args) {
  console.log(`\n== ${title}`);
  const { ok } = await runTool(command, args, { inherit: true });
  return ok;
}

const built = await stage('build', process.execPath, ['packages/tracer/build.mjs']);
if (!built) failedCount++;
if (filters.length === 0 && !(await stage('check', process.execPath, ['scripts/check.mjs']))) failedCount++;
if (built) await runTests();

console.log(`\n${passedCount} passed, ${failedCount} failed`);
process.exitCode = failedCount > 0 ? 1 : 0;

async function runTests() {
  const reportDir = mkdtempSync(join(tmpdir(), 'tracer-test-'));
  const reportFile = join(reportDir, 'counts.json');
  process.env['TEST_COUNTS_FILE'] = reportFile;
  try {
    const ok = await stage('tests', 'vitest', [
      'run',
      '--reporter=default',
      '--reporter=./scripts/count-reporter.mjs',
      ...filters,
    ]);
    const counts = JSON.parse(readFileSync(reportFile, 'utf8'));
    passedCount += counts.passed;
    failedCount += counts.failed;
    // A file that cannot be loaded, or an unhandled rejection, fails the run without failing a test.
    if (!ok && counts.failed === 0) failedCount += 1;
  } catch (error) {
    console.error(`the tests ended without a count: ${error}`);
    failedCount++;
  } finally {
    rmSync(reportDir, { recursive: true, force: true });
  }
}
