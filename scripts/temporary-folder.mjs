import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What programs look at for the temporary folder: POSIX, Windows. */
const VARIABLES = ['TMPDIR', 'TEMP', 'TMP'];

/** What Node keeps there on purpose: compiled code of tools that ask for it (`module.enableCompileCache`). */
const CACHE_OF_NODE = 'node-compile-cache';

/**
 * A temporary folder for one run, below the system's: what lies in it at the end was left by this run and nobody else, and
 * goes with it, also after a crash.
 */
export class TemporaryFolder {
  #home = mkdtempSync(join(tmpdir(), 'tracer-run-'));
  #folder = join(this.#home, 't');

  constructor() {
    mkdirSync(this.#folder);
  }

  /** A path for a file that the run is to write and that is no leftover. @param {string} name */
  file(name) {
    return join(this.#home, name);
  }

  /** The environment that has programs make their temporary files here. @returns {Record<string, string>} */
  get environment() {
    return Object.fromEntries(VARIABLES.map((name) => [name, this.#folder]));
  }

  /** Names of what nobody has removed. */
  leftovers() {
    return readdirSync(this.#folder)
      .filter((name) => name !== CACHE_OF_NODE)
      .sort();
  }

  remove() {
    rmSync(this.#home, { recursive: true, force: true });
  }
}
