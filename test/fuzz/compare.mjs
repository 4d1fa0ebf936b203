import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { programName, programText } from './program.mjs';

/** @import { Mode } from './context.mjs' */
/** @import { Node } from './tree.mjs' */

/** @typedef {{ seed: number, mode: Mode, tree: Node }} Program */
/** @typedef {'plain' | 'boundaries' | 'locals' | 'expressions'} Way */
/**
 * `places`: the same but for lines and columns in stacks.
 * @typedef {{ seed: number, way: Way, kind: 'behaviour' | 'places', plain: string[], recorded: string[] }} Difference
 */

export const LEVELS = /** @type {const} */ (['boundaries', 'locals', 'expressions']);
const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, '../../packages/tracer/dist');
/** A busy machine may take long. */
const BATCH_TIMEOUT_MS = 180_000;
/** Processes at the same time. */
const PROCESSES = 2;

/** A temporary folder in which batches of programs run, plain and recorded. */
export class Ground {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), 'tracer-fuzz-'));
    mkdirSync(join(this.dir, 'programs'));
    writeFileSync(join(this.dir, 'package.json'), '{}');
    for (const file of ['harness.cjs', 'batch.cjs']) cpSync(join(HERE, 'fixtures', file), join(this.dir, file));
  }

  remove() {
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** The file of a program, written. @param {Program} program */
  write({ seed, mode, tree }) {
    const file = join(this.dir, 'programs', programName(seed, mode));
    writeFileSync(file, programText(mode, tree, join(this.dir, 'harness.cjs')));
    return file;
  }

  /**
   * What each program printed; fewer results than programs when the process did not come to its end.
   * @param {string[]} files @param {Way} way @returns {Promise<{ results: string[][], trouble: string }>}
   */
  async run(files, way) {
    const out = join(this.dir, `${way}.jsonl`);
    rmSync(out, { force: true });
    const recording = this.recording(way);
    for (const end of ['', '-wal', '-shm', '.index.db']) rmSync(recording + end, { force: true });
    const preload = way === 'plain' ? [] : ['--import', pathToFileURL(join(DIST, 'preload.mjs')).href];
    const trouble = await node([...preload, join(this.dir, 'batch.cjs'), out, ...files], this.dir, {
      TRACER_LEVEL: way,
      TRACER_OUT: recording,
      TRACER_INCLUDE: 'programs/**',
      TRACER_QUIET: '1',
    });
    const lines = existsSync(out) ? readFileSync(out, 'utf8').trimEnd().split('\n') : [];
    return { results: lines.filter((line) => line !== '').map((line) => JSON.parse(line)), trouble };
  }

  /** @param {Way} way */
  recording(way) {
    return join(this.dir, `${way}.db`);
  }

  /**
   * Runs programs in every way. A process that ends early or prints on stderr counts as a difference of the program
   * it was at.
   * @param {Program[]} programs @param {readonly Exclude<Way, 'plain'>[]} [levels] @returns {Promise<Difference[]>}
   */
  async compare(programs, levels = LEVELS) {
    const files = programs.map((program) => this.write(program));
    /** @type {Way[]} */
    const ways = ['plain', ...levels];
    /** @type {Map<Way, { results: string[][], trouble: string }>} */
    const runs = new Map();
    const queue = [...ways];
    const worker = async () => {
      for (let way = queue.shift(); way !== undefined; way = queue.shift()) runs.set(way, await this.run(files, way));
    };
    await Promise.all(Array.from({ length: PROCESSES }, worker));
    const plain = runs.get('plain');
    if (plain === undefined || plain.results.length < programs.length)
      throw new Error(
        `seed ${programs[plain?.results.length ?? 0]?.seed} does not end without recording: ${plain?.trouble}`,
      );
    /** @type {Difference[]} */
    const differences = [];
    for (const level of levels) {
      const { results, trouble } = runs.get(level) ?? { results: [], trouble: '' };
      for (const [index, { seed }] of programs.entries()) {
        const recorded = results[index] ?? [`the process ended: ${trouble}`];
        const expected = plain.results[index] ?? [];
        if (!isDeepStrictEqual(recorded, expected)) {
          const kind = isDeepStrictEqual(recorded.map(withoutPlaces), expected.map(withoutPlaces))
            ? 'places'
            : 'behaviour';
          differences.push({ seed, way: level, kind, plain: expected, recorded });
        }
        if (results[index] === undefined) break;
      }
      if (results.length === programs.length && trouble !== plain.trouble)
        differences.push({
          seed: programs[0]?.seed ?? 0,
          way: level,
          kind: 'behaviour',
          plain: [plain.trouble],
          recorded: [trouble],
        });
    }
    return differences;
  }

  /** Complaints about the recording of the last batch. @param {Exclude<Way, 'plain'>} level */
  async verify(level) {
    return await node([join(DIST, 'cli.mjs'), 'verify', this.recording(level)], this.dir, {});
  }
}

/** @param {string} line */
function withoutPlaces(line) {
  return line.replace(/(program-\d+\.[cm]?js):\d+:\d+/g, '$1');
}

/** Runs Node; '' when all went well, else what it said. @param {string[]} args @param {string} cwd @param {Record<string, string>} env @returns {Promise<string>} */
function node(args, cwd, env) {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(TRACER_|VITEST|NODE_ENV$|NODE_OPTIONS$|TEST$)/.test(name),
  );
  return new Promise((resolve) => {
    const options = {
      cwd,
      env: { ...Object.fromEntries(own), ...env },
      timeout: BATCH_TIMEOUT_MS,
      killSignal: /** @type {const} */ ('SIGKILL'),
      maxBuffer: 1 << 26,
    };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve(error ? `${error.signal ?? error.code}: ${stderr}${stdout}`.slice(0, 2000) : stderr.slice(0, 2000));
    });
  });
}
