import { delimiter, join } from 'node:path';
import { ROOT, runTool } from './run-tool.mjs';

/** The command line of this checkout. */
export const TRACER = join(ROOT, 'packages/tracer/bin/tracer.mjs');

/** `npm install` without scripts, for what others have published. */
export const INSTALL = [
  'install',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--legacy-peer-deps',
  '--loglevel=error',
];

/** PATH with the binaries that are installed in `folder`. @param {string} folder */
export function pathOf(folder) {
  return `${join(folder, 'node_modules/.bin')}${delimiter}${process.env['PATH']}`;
}

/**
 * Runs a command in `folder` with `tracer check`. Never rejects: what cannot be told has the verdict `unclear`.
 * @param {string} folder
 * @param {string[]} command
 * @param {{ level: string, timeout: string, env?: Record<string, string> | undefined }} options
 */
export async function checkRecorded(folder, command, { level, timeout, env }) {
  const { stdout, output } = await runTool(
    process.execPath,
    [TRACER, 'check', '--json', '--timeout', timeout, '--level', level, '--', ...command],
    { cwd: folder, env: { ...env, PATH: pathOf(folder) } },
  );
  try {
    return JSON.parse(stdout);
  } catch {
    const why = output.trim();
    return { verdict: 'unclear', why, differences: [], passing: [], unsteady: [], runs: [], recording: null };
  }
}
