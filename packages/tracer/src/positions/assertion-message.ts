import type { LoadedScripts } from './loaded-scripts.ts';

/*
 * `assert.ok(x)` without a message quotes its own call. Node finds the text by the call's position, in the file (Node 20)
 * or in what V8 compiled (22 on): either way not what the author wrote. AssertionErrors ask for their stack while they
 * are made, before anybody sees them, and there the message is set right.
 */

const QUOTING = 'The expression evaluated to a falsy value:\n\n  ';
/** What stands there when Node has not found the call. */
const NOT_FOUND = /^(?:false|null|undefined|-?0n?|''|NaN) == true\n?$/;
/** Other assertions with the same operator, which have such messages in earnest. */
const COMPARING = /equal/i;

export interface QuotedCall {
  /** The name before the parenthesis. */
  readonly callee: string;
  /** As Node quotes it. */
  readonly text: string;
}

/**
 * The call at a place of a source text, as this version of Node quotes it; undefined when there is none.
 * `line` is 1-based, `column` 0-based.
 */
export type QuoteCall = (source: string, line: number, column: number) => QuotedCall | undefined;

/** Corrects the message of an AssertionError in the making. `quote` is loaded at the first one. */
export function createAssertionMending(
  scripts: LoadedScripts,
  quote: () => QuoteCall,
): (error: unknown, trace: readonly NodeJS.CallSite[]) => void {
  return (error, [site]) => {
    if (site === undefined || !(error instanceof Error)) return;
    const { code, operator, message } = error as Error & { code?: unknown; operator?: unknown };
    if (code !== 'ERR_ASSERTION' || operator !== '==' || typeof message !== 'string') return;
    const isQuoting = message.startsWith(QUOTING);
    if (!isQuoting && !NOT_FOUND.test(message)) return;
    const file = site.getFileName();
    const script = typeof file === 'string' ? scripts.find(file) : undefined;
    const line = site.getLineNumber();
    const column = site.getColumnNumber();
    if (script === undefined || line === null || column === null) return;
    const place = script.uninstrumented(line, column - 1);
    const call = quote()(script.withoutInsertions(), place.line, place.column);
    if (call === undefined || (!isQuoting && COMPARING.test(call.callee))) return;
    error.message = `${QUOTING}${call.text}\n`;
  };
}
