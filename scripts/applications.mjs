// `pnpm applications [names...]`: small applications of ours (`scripts/applications`) with the frameworks, loaders and
// runners that people use, installed from npm into a folder outside this checkout, each with `tracer check`: plain, plain
// and recorded at locals. Calls must be found by the lines of their TypeScript.
//
//   --work DIR      where (default: tracer-applications in the temporary folder); what is there already is used again
//   --level L       level of recording
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRecorded, INSTALL, pathOf, TRACER } from './recorded-check.mjs';
import { ROOT, runTool } from './run-tool.mjs';

/**
 * @typedef {object} Application
 * @property {string} name
 * @property {string} folder below `scripts/applications/fixtures`
 * @property {string[][]} [prepare] commands that are not recorded
 * @property {string[]} command
 * @property {{ file: string, function: string, text: string }[]} calls what must be found, and the text with which its
 *   line begins
 */
/** @type {Application[]} */
const APPLICATIONS = JSON.parse(readFileSync(join(ROOT, 'scripts/applications/applications.json'), 'utf8'));
const FIXTURES = join(ROOT, 'scripts/applications/fixtures');
const RUN_TIMEOUT = '10min';
const ENV = { NEXT_TELEMETRY_DISABLED: '1', CI: '1' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    work: { type: 'string', default: join(tmpdir(), 'tracer-applications') },
    level: { type: 'string', default: 'locals' },
  },
});
const chosen = APPLICATIONS.filter(
  ({ name }) => positionals.length === 0 || positionals.some((wanted) => name.includes(wanted)),
);
if (chosen.length === 0) throw new Error(`no application is called ${positionals.join(' ')}`);

let failed = 0;
for (const application of chosen) {
  const folder = join(values.work, application.folder);
  await prepare(application, folder);
  const result = await checkRecorded(folder, application.command, {
    level: values.level,
    timeout: RUN_TIMEOUT,
    env: ENV,
  });
  const missing = result.recording ? await missingCalls(application, folder, result.recording.file) : [];
  const isGood = result.verdict === 'same' && missing.length === 0;
  if (!isGood) failed++;
  const { functions = 0, calls = 0, processes = 0, threads = 0 } = result.recording ?? {};
  console.log(
    `${result.verdict.padEnd(8)} ${application.name}: ${functions} functions, ${calls} calls; ${processes} processes, ${threads} threads${result.why ? `; ${result.why}` : ''}`,
  );
  for (const difference of result.differences.slice(0, 12)) console.log(`         ${JSON.stringify(difference)}`);
  for (const call of missing) console.log(`         no call ${call}`);
  rmSync(join(folder, '.tracer'), { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

/** @param {Application} application @param {string} folder */
async function prepare(application, folder) {
  const isNew = !existsSync(join(folder, 'node_modules'));
  mkdirSync(folder, { recursive: true });
  cpSync(join(FIXTURES, application.folder), folder, { recursive: true });
  const commands = [...(isNew ? [['npm', ...INSTALL]] : []), ...(application.prepare ?? [])];
  for (const [command = '', ...args] of commands) {
    const { ok, output } = await runTool(command, args, { cwd: folder, env: { ...ENV, PATH: pathOf(folder) } });
    if (!ok) throw new Error(`${application.name}: ${command} ${args.join(' ')}\n${output}`);
  }
}

/**
 * Those that are not in the recording, or elsewhere.
 * @param {Application} application @param {string} folder @param {string} recording
 */
async function missingCalls({ calls }, folder, recording) {
  const missing = [];
  for (const { file, function: name, text } of calls) {
    const args = ['calls', '--rec', recording, '--file', file, '--function', name, '--limit', '0', '--json'];
    const { stdout, output } = await runTool(process.execPath, [TRACER, ...args], { cwd: folder });
    /** @type {{ line: number }[]} */
    const found = stdout.startsWith('[') ? JSON.parse(stdout) : [];
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    const line = lines.findIndex((one) => one.trimStart().startsWith(text)) + 1;
    if (found.some((call) => call.line === line)) continue;
    missing.push(`${name} at ${file}:${line}: ${found.map((call) => call.line).join() || output.slice(0, 200)}`);
  }
  return missing;
}
