// `pnpm suites [names...]`: the test suites of real packages, from their repositories, with `tracer check`: plain, plain
// and recorded at locals, their own code included. Each is fetched at one commit into a folder outside this checkout,
// its dependencies installed without their scripts, and run as it stands: nothing is built. Where tests want the built
// package, the folder comes from the release on npm of the same commit.
//
//   --work DIR      where (default: tracer-suites in the temporary folder); what is there already is used again
//   --sources DIR   git repositories `DIR/<owner>+<name>/repo` to take the sources from instead of GitHub
//   --level L       level of recording
//   --report FILE   the results as JSON, added to what the file holds
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRecorded, INSTALL } from './recorded-check.mjs';
import { ROOT } from './run-tool.mjs';

/**
 * @typedef {object} Suite
 * @property {string} repository owner/name
 * @property {string} revision commit
 * @property {string} tests runner and kinds of module, for the table
 * @property {string[]} command
 * @property {{ package: string, folder: string }} [published] a folder that the tests import, of a release (`name@version`)
 * @property {Record<string, string>} [env]
 * @property {number} [node] least major version of Node
 */
/** @type {Suite[]} */
const SUITES = JSON.parse(readFileSync(join(ROOT, 'scripts/suites/suites.json'), 'utf8'));
const RUN_TIMEOUT = '15min';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    work: { type: 'string', default: join(tmpdir(), 'tracer-suites') },
    sources: { type: 'string' },
    level: { type: 'string', default: 'locals' },
    report: { type: 'string' },
  },
});
const nodeMajor = Number(process.versions.node.split('.')[0]);
const chosen = SUITES.filter(
  ({ repository, node = 20 }) =>
    node <= nodeMajor && (positionals.length === 0 || positionals.some((name) => repository.includes(name))),
);
if (chosen.length === 0) throw new Error(`no suite is called ${positionals.join(' ')}`);
mkdirSync(values.work, { recursive: true });

let failed = 0;
for (const suite of chosen) {
  const folder = join(values.work, suite.repository.replace('/', '+'));
  try {
    prepare(suite, folder);
  } catch (error) {
    failed++;
    console.log(`FAILED   ${suite.repository}: ${error instanceof Error ? error.message : error}`);
    continue;
  }
  const { command, env } = suite;
  const result = await checkRecorded(folder, command, { level: values.level, timeout: RUN_TIMEOUT, env });
  if (result.verdict !== 'same') failed++;
  console.log(lineOf(suite, result));
  for (const difference of [...result.differences, ...result.passing].slice(0, 12)) {
    console.log(`         ${JSON.stringify(difference)}`);
  }
  if (values.report !== undefined) addToReport(values.report, suite, result);
  rmSync(join(folder, '.tracer'), { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

/** @param {Suite} suite @param {string} folder */
function prepare({ repository, revision, published }, folder) {
  /** @param {string} command @param {string[]} args */
  const run = (command, ...args) => execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  if (!existsSync(join(folder, 'package.json'))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const source = values.sources
      ? join(values.sources, repository.replace('/', '+'), 'repo')
      : `https://github.com/${repository}.git`;
    run('git', 'init', '--quiet');
    run('git', 'fetch', '--quiet', '--depth', '1', source, revision);
    run('git', 'checkout', '--quiet', 'FETCH_HEAD');
  }
  if (existsSync(join(folder, 'node_modules'))) return;
  // Settings and locked versions of the package belong to its own registry and its own Node.
  for (const file of ['.npmrc', 'package-lock.json']) rmSync(join(folder, file), { force: true });
  if (published !== undefined) {
    const release = join(folder, '.tracer-release');
    run('npm', ...INSTALL, '--no-save', '--prefix', release, published.package);
    const name = published.package.slice(0, published.package.lastIndexOf('@'));
    cpSync(join(release, 'node_modules', name, published.folder), join(folder, published.folder), { recursive: true });
    rmSync(release, { recursive: true, force: true });
  }
  run('npm', ...INSTALL);
}

/** @param {Suite} suite @param {any} result */
function lineOf({ repository, tests }, { verdict, why, runs, recording, unsteady }) {
  const plain = runs[0]?.tests;
  const counts = plain ? `${plain.passed} passed, ${plain.failed} failed` : (runs[0]?.end ?? '');
  const calls = recording ? `${recording.functions} functions, ${recording.calls} calls` : 'nothing recorded';
  const processes = recording ? `${recording.processes} processes, ${recording.threads} threads` : '';
  const noise = unsteady.length > 0 ? `, ${unsteady.length} unsteady` : '';
  return `${verdict.padEnd(8)} ${repository} (${tests}): ${counts}; ${calls}; ${processes}${noise}${why ? `; ${why}` : ''}`;
}

/** @param {string} file @param {Suite} suite @param {any} result */
function addToReport(file, { repository, revision, tests }, result) {
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  report[repository] = { revision, tests, node: process.version, level: values.level, ...result };
  writeFileSync(file, JSON.stringify(report, null, 1));
}
