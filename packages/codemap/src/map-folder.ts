import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { analyzeSource, emptyMap, type AnalyzeOptions } from './analyze.ts';
import { discoverSources } from './discover.ts';
import { filterByName, matchesAny } from './filter.ts';
import type { FileMap } from './types.ts';

export interface MapOptions extends AnalyzeOptions {
  /** Only files whose relative path contains one of these. */
  filterFile?: readonly string[];
  /** Only functions and classes whose qualified name contains one of these, and files that have any. */
  filterName?: readonly string[];
  /** Told before each file, and once at the end. */
  onProgress?: (progress: MapProgress) => void;
}

export interface MapProgress {
  filesDone: number;
  filesTotal: number;
  /** The one being read; undefined at the end. */
  file: string | undefined;
}

/** Larger files are bundles that nobody reads, and would take seconds. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

/**
 * Maps the sources below a folder, sorted by path. Files and folders that cannot be read, and files that cannot be parsed,
 * are entries with an `error`. Throws only if the folder itself cannot be listed.
 */
export async function mapFolder(folder: string, options: MapOptions = {}): Promise<FileMap[]> {
  const maps: FileMap[] = [];
  for await (const map of mapFiles(folder, options)) maps.push(map);
  return maps;
}

/** The same, one entry at a time: a large tree with its sources need not be held in memory. */
export async function* mapFiles(folder: string, options: MapOptions = {}): AsyncGenerator<FileMap> {
  const root = resolve(folder);
  const { filterFile = [], filterName = [], onProgress } = options;
  const { files, unreadable } = discoverSources(root);
  for (const { folder: name, message } of unreadable) yield unreadableMap(name, message);
  const chosen = files.filter((file) => matchesAny(file, filterFile));
  for (const [filesDone, file] of chosen.entries()) {
    onProgress?.({ filesDone, filesTotal: chosen.length, file });
    const map = filterByName(await mapFile(root, file, options), filterName);
    if (map) yield map;
  }
  onProgress?.({ filesDone: chosen.length, filesTotal: chosen.length, file: undefined });
}

async function mapFile(root: string, file: string, options: AnalyzeOptions): Promise<FileMap> {
  const path = join(root, file);
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) {
      const message = `${size} bytes, more than ${MAX_FILE_BYTES}`;
      return emptyMap(file, { kind: 'too-large', message, line: null, column: null });
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    return unreadableMap(file, (error as Error).message);
  }
  return analyzeSource(text.replace(/^\uFEFF/, ''), file, options);
}

function unreadableMap(file: string, message: string) {
  return emptyMap(file, { kind: 'unreadable', message, line: null, column: null });
}
