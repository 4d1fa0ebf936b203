import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError } from './config-error.ts';
import { entryAt } from './paths.ts';
import type { TracerConfig } from './tracer-config.ts';

/** https://bford.info/cachedir/: backup tools leave such folders out. */
const CACHEDIR_TAG = `Signature: 8a477f597d28d172789f06886806bc55
# Recordings of the tracer; they may be deleted.
`;

/**
 * Makes the folder of the recording, for its owner alone. The default folder also tells git, npm and backup tools to
 * leave it out. Throws a ConfigError where nothing can be written; the program itself can still run.
 */
export function prepareOutputFolder({ out, outIsDefault }: Pick<TracerConfig, 'out' | 'outIsDefault'>): void {
  const folder = dirname(out);
  if (entryAt(out) === 'folder') {
    throw new ConfigError('OUT_IS_FOLDER', `the recording ${out} is a folder`);
  }
  try {
    const isNew = mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined;
    if (!outIsDefault) return;
    // The umask may have taken rights away from the owner as well.
    if (isNew) chmodSync(folder, 0o700);
    // Among the temporary files somebody may have made it to read along; root may write into everybody's projects.
    const user = process.getuid?.() ?? 0;
    if (user !== 0 && statSync(folder).uid !== user) throw new Error('it belongs to another user');
    for (const [name, text] of [
      ['.gitignore', '*\n'],
      ['CACHEDIR.TAG', CACHEDIR_TAG],
    ] as const) {
      writeUnlessThere(join(folder, name), text);
    }
  } catch (error) {
    throw new ConfigError('OUT_NOT_WRITABLE', `the folder ${folder} cannot be written: ${(error as Error).message}`);
  }
}

function writeUnlessThere(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
