import { CARD_NUMBER_MIN, isCardValue } from './cards.ts';
import { addNumber, createNumberFilter, mayHoldNumber, type NumberFilter } from './known-numbers.ts';
import { KnownSecrets } from './known-secrets.ts';
import { isOptionSecret } from './named-values.ts';
import { createNameTest, createScan } from './scan.ts';
import { scrub, type ScrubRules } from './scrub.ts';
import { scrubSource, type SourceLiteral } from './scrub-source.ts';
import { NAME_STRONG, createNameRules, memberOf, type SecretName } from './secret-names.ts';
import type { ReplaceSecret } from './secret-shapes.ts';
import { isRemembered, isSecretNumber, isSecretText } from './secret-values.ts';
import { parseRedactionKey } from './sip-hash.ts';
import { parseRedactionToken, redactionToken } from './tokens.ts';

/** What a redactor is made of. All parts but the key come from the plan. */
export interface RedactorOptions {
  /** 16 hexadecimal digits, one per process tree: equal secrets get equal tokens where the keys are equal. */
  readonly key: string;
  /** Names whose values are secrets as well; matched like the built-in ones, at the end of a name. */
  readonly names?: readonly string[];
  /** Regular expressions that secret texts, or words of texts, match. */
  readonly patterns?: readonly string[];
  /** Whole names that are not secret after all. */
  readonly allow?: readonly string[];
}

/** How often something was redacted, and what became of the memory of values. */
export interface RedactionCounts {
  readonly byKind: Readonly<Record<string, number>>;
  /** Values that are looked for wherever they appear. */
  readonly remembered: number;
  /** Values that are no longer looked for, because newer ones took their place. */
  readonly forgotten: number;
}

/**
 * Finds secrets and gives tokens for them. Never runs user code, never throws after its creation. Texts go in as
 * strings; where nothing is secret the answer is `null` or the very same string, and nothing was allocated.
 */
export interface Redactor {
  /** Judges a name; null for ordinary ones. Cached here, but hot callers keep the result beside the key. */
  secretName(name: string): SecretName | null;
  /** As `secretName` for a member of an object that stands under `parent` itself (`cookies.theme`). */
  memberName(parent: SecretName | null, name: string): SecretName | null;
  /**
   * A captured string. Gives what to store instead: a token when the text is secret as a whole, else the text with its
   * secret parts replaced; null when nothing is secret. Of long texts only what is stored is searched: the first
   * `storedChars` and a margin, so cut the result afterwards. Elements of arrays stand under the array's name.
   */
  redactValue(name: SecretName | string | null, text: string, storedChars?: number): string | null;
  /** A captured number. Without a secret name only whole numbers from `SECRET_NUMBER_MIN` on need asking. */
  redactNumber(name: SecretName | string | null, value: number | bigint): string | null;
  /** Tells which numbers need no asking: certainly none that was redacted under a name. */
  readonly numbers: NumberFilter;
  /** Captured bytes: a token when they stand under a secret name or hold a secret as text, else null. */
  redactBytes(name: SecretName | string | null, bytes: Uint8Array): string | null;
  /** Log lines, messages, stacks, URLs, headers, SQL: only the secret parts are replaced. */
  scrubText(text: string): string;
  /** A command line: as `scrubText` for each word, and the word after an option with a secret name. */
  scrubArguments(words: readonly string[]): string[];
  /** A source text; lines and columns stay where they were. */
  scrubSource(source: string, literals?: readonly SourceLiteral[]): string;
  /** Rises with each newly remembered value; texts found clean under an older generation may hold a secret now. */
  generation(): number;
  counts(): RedactionCounts;
}

/** Characters behind a cut that are searched too, so that a secret across the cut is still seen as one. */
export const SCAN_MARGIN_CHARS = 256;

/** Smaller numbers are never remembered: they are too common to be looked for. */
export const SECRET_NUMBER_MIN = 100_000;

/** Names are judged once each; past this many the memory of judgements starts afresh. */
const NAMES_CACHED_MAX = 20_000;

/** Bytes are searched as text up to here. */
const SEARCHED_BYTES_MAX = 4096;

/** Makes a redactor. Throws a RangeError for a malformed key and a SyntaxError for a pattern that does not compile. */
export function createRedactor(options: RedactorOptions): Redactor {
  const { names = [], patterns = [], allow = [] } = options;
  const key = parseRedactionKey(options.key);
  const known = new KnownSecrets(key);
  const numbers = createNumberFilter(key);
  const lookUpRule = createNameRules(names, allow);
  const judged = new Map<string, SecretName | null>();
  const counted = new Map<string, number>();

  const secretName = (name: string): SecretName | null => {
    let found = judged.get(name);
    if (found === undefined) {
      found = lookUpRule(name);
      if (judged.size >= NAMES_CACHED_MAX) judged.clear();
      judged.set(name, found);
    }
    return found;
  };

  const tokenOf: ReplaceSecret = (secret, kind, isCredential = false) => {
    counted.set(kind, (counted.get(kind) ?? 0) + 1);
    if (isCredential) remember({ nameClass: NAME_STRONG, kind, takesWords: false }, secret);
    return redactionToken(key, kind, secret);
  };

  const rules: ScrubRules = {
    lookUp: secretName,
    scan: createScan(names),
    mayHoldName: createNameTest(names),
    known,
    patterns: patterns.map((pattern) => new RegExp(pattern)),
  };

  const resolve = (name: SecretName | string | null): SecretName | null =>
    typeof name === 'string' ? secretName(name) : name;

  /** A program may hold the value in a URL or in JSON as well. */
  const remember = (name: SecretName, value: string): void => {
    if (!isRemembered(name, value)) return;
    known.add(value, name.kind);
    // A program may make a number of it.
    if (/^[1-9]\d{5,14}$/.test(value)) addNumber(numbers, Number(value));
    if (!/[^\w.-]/.test(value)) return;
    known.add(percentEncoded(value), name.kind);
    known.add(JSON.stringify(value).slice(1, -1), name.kind);
  };

  const redactValue = (name: SecretName | string | null, text: string, storedChars = text.length): string | null => {
    const under = name === null ? null : resolve(name);
    if (under !== null && isSecretText(under.nameClass, text) && parseRedactionToken(text) === null) {
      remember(under, text);
      return tokenOf(text, under.kind);
    }
    const whole = known.kindOf(text);
    if (whole !== null) return tokenOf(text, whole);
    const searchedChars = storedChars + SCAN_MARGIN_CHARS;
    const searched = text.length > searchedChars ? text.slice(0, searchedChars) : text;
    const scrubbed = scrub(searched, rules, tokenOf);
    return scrubbed === searched ? null : scrubbed;
  };

  const redactNumber = (name: SecretName | string | null, value: number | bigint): string | null => {
    const under = name === null ? null : resolve(name);
    if (under !== null && isSecretNumber(under.nameClass, value)) {
      const digits = String(value);
      if (value >= SECRET_NUMBER_MIN) {
        addNumber(numbers, value);
        known.add(digits, under.kind);
      }
      return tokenOf(digits, under.kind);
    }
    if (value < SECRET_NUMBER_MIN) return null;
    if (value >= CARD_NUMBER_MIN && isCardValue(value)) return tokenOf(String(value), 'card');
    if (!mayHoldNumber(numbers, Number(value))) return null;
    const digits = String(value);
    const kind = known.kindOf(digits);
    return kind === null ? null : tokenOf(digits, kind);
  };

  const redactBytes = (name: SecretName | string | null, bytes: Uint8Array): string | null => {
    const text = latin1(bytes);
    const under = name === null ? null : resolve(name);
    if (under !== null && isSecretText(under.nameClass, text)) {
      remember(under, text);
      return tokenOf(text, under.kind);
    }
    return known.kindOf(text) !== null || scrub(text, rules, tokenOf) !== text ? tokenOf(text, 'bytes') : null;
  };

  const scrubArguments = (words: readonly string[]): string[] => {
    let option: SecretName | null = null;
    return words.map((word) => {
      const under = option;
      const isOption = /^--?[A-Za-z]/.test(word);
      option = isOption && !word.includes('=') && !word.startsWith('--no-') ? secretName(word) : null;
      if (under !== null && !isOption && isOptionSecret(under.nameClass, word)) {
        remember(under, word);
        return tokenOf(word, under.kind);
      }
      return scrub(word, rules, tokenOf);
    });
  };

  return {
    secretName,
    memberName: (parent, name) => memberOf(parent, secretName(name)),
    redactValue,
    redactNumber,
    numbers,
    redactBytes,
    scrubText: (text) => scrub(text, rules, tokenOf),
    scrubArguments,
    scrubSource: (source, literals = []) => scrubSource(source, literals, rules, tokenOf),
    generation: () => known.generation,
    counts: () => ({
      byKind: Object.fromEntries(counted),
      remembered: known.count,
      forgotten: known.forgotten,
    }),
  };
}

/** As `encodeURIComponent`, which throws for lone surrogates. */
function percentEncoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}

function latin1(bytes: Uint8Array): string {
  const count = Math.min(bytes.length, SEARCHED_BYTES_MAX);
  let text = '';
  for (let at = 0; at < count; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}
