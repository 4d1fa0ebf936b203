import { replaceCards } from './cards.ts';
import { scrub, type ScrubRules } from './scrub.ts';
import { memberOf, type SecretName } from './secret-names.ts';
import { secretParameters } from './secret-parameters.ts';
import { replaceKeys, replacePrivateKeys, type ReplaceSecret } from './secret-shapes.ts';
import { isSecretNumber, isSecretText } from './secret-values.ts';
import { sourceStretches, type SourceStretch } from './source-literals.ts';

/** A string literal that a parser has seen: range of its inside, and the name it is given to. */
export interface SourceLiteral {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

const NAMED_NUMBER = /[:=]\s{0,4}(\d{3,16})(?![\w.])/g;
const NAME_BEFORE = /(?<![\w$])([A-Za-z_$][\w$]{1,47})["']?\s{0,4}$/;
const NAME_CHARS_MAX = 56;

/**
 * Replaces secrets in the literals and comments of a source text by as many characters: every line and column stays
 * where it was, so that sites still point at their code. Code outside of literals stays as it is, but for issued keys
 * and numbers. `literals` are those whose names a parser knows better than the look at the text before the quote does.
 */
export function scrubSource(
  source: string,
  literals: readonly SourceLiteral[],
  rules: ScrubRules,
  tokenOf: ReplaceSecret,
): string {
  const replace: ReplaceSecret = (secret, kind) => ofSameLength(secret, tokenOf(secret, kind));
  const namedByParser = new Map(literals.map((literal) => [literal.start, literal.name]));
  const parameters = secretParameters(source, rules.lookUp);
  let out = '';
  let done = 0;
  const wanted = { isName: rules.mayHoldName, isCallee: (name: string) => parameters.has(name) };
  for (const stretch of sourceStretches(source, wanted)) {
    const { start, end } = stretch;
    if (end - start < 3) continue;
    const text = source.slice(start, end);
    const givenName = namedByParser.get(start) ?? stretch.name;
    const secretName =
      secretNameOf({ ...stretch, name: givenName }, rules) ??
      parameters.get(stretch.callee)?.get(stretch.argument) ??
      null;
    const scrubbed =
      secretName !== null && text !== givenName && isSecretText(secretName.nameClass, text)
        ? replace(text, secretName.kind)
        : scrub(text, rules, replace);
    if (scrubbed === text) continue;
    out += source.slice(done, start) + scrubbed;
    done = end;
  }
  out = done > 0 ? out + source.slice(done) : source;
  // Text between tags, whatever the search for literals has misread, and numbers.
  out = replaceKeys(replacePrivateKeys(out, replace), replace);
  return replaceNamedNumbers(replaceCards(out, replace), rules, replace);
}

function secretNameOf({ name, owner }: Pick<SourceStretch, 'name' | 'owner'>, rules: ScrubRules): SecretName | null {
  if (name === '') return null;
  return memberOf(owner === '' ? null : rules.lookUp(owner), rules.lookUp(name));
}

function replaceNamedNumbers(source: string, rules: ScrubRules, replace: ReplaceSecret): string {
  return source.replace(NAMED_NUMBER, (found: string, digits: string, at: number) => {
    const name = NAME_BEFORE.exec(source.slice(Math.max(0, at - NAME_CHARS_MAX), at))?.[1];
    const secretName = name === undefined ? null : rules.lookUp(name);
    if (secretName === null || !isSecretNumber(secretName.nameClass, Number(digits))) return found;
    return found.slice(0, -digits.length) + replace(digits, secretName.kind);
  });
}

/** The token filled up to the secret's length, or stars where it does not fit; line ends stay. */
function ofSameLength(secret: string, token: string): string {
  if (token.length <= secret.length && !/[\r\n]/.test(secret)) return token.padEnd(secret.length, '*');
  return secret.replace(/[^\r\n]/g, '*');
}
