import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the checkout. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Runs one command in the checkout, with its local binaries on PATH, and never rejects.
 * @param {string} command
 * @param {string[]} args
 * @param {{ inherit?: boolean, cwd?: string, env?: Record<string, string> }} [options] inherit: pass output straight
 *   through instead of collecting it; cwd, env: other than the checkout, more than ours
 * @returns {Promise<{ ok: boolean, stdout: string, output: string, seconds: string }>} output: both streams as they came
 */
export async function runTool(command, args, { inherit = false, cwd = ROOT, env = {} } = {}) {
  const startMs = performance.now();
  const child = spawn(command, args, {
    cwd,
    stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
      PATH: `${join(ROOT, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env['PATH']}`,
      ...env,
    },
    shell: process.platform === 'win32',
  });
  let stdout = '';
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    stdout += text;
    output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const ok = await new Promise((resolve) => {
    child.on('error', (error) => {
      output += `${command}: ${error.message}\n`;
      resolve(false);
    });
    child.on('close', (code) => resolve(code === 0));
  });
  return { ok, stdout, output, seconds: ((performance.now() - startMs) / 1000).toFixed(1) };
}
