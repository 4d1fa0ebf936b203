// `pnpm test:matrix [majors...]`: the version-sensitive whole-program tests under other Node versions, which come from the
// npm package `node`. Default: 22 24 26.
import { runTool } from './run-tool.mjs';

const TESTS = ['test/versions', 'test/hazards', 'test/loader', 'test/processes', 'test/snapshots'];
const majors = process.argv.slice(2);
let failedCount = 0;
for (const major of majors.length > 0 ? majors : ['22', '24', '26']) {
  const found = await runTool('npx', ['-y', '-p', `node@${major}`, 'node', '-p', 'process.execPath']);
  const node = found.stdout.trim();
  if (!found.ok || node === '') {
    console.error(`node@${major} could not be had from npm:\n${found.output}`);
    failedCount++;
    continue;
  }
  console.log(`\n== node@${major}`);
  const tests = await runTool(node, ['node_modules/vitest/vitest.mjs', 'run', ...TESTS], { inherit: true });
  if (!tests.ok) failedCount++;
}
process.exitCode = failedCount > 0 ? 1 : 0;
