/* Lines of source as the browser's own parser takes them: an element for each token costs it a fraction of what it costs us. */
import type { Token } from './highlight.ts';

/** Kinds of which the pointer may ask what their value is. */
const NAMES: ReadonlySet<string> = new Set(['name', 'property', 'function', 'type']);

const known = new WeakMap<readonly Token[], string>();

/** A line with its colours. Whatever stands in the text stays text. */
export function htmlOfLine(tokens: readonly Token[]): string {
  let html = known.get(tokens);
  if (html === undefined) known.set(tokens, (html = tokens.map(htmlOfToken).join('')));
  return html;
}

function htmlOfToken({ text, kind, column }: Token): string {
  // Between tags these two are all that means something.
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  if (kind === 'plain') return escaped;
  const place = NAMES.has(kind) ? ` data-column="${column}"` : '';
  return `<span class="t-${kind}"${place}>${escaped}</span>`;
}
