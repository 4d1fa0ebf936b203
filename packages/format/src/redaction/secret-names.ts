/*
 * Which names hold secrets. A name is split into words (camelCase, snake_case, kebab-case, dots), ornaments at its end
 * are dropped (`passwordValue`, `apiKey2`), and its last one to three words are looked up. So `userPassword`,
 * `DB_PASSWORD` and `x-api-key` match, `tokenCount`, `passwordHint` and `compass` do not.
 *
 * A class says which values under the name are secrets, because names alone mislead: a parser's `token` is not a
 * session's. Callers cache the class per name; the look-up costs about a microsecond.
 */

/** What a name says about the values under it. */
export type NameClass = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** `token`, `sid`: strings that look random. Objects, numbers and words of a language under such names are ordinary. */
export const NAME_TOKEN = 1;
/** `password`, `apiKey`: every string, bytes, and numbers of four digits or more. */
export const NAME_STRONG = 2;
/** `secrets`, `cookies`: as strong, and the members of an object under it are contained secrets. */
export const NAME_CONTAINER = 3;
/** `pin`, `cvv`, `ssn`: strings and numbers of digits. */
export const NAME_DIGITS = 4;
/** `pwd`: every string but a path (it is also the shell's working directory). */
export const NAME_NOT_PATH = 5;
/** `pass`, `auth`: strings that are not plain words. */
export const NAME_NOT_WORD = 6;
/** A member of a container: redacted, but remembered elsewhere only where it looks random. */
export const NAME_CONTAINED = 7;

/** What the rules know about one name. */
export interface SecretName {
  readonly nameClass: NameClass;
  /** Shown in the token: `password`, `api-key`. */
  readonly kind: string;
  /** Values may be plain words and still be looked for elsewhere: passwords, and what a plan names itself. */
  readonly takesWords: boolean;
}

/** Longer names are judged by their end alone. */
const NAME_CHARS_MAX = 96;
const PHRASE_WORDS_MAX = 3;

const STRONG =
  'password, passwd, passwort, kennwort, passphrase, secret, client secret, secret key, api key, api secret, ' +
  'api token, access key, secret access key, private key, priv key, encryption key, signing key, master key, ' +
  'auth key, shared key, account key, service key, service account key, deploy key, ssh key, hmac key, webhook key, ' +
  'session key, session secret, cookie secret, redaction key, license key, authorization, proxy authorization, ' +
  'cookie, set cookie, credential, access token, refresh token, auth token, id token, bearer token, oauth token, ' +
  'session token, security token, personal token, bot token, github token, gitlab token, npm token, slack token, ' +
  'device token, push token, reset token, verification token, invite token, service token, user token, secret token, ' +
  'one time password, recovery phrase, seed phrase, verification code, reset code, recovery code, backup code, ' +
  'connection password';
const TOKEN =
  'token, jwt, sid, session id, sessid, session, csrf, xsrf, csrf token, xsrf token, sas, bearer, app key, ' +
  'consumer key, otp secret, iban';
const DIGITS =
  'pin, pin code, cvv, cvv2, cvc, cvc2, cvn, csc, card code, card security code, security code, ssn, ' +
  'social security number, credit card, credit card number, debit card number, card number, cc number, ccnum, otp, ' +
  'account number';
const NOT_PATH = 'pwd';
const NOT_WORD = 'pass, auth, basic auth, user pass';

/** Endings that also count inside one lower-case word (`dbpassword`, `AUTHTOKEN`): long enough not to be an accident. */
const INNER_ENDINGS =
  /(?:password|passwd|passphrase|secretkey|accesskey|privatekey|apikey|secret|token|credentials?|sessionid)$/;

/** Last words that say how a secret is written, not what it is. */
const ORNAMENTS = new Set(
  'value values string str text raw plain plaintext cleartext header headers env base hex bytes buffer buf pem hash hashed encrypted confirmation confirm again repeat'.split(
    ' ',
  ),
);

const RULES = new Map<string, SecretName>();
for (const [phrases, nameClass] of [
  [STRONG, NAME_STRONG],
  [TOKEN, NAME_TOKEN],
  [DIGITS, NAME_DIGITS],
  [NOT_PATH, NAME_NOT_PATH],
  [NOT_WORD, NAME_NOT_WORD],
] as const) {
  for (const phrase of phrases.split(', ')) addRule(RULES, phrase.split(' '), nameClass);
}

function addRule(rules: Map<string, SecretName>, words: readonly string[], nameClass: NameClass): void {
  const kind = words.join('-');
  const takesWords = /^(?:pass|pwd|kennwort)|phrase$/.test(kind);
  rules.set(words.join(''), { nameClass, kind, takesWords });
  const plural = nameClass === NAME_STRONG ? NAME_CONTAINER : nameClass;
  if (!kind.endsWith('s')) rules.set(`${words.join('')}s`, { nameClass: plural, kind, takesWords });
}

/** Ornaments that stand in front of a value in texts as well; others are names of variables. */
const TEXT_ORNAMENTS = ['hash', 'hashed', 'confirmation', 'confirm'];

/** What may stand between two words of a name. */
const JOINER = '[-_. ]?';

/**
 * An expression for the end of a name, four letters of its last word at most: a quick test before a name is cut out of
 * a text. `session id` ends like `on id`, `id` alone would be met too often.
 */
export function nameEnding(name: string): string {
  return endingOf(wordsOf(name));
}

function endingOf(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  const before = words.at(-2);
  return before === undefined || last.length > 3 ? last.slice(-4) : `${before.slice(-2)}${JOINER}${last}`;
}

/** Endings of all built-in names, one and many. */
export function nameEndings(): Set<string> {
  const names = [...new Set([...RULES.values()].map(({ kind }) => kind)), ...TEXT_ORNAMENTS];
  return new Set([...names, ...names.map((name) => `${name}s`)].map((name) => endingOf(name.split('-'))));
}

/** Looks a name up among the built-in rules; null for an ordinary name. */
export function secretNameOf(name: string): SecretName | null {
  return lookUp(RULES, name);
}

/** Whether values under this name may be secrets; which ones, the class says (see `secretNameOf`). */
export function isSecretName(name: string): boolean {
  return lookUp(RULES, name) !== null;
}

/** What the name of a member says, given what the name of its object says: in `cookies` every member is a secret. */
export function memberOf(parent: SecretName | null, own: SecretName | null): SecretName | null {
  if (parent?.nameClass !== NAME_CONTAINER || own?.nameClass === NAME_STRONG) return own;
  return { kind: own?.kind ?? parent.kind, nameClass: NAME_CONTAINED, takesWords: false };
}

/** The rules with a plan's own names added (suffix match like the built-in ones) and others taken out (whole names). */
export function createNameRules(
  names: readonly string[],
  allow: readonly string[],
): (name: string) => SecretName | null {
  if (names.length === 0 && allow.length === 0) return secretNameOf;
  const rules = new Map(RULES);
  for (const name of names) {
    const words = wordsOf(name);
    if (words.length === 0) continue;
    const rule = { nameClass: NAME_STRONG, kind: kindOf(words), takesWords: true } as const;
    rules.set(words.slice(-PHRASE_WORDS_MAX).join(''), rule);
  }
  const allowed = new Set(allow.map((name) => wordsOf(name).join('')));
  return (name) => {
    const found = lookUp(rules, name);
    return found !== null && allowed.size > 0 && allowed.has(wordsOf(name).join('')) ? null : found;
  };
}

/** Kinds are ASCII in tokens, whatever the plan's names are written in. */
function kindOf(words: readonly string[]): string {
  const kind = words.join('-').replace(/[^a-z0-9-]/g, '');
  return /^[a-z]/.test(kind) ? kind : 'secret';
}

function lookUp(rules: ReadonlyMap<string, SecretName>, name: string): SecretName | null {
  const words = wordsOf(name);
  let end = words.length;
  while (end > 1 && ORNAMENTS.has(words[end - 1]!)) end--;
  if (end === 0) return null;
  for (let count = Math.min(PHRASE_WORDS_MAX, end); count > 0; count--) {
    const found = rules.get(words.slice(end - count, end).join(''));
    if (found !== undefined) return found;
  }
  const inner = INNER_ENDINGS.exec(words[end - 1]!);
  return inner === null ? null : (rules.get(inner[0]) ?? null);
}

/** Lower-case words of a name, without the digits at its end. */
function wordsOf(name: string): string[] {
  const tail = name.length > NAME_CHARS_MAX ? name.slice(-NAME_CHARS_MAX) : name;
  // Nearly all names are ASCII, and expressions for every script take milliseconds to compile.
  const spaced = /^[\0-\x7f]*$/.test(tail)
    ? tail
        .replace(/([a-z\d])([A-Z])/g, '$1 $2')
        .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
        .replace(/[^A-Za-z\d]+/g, ' ')
    : tail
        .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
        .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
        .replace(/[^\p{L}\d]+/gu, ' ');
  const words = spaced
    .toLowerCase()
    .replace(/(\D)\d+ ?$/, '$1')
    .trim();
  return words === '' ? [] : words.split(' ');
}
