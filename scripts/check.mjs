// `pnpm check`: format, lint, types and unused code, side by side. A tool that is content prints one line.
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ROOT, runTool } from './run-tool.mjs';

/** The examples promise to compile with the TypeScript that users have, not with the newest. */
const TSC_5 = 'packages/tracer/node_modules/typescript/bin/tsc';

/** @type {{ name: string, command: string, args: string[], remedy?: string }[]} */
const TOOLS = [
  { name: 'format', command: 'oxfmt', args: ['--check'], remedy: 'pnpm fix' },
  { name: 'lint', command: 'oxlint', args: ['--deny-warnings'] },
  { name: 'types', command: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'types of format alone', command: 'tsc', args: ['-p', 'packages/format/tsconfig.browser.json'] },
  { name: 'types of the viewer', command: 'tsc', args: ['-p', 'packages/viewer/tsconfig.json'] },
  { name: 'unused', command: 'knip', args: ['--no-progress', '--no-config-hints'] },
  ...readdirSync(join(ROOT, 'examples'))
    .filter((example) => existsSync(join(ROOT, 'examples', example, 'tsconfig.json')))
    .map((example) => ({
      name: `types of examples/${example}`,
      command: process.execPath,
      args: [TSC_5, '-p', `examples/${example}`, '--noEmit'],
    })),
];

let failureReport = '';
const queue = [...TOOLS];
await Promise.all(Array.from({ length: availableParallelism() }, work));

async function work() {
  for (let tool = queue.shift(); tool !== undefined; tool = queue.shift()) {
    const result = await runTool(tool.command, tool.args);
    console.log(`${result.ok ? 'ok    ' : 'FAILED'}  ${tool.name.padEnd(28)} ${result.seconds} s`);
    if (result.ok) continue;
    failureReport += `\n--- ${tool.name}: ${[tool.command, ...tool.args].join(' ')}${tool.remedy ? `   (remedy: ${tool.remedy})` : ''}\n`;
    failureReport += `${result.output.trim()}\n`;
  }
}

if (failureReport !== '') {
  console.log(failureReport);
  process.exitCode = 1;
}
