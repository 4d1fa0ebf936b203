import { mkdirSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { interleave, programPath, runOnce, scratchFolder } from '../lib/run-program.mjs';
import { least, median } from '../lib/statistics.mjs';

/** @typedef {import('../run.mjs').Context} Context */
/** @typedef {import('../lib/rows.mjs').Row} Row */

const START_REPEATS = 4;
const COPIES = 20;
const FIRST_HOOKED_VERSION = [22, 15];

/** Start-up and end of a program that does nothing. @param {Context} context @returns {Promise<Row[]>} */
export async function startup({ repeats, nodes, progress }) {
  /** @type {Row[]} */
  const rows = [];
  for (const node of nodes) {
    for (const program of ['empty.cjs', 'empty.mjs']) {
      const runs = await interleave({
        variants: [
          { name: 'plain', node },
          { name: 'recorded', node, tracer: {} },
        ],
        program: programPath(program),
        repeats: repeats * START_REPEATS,
        onRun: progress,
      });
      const plain = runs['plain'] ?? [];
      const recorded = runs['recorded'] ?? [];
      /** @param {(values: number[]) => number} pick */
      const extraMs = (pick) =>
        pick(recorded.map(({ wholeMs }) => wholeMs)) - pick(plain.map(({ wholeMs }) => wholeMs));
      const version = await versionOf(node);
      const cpuMs = median(recorded.map(({ cpuMs: ms }) => ms ?? 0)) - median(plain.map(({ cpuMs: ms }) => ms ?? 0));
      rows.push({
        part: 'startup',
        line: `${version}, ${program}: start and end over plain`,
        unit: 'ms',
        median: extraMs(median),
        best: extraMs(least),
        target: { most: hasSyncHooks(version) ? 80 : 150 },
        note: `plain ${median(plain.map(({ wholeMs }) => wholeMs)).toFixed(0)} ms; ${cpuMs.toFixed(0)} ms more processor time`,
      });
    }
  }
  return rows;
}

/** @param {string} version */
function hasSyncHooks(version) {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  const [hookedMajor = 0, hookedMinor = 0] = FIRST_HOOKED_VERSION;
  return major > hookedMajor || (major === hookedMajor && minor >= hookedMinor);
}

/** @param {string} node */
async function versionOf(node) {
  const { execFileSync } = await import('node:child_process');
  return execFileSync(node, ['-p', 'process.version'], { encoding: 'utf8' }).trim();
}

/**
 * What loading a large project costs, before and after the cache of transformed sources has it: a program that loads
 * many large files whose code is not run. @param {Context} context @returns {Promise<Row[]>}
 */
export async function instrument({ repeats, progress }) {
  const text = readFileSync(createRequire(import.meta.url).resolve('lodash/lodash.js'), 'utf8');
  /** @type {Record<'cold' | 'warm', number[]>} */
  const rates = { cold: [], warm: [] };
  for (let turn = 0; turn < repeats; turn++) {
    progress(`run ${turn + 1} of ${repeats}`);
    const folder = scratchFolder();
    try {
      const { program, megabytes } = writeProject(folder, text, turn);
      /** @param {Record<string, string> | undefined} tracer */
      const loadMs = async (tracer) => {
        const variant = { name: 'load', cwd: folder, ...(tracer === undefined ? {} : { tracer }) };
        const run = await runOnce(variant, program);
        return run.roundsMs[0] ?? Number.NaN;
      };
      const plainMs = await loadMs(undefined);
      rates.cold.push((megabytes * 1000) / ((await loadMs({})) - plainMs));
      rates.warm.push((megabytes * 1000) / ((await loadMs({})) - plainMs));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return [
    {
      part: 'instrument',
      line: 'cold: source compiled, instrumented and loaded',
      unit: 'MB/s',
      median: median(rates.cold),
      best: Math.max(...rates.cold),
      target: { least: 2 },
    },
    {
      part: 'instrument',
      line: 'cache hit: source loaded',
      unit: 'MB/s',
      median: median(rates.warm),
      best: Math.max(...rates.warm),
      target: { least: 20 },
    },
  ];
}

/** @param {string} folder @param {string} text @param {number} turn */
function writeProject(folder, text, turn) {
  mkdirSync(join(folder, 'parts'));
  writeFileSync(join(folder, 'package.json'), '{"name":"large","private":true}\n');
  writeFileSync(join(folder, 'harness.cjs'), readFileSync(programPath('harness.cjs')));
  for (let i = 0; i < COPIES; i++) {
    writeFileSync(
      join(folder, 'parts', `part${i}.js`),
      `// ${turn}.${i}\nmodule.exports = function () {\n${text}\n};\n`,
    );
  }
  const program = join(folder, 'main.cjs');
  writeFileSync(
    program,
    `const { measure } = require('./harness.cjs');\nvoid measure(1, () => {\n  for (let i = 0; i < ${COPIES}; i++) require(\`./parts/part\${i}.js\`);\n});\n`,
  );
  return { program, megabytes: (COPIES * text.length) / 1e6 };
}
