/*
 * Finds string literals, template chunks and comments in JavaScript and TypeScript without a parser: source texts are
 * scrubbed before they are stored, also those that do not parse. It tells regular expressions from divisions by what
 * stands before the slash. A wrong guess ends at the line's end and hides or shows a few characters of source text;
 * the program itself is never touched.
 */

/** A stretch of text in a source: the inside of quotes, a piece of a template between holes, or a comment. */
export interface SourceStretch {
  readonly start: number;
  readonly end: number;
  /** For literals the name that the value is given, compared or passed with; else empty. */
  readonly name: string;
  /** For members of an object literal the name that the object is given. */
  readonly owner: string;
  /** For arguments the name of what is called, and which argument it is. */
  readonly callee: string;
  readonly argument: number;
}

/** As far back as a name is looked for. */
const CONTEXT_CHARS_MAX = 96;
/** Brackets nested deeper are followed, but no longer named. */
const BRACKETS_NAMED_MAX = 256;

const GIVEN_NAME =
  /(?:([\w$-]+)["'`\])]{0,3}[?!]?\s*(?::\s*[\w$.<>[\]| ]{1,40})?\s*(?:[=!]==?|[|?&]{2}=?|\+=|[:=])\s*|\(\s*["'`]([\w$.-]+)["'`]\s*,\s*|\b(set[\w$]*)\(\s*|\[\s*["'`]([\w$.-]+)["'`]\s*,\s*)$/;

const BEFORE_REGEXP =
  /(?:^|[([{,;=:!&|?+\-*%~^<>}]|\b(?:return|typeof|case|in|of|delete|void|throw|new|else|do|yield|await))\s*$/;

/** An open bracket: where it opened, and how many commas have passed inside of it. */
interface Bracket {
  readonly at: number;
  /** `(`, `[` or `{`; `$` for the hole of a template. */
  readonly kind: string;
  commas: number;
}

const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
const NO_CONTEXT = { name: '', owner: '', callee: '', argument: 0 };

/** Yields the stretches in order; they do not overlap. */
export function* sourceStretches(source: string): Generator<SourceStretch> {
  const brackets: Bracket[] = [];
  for (let at = 0; at < source.length;) {
    const character = source[at]!;
    switch (character) {
      case '"':
      case "'": {
        const end = endOfString(source, at + 1, source.charCodeAt(at));
        yield { start: at + 1, end, ...contextOf(source, at, brackets) };
        at = end + 1;
        break;
      }
      case '`': {
        const end = endOfChunk(source, at + 1);
        yield { start: at + 1, end, ...contextOf(source, at, brackets) };
        at = afterChunk(source, end, brackets);
        break;
      }
      case '(':
      case '[':
      case '{':
        brackets.push({ at: at++, kind: character, commas: 0 });
        break;
      case ',':
        if (brackets.length > 0) brackets.at(-1)!.commas++;
        at++;
        break;
      case ')':
      case ']':
      case '}': {
        at++;
        const open = brackets.at(-1)?.kind;
        if (open === OPENING[character]) brackets.pop();
        if (character !== '}' || open !== '$') break;
        brackets.pop();
        const end = endOfChunk(source, at);
        yield { start: at, end, ...NO_CONTEXT };
        at = afterChunk(source, end, brackets);
        break;
      }
      case '/': {
        const comment = commentAt(source, at);
        if (comment !== null) {
          yield { ...comment, ...NO_CONTEXT };
          at = comment.end + (source[comment.end] === '*' ? 2 : 0);
        } else {
          at = BEFORE_REGEXP.test(source.slice(Math.max(0, at - 16), at)) ? endOfRegExp(source, at) : at + 1;
        }
        break;
      }
      default:
        at++;
    }
  }
}

function contextOf(source: string, quote: number, brackets: readonly Bracket[]): typeof NO_CONTEXT {
  const last = lastBefore(source, quote);
  if (last < 0 || !':=|?&(,'.includes(source[last]!)) return NO_CONTEXT;
  const match = GIVEN_NAME.exec(source.slice(Math.max(0, quote - CONTEXT_CHARS_MAX), quote));
  const name = match === null ? '' : (match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
  const bracket = brackets.length > BRACKETS_NAMED_MAX ? undefined : brackets.at(-1);
  const before = bracket === undefined ? '' : source.slice(Math.max(0, bracket.at - CONTEXT_CHARS_MAX), bracket.at);
  return {
    name,
    owner: bracket?.kind === '{' ? (/([\w$-]+)["'`]?\s*[:=]\s*$/.exec(before)?.[1] ?? '') : '',
    callee: bracket?.kind === '(' ? (/([\w$]+)\s*$/.exec(before)?.[1] ?? '') : '',
    argument: bracket?.commas ?? 0,
  };
}

function lastBefore(source: string, at: number): number {
  let last = at - 1;
  for (const stop = at - CONTEXT_CHARS_MAX; last >= 0 && last > stop && source.charCodeAt(last) <= 32;) last--;
  return last;
}

function afterChunk(source: string, end: number, brackets: Bracket[]): number {
  if (source[end] !== '$') return end + 1;
  brackets.push({ at: end, kind: '$', commas: 0 });
  return end + 2;
}

function commentAt(source: string, slash: number): { start: number; end: number } | null {
  const next = source[slash + 1];
  if (next === '/') return { start: slash + 2, end: endOfLine(source, slash + 2) };
  if (next !== '*') return null;
  const close = source.indexOf('*/', slash + 2);
  return { start: slash + 2, end: close === -1 ? source.length : close };
}

function endOfString(source: string, from: number, quote: number): number {
  for (let at = from; at < source.length; at++) {
    const unit = source.charCodeAt(at);
    if (unit === 92) at++;
    else if (unit === quote || unit === 10 || unit === 13) return at;
  }
  return source.length;
}

/** Index of the closing back quote or of the `$` of the next hole. */
function endOfChunk(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    const unit = source.charCodeAt(at);
    if (unit === 92) at++;
    else if (unit === 96 || (unit === 36 && source.charCodeAt(at + 1) === 123)) return at;
  }
  return source.length;
}

function endOfLine(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    const unit = source.charCodeAt(at);
    if (unit === 10 || unit === 13) return at;
  }
  return source.length;
}

/** Past the closing slash; just past the opening one when the line ends first: then it was a division. */
function endOfRegExp(source: string, slash: number): number {
  let inClass = false;
  for (let at = slash + 1; at < source.length; at++) {
    const unit = source.charCodeAt(at);
    if (unit === 10 || unit === 13) return slash + 1;
    if (unit === 92) at++;
    else if (unit === 91) inClass = true;
    else if (unit === 93) inClass = false;
    else if (unit === 47 && !inClass) return at + 1;
  }
  return slash + 1;
}
