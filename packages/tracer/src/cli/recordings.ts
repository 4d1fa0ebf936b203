import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { recordingsPlace } from '../config/index.ts';
import { CommandError } from './command.ts';

const INDEX_SUFFIX = '.index.db';

export interface RecordingFile {
  /** Absolute path. */
  file: string;
  /** File name, how people refer to it. */
  name: string;
  /** Order of age: begin of the recording in ms since 1970, from its name where that tells it. */
  startedMs: number;
}

/** The folder of recordings that belongs to `root`. */
export function recordingsFolder(root: string): string {
  return recordingsPlace(root).folder;
}

/** Recordings in a folder, newest first; none when there is no such folder. Sidecars are left out. */
export function listRecordingFiles(folder: string): RecordingFile[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.db') && !name.endsWith(INDEX_SUFFIX))
    .map((name) => ({ file: join(folder, name), name, startedMs: startedMs(join(folder, name), name) }))
    .sort((a, b) => b.startedMs - a.startedMs || (a.name < b.name ? 1 : -1));
}

/** Names that the tracer gives begin with the start time: `2026-03-01T10-00-00-000-4242.db`, in UTC. */
const TIME_IN_NAME = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)-(\d{3})-/;

function startedMs(file: string, name: string): number {
  const match = TIME_IN_NAME.exec(name);
  if (match) return Date.parse(`${match[1]}T${match[2]}:${match[3]}:${match[4]}.${match[5]}Z`);
  const stat = statSync(file, { throwIfNoEntry: false });
  // Every write to a recording moves mtime, so it is the last resort.
  return stat ? stat.birthtimeMs || stat.mtimeMs : 0;
}

/**
 * The recording that `text` means: a path, a folder (its newest), or the beginning of a name in the root's folder.
 * Without `text` the newest of the root. Throws CommandError that says what there is instead.
 */
export function findRecording(text: string | undefined, root: string, cwd = process.cwd()): string {
  const folder = recordingsFolder(root);
  if (text === undefined) return newestIn(folder, cwd);
  const path = resolve(cwd, text);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return newestIn(existsSync(recordingsFolder(path)) ? recordingsFolder(path) : path, cwd);
  if (stat) return recordingOfSidecar(path);
  return withPrefix(text, folder, cwd);
}

function newestIn(folder: string, cwd: string): string {
  const newest = listRecordingFiles(folder)[0];
  if (newest) return newest.file;
  throw new CommandError(
    `no recording in ${shownPath(folder, cwd)}\nMake one with: node --import tracer app.js   (or: tracer run -- npm test)`,
  );
}

function withPrefix(text: string, folder: string, cwd: string): string {
  const all = listRecordingFiles(folder);
  const matches = all.filter(({ name }) => name === text || name === `${text}.db`);
  if (matches.length === 0) matches.push(...all.filter(({ name }) => name.startsWith(text)));
  if (matches.length === 1) return matches[0]!.file;
  const names = (matches.length > 0 ? matches : all).slice(0, 5).map(({ name }) => `  ${name}`);
  if (matches.length > 1) {
    throw new CommandError(`${text} is the beginning of ${matches.length} recordings:\n${names.join('\n')}`);
  }
  const where = shownPath(folder, cwd);
  const remedy = all.length > 0 ? `The newest in ${where}:\n${names.join('\n')}` : `There is none in ${where} either.`;
  const hint = FUNCTION_NAME.test(text) ? `\nIf it is the name of a function: -f ${text}` : '';
  throw new CommandError(`no recording ${text}: no such file, and no name in ${where} begins so\n${remedy}${hint}`);
}

/** What somebody types who takes the argument of `calls`, `events` or `hot` for that of a function. */
const FUNCTION_NAME = /^[A-Za-z_$][\w$]*(\.#?[\w$*]+)*$/;

/** Whoever names the sidecar means its recording. */
function recordingOfSidecar(path: string): string {
  if (!path.endsWith(INDEX_SUFFIX)) return path;
  const recording = path.slice(0, -INDEX_SUFFIX.length);
  return existsSync(recording) ? recording : path;
}

/** A path as people type it: relative where it is below the working directory. */
export function shownPath(path: string, cwd = process.cwd()): string {
  const short = relative(cwd, path);
  return short === '' ? basename(path) : short.startsWith('..') ? path : short;
}
