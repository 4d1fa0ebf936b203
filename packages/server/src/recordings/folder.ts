import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ServerError } from '../errors.ts';

const INDEX_SUFFIX = '.index.db';

/**
 * Names of recordings and the files they mean: those of one folder, and those that were named on the command line. A name
 * from a page is looked up here, never joined to a path unseen.
 */
export class RecordingFolder {
  readonly path: string;
  private readonly named = new Map<string, string>();

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** Makes a file known wherever it lies. Returns its name. */
  add(file: string): string {
    const path = resolve(file);
    const name = basename(path);
    if (join(this.path, name) !== path) this.named.set(name, path);
    return name;
  }

  /** Recordings in the folder, sidecars left out; none when there is no such folder. */
  names(): string[] {
    try {
      return readdirSync(this.path).filter((name) => name.endsWith('.db') && !name.endsWith(INDEX_SUFFIX));
    } catch {
      return [];
    }
  }

  /** The newest by the time in its name, as the tracer gives them. */
  newest(): string | undefined {
    return this.names().sort().at(-1);
  }

  /** Files outside of the folder. */
  get others(): string[] {
    return [...this.named.values()];
  }

  /** Throws NO_SUCH_RECORDING. */
  fileOf(rec: string): string {
    const named = this.named.get(rec);
    if (named !== undefined) return named;
    if (this.names().includes(rec)) return join(this.path, rec);
    throw new ServerError('NO_SUCH_RECORDING', rec);
  }
}
