import { accessSync, constants, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What to start, and how the tracer gets into it. */
export interface Target {
  command: string;
  args: string[];
  /** Set where the tracer travels in the environment. */
  nodeOptions?: string;
}

/** The preload beside the built command line. */
const PRELOAD_ESM = new URL('./preload.mjs', import.meta.url);
const PRELOAD_CJS = new URL('./preload.cjs', import.meta.url);

const SCRIPT_EXTENSION = /\.[cm]?[jt]sx?$/i;

/**
 * A script is started by this Node with `--import`; any other command as it stands, with the tracer in NODE_OPTIONS,
 * where every Node process below it finds it.
 */
export function targetOf(words: readonly string[], cwd: string, nodeOptions = process.env['NODE_OPTIONS']): Target {
  const [first = '', ...rest] = words;
  if (isScript(first, cwd)) {
    return { command: process.execPath, args: ['--import', PRELOAD_ESM.href, first, ...rest] };
  }
  return { command: first, args: rest, nodeOptions: withPreload(nodeOptions) };
}

/** By its extension, or because it is a folder or a file without extension that cannot be run itself. */
function isScript(word: string, cwd: string): boolean {
  if (SCRIPT_EXTENSION.test(word)) return true;
  const path = resolve(cwd, word);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return false;
  // A plain word is looked up in PATH, even where a folder has the same name.
  if (stat.isDirectory()) return /[\\/]/.test(word);
  return extname(word) === '' && !isExecutable(path);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * NODE_OPTIONS with both forms of the preload (workers made from a string get only the first; ES modules want the
 * second). What was there stays, and comes first.
 */
function withPreload(nodeOptions: string | undefined): string {
  const own = ownOptions();
  if (nodeOptions?.includes(own)) return nodeOptions;
  return nodeOptions ? `${nodeOptions} ${own}` : own;
}

/** NODE_OPTIONS without what `withPreload` has added. */
export function withoutPreload(nodeOptions: string | undefined): string | undefined {
  const rest = nodeOptions?.replace(ownOptions(), '').trim();
  return rest === '' ? undefined : rest;
}

function ownOptions(): string {
  const file = fileURLToPath(PRELOAD_CJS);
  return `--require ${quoteOption(file)} --import ${quoteOption(pathToFileURL(fileURLToPath(PRELOAD_ESM)).href)}`;
}

/** Quotes as Node reads NODE_OPTIONS: words end at spaces, double quotes hold them together, a backslash escapes. */
export function quoteOption(text: string): string {
  return /[\s"\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}
