/** What is wrong with a regular expression, or null. */
export function regularExpressionProblem(text: string): string | null {
  if (text === '') return 'an empty pattern matches everything';
  try {
    return new RegExp(text).test('') ? 'the pattern matches the empty text, so everything' : null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What is wrong with an expression of an injected log line, or null. */
export function expressionProblem(text: string): string | null {
  if (text.trim() === '') return 'the expression is empty';
  try {
    // Parsed by the engine itself, never run. The second form catches what would leave the parentheses: `a); b(c`.
    for (const source of [`return (${text}\n)`, `return [${text}\n]`]) AsyncFunction(source);
    return null;
  } catch (error) {
    // With --disallow-code-generation-from-strings nothing can be said before the file loads.
    if (!(error instanceof SyntaxError)) return null;
    return `${error.message}${/[`'"]/.test(text) ? '' : '; is it meant as text? Then put it in back quotes'}`;
  }
}

const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as (source: string) => unknown;
