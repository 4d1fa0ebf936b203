import { NAME_STRONG, type SecretName } from './secret-names.ts';

/** Function name -> position of a parameter -> what its name says. */
export type SecretParameters = ReadonlyMap<string, ReadonlyMap<number, SecretName>>;

/** A parameter list of usual length before a body or an arrow, and the text before it. */
const SIGNATURE = /\(([^(){}=>;]{3,300})\)\s*(?::[^(){}=;]{1,80})?(?:=>|\{)/g;
const NAME_BEFORE = /(?:([\w$]+)\s*[=:]\s*(?:async\s*)?(?:function\b\s*\*?\s*[\w$]*\s*)?|([\w$]+)\s*)$/;
const CLASS_BEFORE = /\bclass\s+([\w$]+)/g;
const BEFORE_CHARS_MAX = 80;
/** As far before its constructor as a class may begin. */
const CLASS_CHARS_MAX = 4000;
/** Words that stand before parentheses and are no functions. */
const NO_FUNCTIONS = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'function']);

/**
 * The functions, methods and classes of a source whose parameters have secret names, by a look at their heads: so the
 * literal in `login('bob', 'hunter2')` is known for what it is where `function login(user, password)` is in the same file.
 */
export function secretParameters(source: string, lookUp: (name: string) => SecretName | null): SecretParameters {
  const found = new Map<string, Map<number, SecretName>>();
  for (const match of source.matchAll(SIGNATURE)) {
    const positions = secretPositions(match[1]!, lookUp);
    if (positions.size === 0) continue;
    const before = NAME_BEFORE.exec(source.slice(Math.max(0, match.index - BEFORE_CHARS_MAX), match.index));
    let name = before?.[1] ?? before?.[2] ?? '';
    if (name === 'constructor') name = classBefore(source, match.index);
    if (name !== '' && !NO_FUNCTIONS.has(name)) found.set(name, positions);
  }
  return found;
}

/** Only names that leave no doubt: a literal for a parser's `token` is no secret, and looks random if it is one. */
function secretPositions(parameters: string, lookUp: (name: string) => SecretName | null): Map<number, SecretName> {
  const positions = new Map<number, SecretName>();
  parameters.split(',').forEach((parameter, position) => {
    const name = /^\s*(?:(?:public|private|protected|readonly|\.\.\.)\s*)*([\w$]+)/.exec(parameter)?.[1];
    const secretName = name === undefined ? null : lookUp(name);
    if (secretName?.nameClass === NAME_STRONG) positions.set(position, secretName);
  });
  return positions;
}

function classBefore(source: string, at: number): string {
  const names = [...source.slice(Math.max(0, at - CLASS_CHARS_MAX), at).matchAll(CLASS_BEFORE)];
  return names.at(-1)?.[1] ?? '';
}
