import { scrub, type ScrubRules } from './scrub.ts';
import { replaceKeys, replacePrivateKeys, type ReplaceSecret } from './secret-shapes.ts';
import { isSecretText } from './secret-values.ts';
import { sourceStretches } from './source-literals.ts';

/** A string literal that a parser has seen: range of its inside, and the name it is given to. */
export interface SourceLiteral {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/**
 * Replaces secrets in the literals and comments of a source text by as many characters: every line and column stays
 * where it was, so that sites still point at their code. Code outside of literals stays as it is, but for issued keys.
 * `literals` are those whose names a parser knows better than the look at the text before the quote does.
 */
export function scrubSource(
  source: string,
  literals: readonly SourceLiteral[],
  rules: ScrubRules,
  tokenOf: ReplaceSecret,
): string {
  const replace: ReplaceSecret = (secret, kind) => ofSameLength(secret, tokenOf(secret, kind));
  const namedByParser = new Map(literals.map((literal) => [literal.start, literal.name]));
  let out = '';
  let done = 0;
  for (const { start, end, name } of sourceStretches(source)) {
    if (end - start < 3) continue;
    const text = source.slice(start, end);
    const givenName = namedByParser.get(start) ?? name;
    const secretName = givenName === '' ? null : rules.lookUp(givenName);
    const scrubbed =
      secretName !== null && text !== givenName && isSecretText(secretName.nameClass, text)
        ? replace(text, secretName.kind)
        : scrub(text, rules, replace);
    if (scrubbed === text) continue;
    out += source.slice(done, start) + scrubbed;
    done = end;
  }
  if (done > 0) out += source.slice(done);
  else out = source;
  // Text between tags, and whatever the search for literals has misread.
  return replaceKeys(replacePrivateKeys(out, replace), replace);
}

/** The token filled up to the secret's length, or stars where it does not fit; line ends stay. */
function ofSameLength(secret: string, token: string): string {
  if (token.length <= secret.length && !/[\r\n]/.test(secret)) return token.padEnd(secret.length, '*');
  return secret.replace(/[^\r\n]/g, '*');
}
