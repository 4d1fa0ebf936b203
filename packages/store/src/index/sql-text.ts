import { storeError } from '../errors.ts';

/** Comments, strings and quoted names: what is inside them is no syntax. */
const QUOTED = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]/g;

/** How a statement may begin. The connection is read-only besides; this keeps out what writes other files. */
const READING = /^(select|with|values|explain)\b/i;

/**
 * The text of a single reading statement, without comments before it and semicolons after it.
 * Throws SQL_REFUSED for several statements, and for anything that does not only read.
 */
export function onlyStatement(query: string): string {
  const blank = query.replaceAll(QUOTED, (token) =>
    token.replaceAll(/[^\n]/g, token.startsWith('-') || token.startsWith('/*') ? ' ' : '_'),
  );
  const start = blank.search(/\S/);
  const end = blank.replace(/[\s;]+$/, '').length;
  const body = blank.slice(Math.max(0, start), end);
  if (!READING.test(body)) throw storeError('SQL_REFUSED', body === '' ? 'nothing to run' : firstWords(body));
  if (body.includes(';')) throw storeError('SQL_REFUSED', 'more than one statement');
  return query.slice(start, end);
}

function firstWords(text: string): string {
  return text.slice(0, 40).replaceAll(/\s+/g, ' ');
}
