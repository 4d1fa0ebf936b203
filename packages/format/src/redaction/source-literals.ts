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

/** Matched backwards from the end of the text before a literal: forwards the engine would try every start. */
const GIVEN_NAME =
  /$(?<=(?:([\w$-]+)["'`\])]{0,3}[?!]?\s*(?::\s*[\w$.<>[\]| ]{1,40})?\s*(?:[=!]==?|[|?&]{2}=?|\+=|[:=])\s*|\(\s*["'`]([\w$.-]+)["'`]\s*,\s*|\b(set[\w$]*)\(\s*|\[\s*["'`]([\w$.-]+)["'`]\s*,\s*))/;

const BEFORE_REGEXP =
  /(?:^|[([{,;=:!&|?+\-*%~^<>}]|\b(?:return|typeof|case|in|of|delete|void|throw|new|else|do|yield|await))\s*$/;

/** An open bracket: where it opened, and how many commas have passed inside of it. */
interface Bracket {
  readonly at: number;
  readonly kind: number;
  commas: number;
}

const DOUBLE_QUOTE = 34;
const DOLLAR = 36;
const SINGLE_QUOTE = 39;
const PAREN_OPEN = 40;
const PAREN_CLOSE = 41;
const COMMA = 44;
const SLASH = 47;
const BRACKET_OPEN = 91;
const BRACKET_CLOSE = 93;
const BACK_QUOTE = 96;
const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;

const NO_CONTEXT = { name: '', owner: '', callee: '', argument: 0 };

/** What the caller can make use of; names and callees cost a look at the text before each literal. */
export interface ContextWanted {
  /** Whether the text before a literal may hold a name of interest. */
  readonly isName: (before: string) => boolean;
  readonly isCallee: (name: string) => boolean;
}

/** Yields the stretches in order; they do not overlap. */
export function* sourceStretches(source: string, wanted: ContextWanted): Generator<SourceStretch> {
  const brackets: Bracket[] = [];
  for (let at = 0; at < source.length;) {
    const unit = source.charCodeAt(at);
    switch (unit) {
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE: {
        const end = endOfString(source, at + 1, unit);
        yield { start: at + 1, end, ...contextOf(source, at, brackets, wanted) };
        at = end + 1;
        break;
      }
      case BACK_QUOTE: {
        const end = endOfChunk(source, at + 1);
        yield { start: at + 1, end, ...contextOf(source, at, brackets, wanted) };
        at = afterChunk(source, end, brackets);
        break;
      }
      case PAREN_OPEN:
      case BRACKET_OPEN:
      case BRACE_OPEN:
        brackets.push({ at: at++, kind: unit, commas: 0 });
        break;
      case COMMA:
        if (brackets.length > 0) brackets.at(-1)!.commas++;
        at++;
        break;
      case PAREN_CLOSE:
      case BRACKET_CLOSE:
      case BRACE_CLOSE: {
        at++;
        const open = brackets.at(-1)?.kind;
        // Of each pair the closing one follows in ASCII, by one or two.
        if (open !== undefined && unit - open <= 2 && unit > open) brackets.pop();
        if (unit !== BRACE_CLOSE || open !== DOLLAR) break;
        brackets.pop();
        const end = endOfChunk(source, at);
        yield { start: at, end, ...NO_CONTEXT };
        at = afterChunk(source, end, brackets);
        break;
      }
      case SLASH: {
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

function contextOf(
  source: string,
  quote: number,
  brackets: readonly Bracket[],
  wanted: ContextWanted,
): typeof NO_CONTEXT {
  const last = lastBefore(source, quote);
  if (last < 0 || !':=|?&(,'.includes(source[last]!)) return NO_CONTEXT;
  const before = source.slice(Math.max(0, quote - CONTEXT_CHARS_MAX), quote);
  const match = wanted.isName(before) ? GIVEN_NAME.exec(before) : null;
  const bracket = brackets.length > BRACKETS_NAMED_MAX ? undefined : brackets.at(-1);
  const callee = bracket?.kind === PAREN_OPEN ? wordBefore(source, bracket.at) : '';
  return {
    name: match === null ? '' : (match[1] ?? match[2] ?? match[3] ?? match[4] ?? ''),
    owner: bracket?.kind === BRACE_OPEN ? ownerBefore(source, bracket.at, wanted) : '',
    callee: callee !== '' && wanted.isCallee(callee) ? callee : '',
    argument: bracket?.commas ?? 0,
  };
}

function ownerBefore(source: string, brace: number, wanted: ContextWanted): string {
  const last = lastBefore(source, brace);
  if (last < 0 || !':='.includes(source[last]!)) return '';
  const before = source.slice(Math.max(0, last - CONTEXT_CHARS_MAX), last);
  return wanted.isName(before) ? wordBefore(source, last) : '';
}

/** The identifier that ends before a place, white space and a closing quote in between left out. */
function wordBefore(source: string, at: number): string {
  let end = lastBefore(source, at) + 1;
  if (end > 0 && /["'`]/.test(source[end - 1]!)) end--;
  let start = end;
  while (start > 0 && end - start < CONTEXT_CHARS_MAX && /[\w$-]/.test(source[start - 1]!)) start--;
  return source.slice(start, end);
}

function lastBefore(source: string, at: number): number {
  let last = at - 1;
  for (const stop = at - CONTEXT_CHARS_MAX; last >= 0 && last > stop && source.charCodeAt(last) <= 32;) last--;
  return last;
}

function afterChunk(source: string, end: number, brackets: Bracket[]): number {
  if (source[end] !== '$') return end + 1;
  brackets.push({ at: end, kind: DOLLAR, commas: 0 });
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
