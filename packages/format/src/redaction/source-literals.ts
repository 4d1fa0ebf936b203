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
}

/** As far back as a name is looked for. */
const CONTEXT_CHARS_MAX = 96;

const GIVEN_NAME =
  /(?:([\w$-]+)["'`\])]{0,3}[?!]?\s*(?::\s*[\w$.<>[\]| ]{1,40})?\s*(?:[=!]==?|[|?&]{2}=?|\+=|[:=])\s*|\(\s*["'`]([\w$.-]+)["'`]\s*,\s*|\b(set[\w$]*)\(\s*|\[\s*["'`]([\w$.-]+)["'`]\s*,\s*)$/;

const BEFORE_REGEXP =
  /(?:^|[([{,;=:!&|?+\-*%~^<>}]|\b(?:return|typeof|case|in|of|delete|void|throw|new|else|do|yield|await))\s*$/;

/** Yields the stretches in order; they do not overlap. */
export function* sourceStretches(source: string): Generator<SourceStretch> {
  // Depth of braces at which each open template goes on.
  const templates: number[] = [];
  let depth = 0;
  for (let at = 0; at < source.length;) {
    const unit = source.charCodeAt(at);
    if (unit === 34 || unit === 39) {
      const end = endOfString(source, at + 1, unit);
      yield { start: at + 1, end, name: nameBefore(source, at) };
      at = end + 1;
    } else if (unit === 96) {
      const end = endOfChunk(source, at + 1);
      yield { start: at + 1, end, name: nameBefore(source, at) };
      if (source[end] === '$') templates.push(depth++);
      at = end + (source[end] === '$' ? 2 : 1);
    } else if (unit === 123) {
      depth++;
      at++;
    } else if (unit === 125) {
      depth = Math.max(0, depth - 1);
      at++;
      if (templates.length > 0 && templates.at(-1) === depth) {
        templates.pop();
        const end = endOfChunk(source, at);
        yield { start: at, end, name: '' };
        if (source[end] === '$') templates.push(depth++);
        at = end + (source[end] === '$' ? 2 : 1);
      }
    } else if (unit === 47) {
      const next = source.charCodeAt(at + 1);
      if (next === 47) {
        const end = endOfLine(source, at);
        yield { start: at + 2, end, name: '' };
        at = end;
      } else if (next === 42) {
        const close = source.indexOf('*/', at + 2);
        const end = close === -1 ? source.length : close;
        yield { start: at + 2, end, name: '' };
        at = end + 2;
      } else {
        at = BEFORE_REGEXP.test(source.slice(Math.max(0, at - 16), at)) ? endOfRegExp(source, at) : at + 1;
      }
    } else at++;
  }
}

function nameBefore(source: string, quote: number): string {
  let last = quote - 1;
  while (last >= 0 && source.charCodeAt(last) <= 32) last--;
  if (last < 0 || !':=|?&(,'.includes(source[last]!)) return '';
  const match = GIVEN_NAME.exec(source.slice(Math.max(0, quote - CONTEXT_CHARS_MAX), quote));
  return match === null ? '' : (match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
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
