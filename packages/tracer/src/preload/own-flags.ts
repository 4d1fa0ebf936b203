import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OWN_FILE } from './launch.ts';

/*
 * The flag that loads the tracer is no business of the program: it would see it in `process.execArgv` and NODE_OPTIONS, and
 * hand it on to processes that start in a folder from where `tracer` cannot be resolved. What the process starts is
 * given the preload by its full path in any case.
 */

/** A word of NODE_OPTIONS: spaces part words, double quotes hold them together, within which a backslash escapes. */
const WORD = /(?:"(?:[^"\\]|\\.)*"|[^ "])+/g;
const QUOTED = /"((?:[^"\\]|\\.)*)"/g;

/** Whether `--import` or `--require` of this specifier loads the tracer. */
export function isOwnSpecifier(specifier: string): boolean {
  if (/^(?:@execution-cinema\/)?tracer(?:\/require)?$/.test(specifier)) return true;
  if (!/preload\.[cm]js$/.test(specifier)) return false;
  try {
    const file = realpathSync(specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(specifier));
    return file === OWN_FILE || file === join(dirname(OWN_FILE), 'preload.mjs');
  } catch {
    return false;
  }
}

/** Words of NODE_OPTIONS, without quotes. */
export function wordsOf(nodeOptions: string): string[] {
  const unquoted = (_all: string, text: string): string => text.replaceAll(/\\(.)/g, '$1');
  return [...nodeOptions.matchAll(WORD)].map(([word]) => word.replaceAll(QUOTED, unquoted));
}

/** Takes the tracer's own flags out of the array. */
export function hideFlags(flags: string[]): void {
  for (const [at, length] of ownFlags(flags).reverse()) flags.splice(at, length);
}

/** NODE_OPTIONS without the tracer's own flags, else to the letter; undefined when nothing is left. */
export function withoutFlags(nodeOptions: string): string | undefined {
  const found = [...nodeOptions.matchAll(WORD)];
  let rest = nodeOptions;
  for (const [at, length] of ownFlags(wordsOf(nodeOptions)).reverse()) {
    const last = found[at + length - 1]!;
    rest = rest.slice(0, found[at]!.index) + rest.slice(last.index + last[0].length).trimStart();
  }
  rest = rest === nodeOptions ? rest : rest.trim();
  return rest === '' ? undefined : rest;
}

/** Where they are, and how many words they take. */
function ownFlags(flags: readonly string[]): [at: number, length: number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < flags.length; at++) {
    const [, name, value] = /^(--import|--require|-r)(?:=(.*))?$/s.exec(flags[at]!) ?? [];
    if (name === undefined) continue;
    if (value === undefined) {
      if (isOwnSpecifier(flags[at + 1] ?? '')) found.push([at, 2]);
      at++;
    } else if (isOwnSpecifier(value)) found.push([at, 1]);
  }
  return found;
}
