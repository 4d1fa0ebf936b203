import { replaceCards } from './cards.ts';
import type { KnownSecrets } from './known-secrets.ts';
import { replaceNamedValues, replaceOptionValues } from './named-values.ts';
import { FOUND_DASHES, FOUND_DIGITS, FOUND_KEY, FOUND_NAMED, FOUND_URL, createScan, type Scan } from './scan.ts';
import type { SecretName } from './secret-names.ts';
import { replaceCredentials, replaceKeys, replacePrivateKeys, type ReplaceSecret } from './secret-shapes.ts';
import { replaceUrlCredentials } from './url-credentials.ts';

/** What the searches of one redactor share. */
export interface ScrubRules {
  readonly lookUp: (name: string) => SecretName | null;
  readonly scan: Scan;
  /** Whether a text may hold a secret name. */
  readonly mayHoldName: (text: string) => boolean;
  readonly known: KnownSecrets;
  /** A plan's own patterns; each is tried on the whole text and on its words. */
  readonly patterns: readonly RegExp[];
}

/** Words are what stands between these; a plan's pattern such as `^sk_` is meant for one of them. */
const WORD = /[^\s"'`,;=()<>{}[\]]+/g;

/** Replaces every secret part of the text; gives the very same string back where there is none. */
export function scrub(text: string, rules: ScrubRules, replace: ReplaceSecret): string {
  let out = text;
  const found = rules.scan(text);
  if (found !== 0) {
    // From the most to the least certain: later searches leave alone what earlier ones have replaced.
    if (found & FOUND_DASHES) out = replacePrivateKeys(out, replace);
    if (found & FOUND_KEY) out = replaceCredentials(replaceKeys(out, replace), replace);
    if (found & FOUND_URL) out = replaceUrlCredentials(out, replace);
    if (found & FOUND_NAMED) out = replaceNamedValues(out, rules.lookUp, replace);
    if (found & FOUND_DASHES) out = replaceOptionValues(out, rules.lookUp, replace);
    if (found & FOUND_DIGITS) out = replaceCards(out, replace);
  }
  if (rules.known.mayHold(out)) out = rules.known.replaceIn(out, replace);
  if (rules.patterns.length > 0) out = replacePatterns(out, rules.patterns, replace);
  return out;
}

function replacePatterns(text: string, patterns: readonly RegExp[], replace: ReplaceSecret): string {
  if (patterns.some((pattern) => pattern.test(text))) {
    const scrubbed = text.replace(WORD, (word) =>
      patterns.some((pattern) => pattern.test(word)) ? replace(word, 'pattern') : word,
    );
    // A pattern that matches across words says that the text as a whole is the secret.
    return scrubbed === text ? replace(text, 'pattern') : scrubbed;
  }
  return text.replace(WORD, (word) =>
    patterns.some((pattern) => pattern.test(word)) ? replace(word, 'pattern') : word,
  );
}

/**
 * The kind of the first secret that shows by its shape alone in the text (`jwt`, `private-key`, `card`), or null. For
 * those who ask without a key; a redactor finds more.
 */
export function secretKindOf(text: string): string | null {
  const found = createScan([])(text);
  if (found === 0) return null;
  let first: string | null = null;
  const note: ReplaceSecret = (secret, kind) => {
    first ??= kind;
    return secret;
  };
  if (found & FOUND_DASHES) replacePrivateKeys(text, note);
  if (found & FOUND_KEY) replaceCredentials(replaceKeys(text, note), note);
  if (found & FOUND_URL) replaceUrlCredentials(text, note);
  if (found & FOUND_DIGITS) replaceCards(text, note);
  return first;
}
