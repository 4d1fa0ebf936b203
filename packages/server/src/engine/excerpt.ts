import type { Excerpt } from '../protocol.ts';

/** Characters that are shown before and behind what was found. */
const BEFORE = 28;
const AFTER = 160;
const ELLIPSIS = '…';

/** Where a text holds another one, whatever the case of its letters; null when it does not. */
export function excerptOf(text: string, wanted: string): Excerpt | null {
  const at = text.toLowerCase().indexOf(wanted.toLowerCase());
  if (wanted === '' || at < 0) return null;
  const end = at + wanted.length;
  const from = at <= BEFORE ? 0 : at - BEFORE;
  const to = Math.min(text.length, end + AFTER);
  return {
    before: `${from > 0 ? ELLIPSIS : ''}${onOneLine(text.slice(from, at)).trimStart()}`,
    match: onOneLine(text.slice(at, end)),
    after: `${onOneLine(text.slice(end, to)).trimEnd()}${to < text.length ? ELLIPSIS : ''}`,
  };
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
