import { NAME_STRONG, NAME_TOKEN, type NameClass, type SecretName } from './secret-names.ts';
import type { ReplaceSecret } from './secret-shapes.ts';
import { isSecretNumber, isSecretText } from './secret-values.ts';
import { TOKEN_START } from './tokens.ts';

/*
 * Secrets that stand after their name in a larger text: `password=x`, `"apiKey": "x"`, `Authorization: Basic x`,
 * `?token=x&`, `<secret>x</secret>`, `--password x`. The text may be a log line, a URL, JSON, a header block, a command
 * line, or a piece of source code that a program handles as data; in code the value after the name is mostly an
 * expression and no secret, which the rules for values without quotes tell apart.
 */

type LookUpName = (name: string) => SecretName | null;

/** Values without quotes end at white space, so that a token's first word is all that is seen of it. */
const TOKEN_OPENING = TOKEN_START.trim();
const NAME_CHARS_MAX = 64;
const BETWEEN_CHARS_MAX = 8;
/** A value without quotes ends here at the latest, so that a text of nothing but names costs no square of its length. */
const VALUE_CHARS_MAX = 8192;
const SIGNS = /[=:>]/g;
const OPTION = /(?<![\w-])--?([A-Za-z][\w-]{1,47})([ \t]+)(["']?)([^\s"'-][^\s"']*)/g;
const SCHEME = /^(?:bearer|basic|digest|token|negotiate|apikey|aws4-hmac-sha256)[ \t]+\S/i;
const COOKIES = /^[\w.%-]{1,64}=[^\s;,"']/;
const TYPED_ARRAY = /^(?:Big)?(?:Ui|I)nt\d+(?:Clamped)?Array$|^Float\d+Array$/;
const IDENTIFIER = /^[A-Za-z_$][A-Za-z_$]*(?:[.?!]*\.[A-Za-z_$][\w$]*)*[?!]*$/;

/** Replaces values that follow a secret name and `=`, `:`, `=>` or the end of an opening tag. */
export function replaceNamedValues(text: string, lookUp: LookUpName, replace: ReplaceSecret): string {
  let out = '';
  let done = 0;
  SIGNS.lastIndex = 0;
  for (let sign = SIGNS.exec(text); sign !== null; sign = SIGNS.exec(text)) {
    const named = nameBefore(text, sign.index);
    const name = text.slice(named.start, named.end);
    const secretName = name === '' ? null : lookUp(name);
    if (secretName === null) continue;
    let resume = SIGNS.lastIndex;
    for (const range of valuesAfter(text, sign.index, { ...named, secretName })) {
      if (range.start < done) break;
      const value = text.slice(range.start, range.end);
      const isAttached = !range.quoted && isAttachedTo(text, named, sign.index);
      // `CancelAuth = 'CancelAuth'` is a constant.
      if (value !== name && isValueSecret(secretName.nameClass, value, { isQuoted: range.quoted, isAttached })) {
        const isCredential = isAttached && /[?&-]/.test(text[named.start - 1] ?? text[named.start]!);
        out += text.slice(done, range.start) + replace(value, secretName.kind, isCredential);
        done = range.end;
      }
      // What is in quotes may be a text with names of its own; a bare word has been judged as a whole.
      if (!range.quoted) resume = range.end;
    }
    SIGNS.lastIndex = Math.max(resume, done);
  }
  return done === 0 ? text : out + text.slice(done);
}

/** Replaces the word after a command line option with a secret name. */
export function replaceOptionValues(text: string, lookUp: LookUpName, replace: ReplaceSecret): string {
  return text.replace(OPTION, (found, name: string, gap: string, quote: string, value: string) => {
    const secretName = name.startsWith('no-') ? null : lookUp(name);
    if (secretName === null || !isOptionSecret(secretName.nameClass, value)) return found;
    return (
      found.slice(0, found.length - value.length - quote.length - gap.length) +
      gap +
      quote +
      replace(value, secretName.kind)
    );
  });
}

/** Whether the value of a command line option with a secret name is a secret: nobody passes an identifier there. */
export function isOptionSecret(nameClass: NameClass, value: string): boolean {
  const judged = nameClass === NAME_TOKEN && value.length >= 6 && /\d/.test(value) ? NAME_STRONG : nameClass;
  return !value.startsWith(TOKEN_OPENING) && isSecretText(judged, value);
}

interface TextRange {
  readonly start: number;
  readonly end: number;
}

interface ValueRange extends TextRange {
  readonly quoted: boolean;
}

function isValueSecret(
  nameClass: NameClass,
  value: string,
  { isQuoted, isAttached }: { isQuoted: boolean; isAttached: boolean },
): boolean {
  if (value.startsWith(TOKEN_OPENING)) return false;
  if (isAttached) return isOptionSecret(nameClass, value);
  if (!isQuoted && /^\d+$/.test(value)) return isSecretNumber(nameClass, Number(value)) || value.length > 15;
  return isSecretText(nameClass, value);
}

/** Whether it is `?name=value`, `&name=value`, `--name=value` or `NAME=value`, as in URLs and command lines. */
function isAttachedTo(text: string, named: TextRange, sign: number): boolean {
  if (text[sign] !== '=' || named.end !== sign || /[\s=]/.test(text[sign + 1] ?? ' ')) return false;
  return /[?&\s]/.test(text[named.start - 1] ?? ' ') || text[named.start] === '-';
}

/** The name that ends before text[sign], quotes, brackets and white space in between left out; empty when none does. */
function nameBefore(text: string, sign: number): TextRange {
  let end = sign;
  // `=>`, `==`, `:=` have been read from their first character on.
  if (end > 0 && '=:!>'.includes(text[end - 1]!)) return { start: sign, end: sign };
  for (const stop = Math.max(0, sign - BETWEEN_CHARS_MAX); end > stop && isBetween(text.charCodeAt(end - 1));) end--;
  let start = end;
  for (const stop = Math.max(0, end - NAME_CHARS_MAX); start > stop && isNameUnit(text.charCodeAt(start - 1));) start--;
  return { start, end };
}

function isBetween(unit: number): boolean {
  // white space, quotes, back slash, closing brackets
  return (
    unit === 32 || unit === 9 || unit === 34 || unit === 39 || unit === 96 || unit === 92 || unit === 93 || unit === 41
  );
}

function isNameUnit(unit: number): boolean {
  return (
    (unit >= 97 && unit <= 122) ||
    (unit >= 65 && unit <= 90) ||
    (unit >= 48 && unit <= 57) ||
    unit === 95 ||
    unit === 45 ||
    unit === 46 ||
    unit === 36 ||
    unit > 127
  );
}

function* valuesAfter(
  text: string,
  sign: number,
  name: TextRange & { readonly secretName: SecretName },
): Generator<ValueRange> {
  let at = sign + 1;
  if (text[sign] === '>') {
    // Only `<name>value`: anything else is a comparison.
    if (!/<[\w:.-]+$/.test(text.slice(Math.max(0, sign - NAME_CHARS_MAX), sign))) return;
    const end = text.indexOf('<', at);
    if (end > at) yield { start: at, end, quoted: true };
    return;
  }
  while ('=>'.includes(text[at] ?? ' ')) at++;
  const gap = at;
  at = afterBlanks(text, at);
  if (text[at] === '[') {
    for (at = afterBlanks(text, at + 1); ; at = afterBlanks(text, at + 1)) {
      const item = quotedAt(text, at);
      if (item === null) return;
      yield item;
      at = afterBlanks(text, item.end + (item.start - at));
      if (text[at] !== ',') return;
    }
  }
  // `Cookie:` in quotes as a whole: what follows the sign is the closing quote.
  if (name.end === sign && /["'`]/.test(text[at] ?? '') && text[at] === text[name.start - 1]) return;
  const quoted = quotedAt(text, at);
  if (quoted !== null) {
    yield quoted;
    return;
  }
  if (/authorization$|cookie$/.test(name.secretName.kind)) {
    const line = lengthUntil(text, at, /[\r\n"'`]/);
    const value = text.slice(at, at + line);
    if (SCHEME.test(value) || (name.secretName.kind.endsWith('cookie') && COOKIES.test(value))) {
      // `Bearer` and `Basic` credentials have been replaced by now; hashing their tokens would break equality.
      if (!SCHEME.test(value) || !value.includes(TOKEN_START)) yield { start: at, end: at + line, quoted: true };
      return;
    }
  }
  const end = at + lengthUntil(text, at, /[\s,;&"'`<>(){}[\]|]/);
  if (end > at && !isExpression(text, sign, gap, at, end)) yield { start: at, end, quoted: false };
}

/** Whether text[start, end) after the sign is a piece of a program rather than a value. */
function isExpression(text: string, sign: number, gap: number, start: number, end: number): boolean {
  const next = text[end] ?? '';
  if ('([{`<'.includes(next) && next !== '') return true;
  const value = text.slice(start, end);
  if (KEYWORDS.has(value) || TYPED_ARRAY.test(value) || value.startsWith('/*')) return true;
  const isSpaced = start > gap;
  if (isSpaced && next === ';' && text[sign] === '=' && /^[\w$.]+$/.test(value)) return true;
  if (!IDENTIFIER.test(value)) return false;
  const isDotted = value.includes('.');
  if (isDotted && isSpaced) return true;
  if (next === '' || next === '\n' || next === '\r') return false;
  const follower = text[afterBlanks(text, end)] ?? '';
  if (next === ' ') return '=|?&+*/<>:;,)}('.includes(follower) && follower !== '';
  const isColon = text[sign] === ':';
  return ',;)}|'.includes(next) && (isColon || isSpaced || isDotted);
}

const KEYWORDS = new Set(
  'new await async function class return typeof void delete this self require yield import const let var'.split(' '),
);

/** The inside of a string in quotes at text[at]; quotes may be escaped as in JSON within JSON. */
function quotedAt(text: string, at: number): ValueRange | null {
  let open = at;
  while (text[open] === '\\' && open - at < BETWEEN_CHARS_MAX) open++;
  const quote = text[open];
  if (quote !== '"' && quote !== "'" && quote !== '`') return null;
  const escapes = text.slice(at, open);
  const start = open + 1;
  if (escapes !== '') {
    const close = text.indexOf(escapes + quote, start);
    return { start, end: close === -1 ? text.length : close, quoted: true };
  }
  for (let end = start; end < text.length; end++) {
    const character = text[end];
    if (character === '\\') end++;
    else if (character === quote) return { start, end, quoted: true };
    else if (character === '\n' && quote !== '`') return { start, end, quoted: true };
  }
  return { start, end: text.length, quoted: true };
}

function afterBlanks(text: string, at: number): number {
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

function lengthUntil(text: string, at: number, stop: RegExp): number {
  const window = text.slice(at, at + VALUE_CHARS_MAX);
  const found = window.search(stop);
  return found === -1 ? window.length : found;
}
