import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OWN_FOLDER, prepareOutputFolder, type TracerConfig } from '../config/index.ts';
import { decodeMemory, encodeMemory, type Memory } from './memory.ts';

/** Bytes of a file that is read: FUNCTIONS_MAX functions with long names take less. */
const BYTES_MAX = 4 * 1024 * 1024;

/**
 * The file for a program: among the transformed files, so that it is cleared away with them, unused ones first. Programs are
 * told apart by their main script and by what decides what is recorded of it.
 */
export function memoryFile({ root, plan }: Pick<TracerConfig, 'root' | 'plan'>, script: string): string {
  const { settings: _, ...recorded } = plan;
  const key = createHash('sha256')
    .update(JSON.stringify([script, recorded]))
    .digest('hex');
  return join(root, OWN_FOLDER, 'cache', `budget-${key}`);
}

/** What the file holds; undefined where there is none, or none that can be used. */
export function readMemory(file: string): Memory | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return text.length > BYTES_MAX ? undefined : decodeMemory(text);
  } catch {
    return undefined;
  }
}

/** Replaces the file whole, so that whoever reads meanwhile has one or the other. Throws where that is not possible. */
export function writeMemory(file: string, memory: Memory): void {
  const folder = dirname(file);
  prepareOutputFolder({ out: join(dirname(folder), 'none.db'), outIsDefault: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, encodeMemory(memory), { mode: 0o600 });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
