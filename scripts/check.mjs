// `pnpm check`: format, lint, types and unused code, side by side. A tool that is content prints one line.
import { runTool } from './run-tool.mjs';

/** @type {{ name: string, command: string, args: string[], remedy?: string }[]} */
const TOOLS = [
  { name: 'format', command: 'oxfmt', args: ['--check'], remedy: 'pnpm fix' },
  { name: 'lint', command: 'oxlint', args: ['--deny-warnings'] },
  { name: 'types', command: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'types (format, browser)', command: 'tsc', args: ['-p', 'packages/format/tsconfig.browser.json'] },
  { name: 'unused', command: 'knip', args: ['--no-progress', '--no-config-hints'] },
];

const results = await Promise.all(
  TOOLS.map(async (tool) => ({ tool, result: await runTool(tool.command, tool.args) })),
);
for (const { tool, result } of results) {
  console.log(`${result.ok ? 'ok    ' : 'FAILED'}  ${tool.name.padEnd(24)} ${result.seconds} s`);
}
const failed = results.filter(({ result }) => !result.ok);
for (const { tool, result } of failed) {
  console.log(
    `\n--- ${tool.name}: ${tool.command} ${tool.args.join(' ')}${tool.remedy ? ` (remedy: ${tool.remedy})` : ''}`,
  );
  console.log(result.output.trim());
}
process.exitCode = failed.length > 0 ? 1 : 0;
