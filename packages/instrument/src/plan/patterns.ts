/*
 * Patterns for functions and calls. Functions: names between `|`, `*` for any part of a name. A pattern matches the end
 * of a qualified name at a dot: `total` and `Cart.total` both match `Cart.total`, `*` matches every function. Calls: the
 * text of the call with `*` for whatever may vary, white space aside.
 */

const PATTERNS_MAX = 512;
const compiled = new Map<string, RegExp>();

/** What is wrong with a function pattern, or null. */
export function functionPatternProblem(pattern: string): string | null {
  const names = pattern.split('|').map((name) => name.trim());
  if (names.some((name) => name === '')) return 'a name is missing beside "|"';
  const bad = names.find((name) => !/^[\p{ID_Continue}$#*.()\s-]+$/u.test(name));
  if (bad !== undefined) return `"${bad}" is not a name`;
  return names.some((name) => name.startsWith('.') || name.endsWith('.') || name.includes('..'))
    ? 'a name is missing beside "."'
    : null;
}

/** Whether a qualified name such as `Cart.total` matches the pattern. */
export function matchesFunction(qualifiedName: string, pattern: string): boolean {
  return remembered(`f${pattern}`, () => {
    const names = pattern.split('|').map((name) => name.trim());
    const sources = names.map((name) =>
      name === '*' ? '.*' : `(?:.*\\.)?${name.split('*').map(literal).join('[^.]*')}`,
    );
    return new RegExp(`^(?:${sources.join('|')})$`, 's');
  }).test(qualifiedName);
}

/** What is wrong with a call pattern, or null. */
export function callPatternProblem(pattern: string): string | null {
  if (withoutBlanks(pattern) === '') return 'an empty pattern matches nothing';
  if (!pattern.includes('(')) return 'a call has parentheses';
  return pattern.split('(').length === pattern.split(')').length ? null : 'a parenthesis is missing';
}

/** Whether the text of a call (`rate( eur )`) matches a pattern (`rate(*)`). */
export function matchesCall(callText: string, pattern: string): boolean {
  return remembered(
    `c${pattern}`,
    () => new RegExp(`^${withoutBlanks(pattern).split('*').map(literal).join('.*')}$`, 's'),
  ).test(withoutBlanks(callText));
}

function remembered(key: string, make: () => RegExp): RegExp {
  let pattern = compiled.get(key);
  if (pattern === undefined) {
    pattern = make();
    if (compiled.size >= PATTERNS_MAX) compiled.clear();
    compiled.set(key, pattern);
  }
  return pattern;
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function withoutBlanks(text: string): string {
  return text.replace(/\s+/g, '');
}
