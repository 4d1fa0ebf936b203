import type { Place } from '@execution-cinema/server/protocol';
import { rank } from './fuzzy.ts';

/** Files that a name may mean. */
const FILES_MAX = 4;

/** Places that `app.js:20`, `lib/app.js:20` or `app:20:5` may mean, the most likely first; none of another text. */
export function parseLine(text: string, files: readonly string[]): Place[] {
  const found = /^(.*?):(\d+)(?::\d+)?$/.exec(text.trim());
  const [name, line] = [found?.[1] ?? '', Number(found?.[2])];
  // Numbers alone name a call.
  if (!/\D/.test(name) || !(line > 0)) return [];
  const named = files.filter((file) => file === name || file.endsWith(`/${name}`));
  const meant = named.length > 0 ? named.slice(0, FILES_MAX) : rank(name, files, (file) => file, FILES_MAX);
  return meant.map((file) => ({ file, line, column: 0 }));
}
