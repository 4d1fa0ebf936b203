/*
 * Text that came out of a recording goes to a terminal: it must not be able to move the cursor or change colours.
 */

// Control characters, and those that reverse the direction of text.
const UNPRINTABLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
const STYLE = new RegExp(`(${'\x1b'}\\[[0-9;]*m)`, 'g');
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/** Replaces what is not a visible character by an escape such as `\n` or `\x1b`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0);
    return NAMED[character] ?? (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`);
  });
}

/** Columns that a text takes on a terminal, colour codes not counted. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(STYLE, '')) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (code <= 0x36f || (code >= 0x200b && code <= 0x200d) || code === 0xfe0f) return 0;
  return isWide(code) ? 2 : 1;
}

/** East Asian wide characters and emoji. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xff00 && code <= 0xff60) ||
    code >= 0x1f300
  );
}

/** Cuts a text, colours kept, to `columns` and ends it with an ellipsis where something was cut. 0 columns: no limit. */
export function clip(text: string, columns: number): string {
  if (columns <= 0 || textWidth(text) <= columns) return text;
  let width = 0;
  let cut = false;
  let result = '';
  // Pieces of odd index are colour codes: they take no room, and those behind the cut still end what was begun.
  text.split(STYLE).forEach((piece, i) => {
    if (i % 2 === 1) result += piece;
    else if (!cut) {
      for (const character of piece) {
        width += characterWidth(character);
        if (width >= columns) {
          cut = true;
          result += '…';
          break;
        }
        result += character;
      }
    }
  });
  return result;
}

/** Pads to `columns` by what is shown, not by code units. */
export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, columns - textWidth(text)));
  return align === 'left' ? text + fill : fill + text;
}

/** Breaks a paragraph into lines of at most `columns`, at spaces. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
