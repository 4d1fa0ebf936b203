import {
  NAME_CONTAINED,
  NAME_CONTAINER,
  NAME_DIGITS,
  NAME_NOT_PATH,
  NAME_NOT_WORD,
  NAME_STRONG,
  NAME_TOKEN,
  isSecretName,
  type NameClass,
  type SecretName,
} from './secret-names.ts';

/*
 * Whether a value under a secret name is a secret. Names such as `token` are also words of parsers, and fields such as
 * `password` also hold schema types and settings, so that the value has a say.
 */

/** Texts that say something about a secret field and are none: types, settings, placeholders, words of sentences. */
const EVERYDAY = new Set(
  (
    'string number boolean object array function any unknown never undefined null void true false yes no on off none ' +
    'nil text hidden required optional default auto include omit same-origin missing invalid incorrect wrong expired ' +
    'empty must should may can cannot is are was were has have not and or the a an of for to in with your this that ' +
    'it its too at be new old ok error failed failure changed reset updated set unset provided given enter here xxx ' +
    'string[] redacted [redacted] [object buffer promise value'
  ).split(' '),
);

/** `^1.2.0`, `workspace:*`: packages have names such as `cookie`. */
const VERSION =
  /^(?:[~^<>=v ]{0,3}\d+\.\d+(?:\.\d+)?(?:[-+][\w.-]+)?|(?:workspace|npm|file|link|catalog|git\+\w+):.*)$/;
/** `./key.pem`, `/etc/ssl/key.pem`: where a secret lies. */
const FILE_PATH = /^(?:(?:\.{1,2}|~)\/[\w./-]+|\/(?:[\w.-]+\/){0,12}[\w-]+\.[a-z]{2,5})$/;
/** `AWS_SECRET_ACCESS_KEY`: the name of a variable. */
const CONSTANT = /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/;
/** `${user}:${password}@`: a template that somebody fills in. */
const TEMPLATE = /^(?:\$\{[^{}]{1,120}\}|[:@/.\s-]){1,40}$/;
/** The first half of `'Bearer ' + token`. */
const SCHEME_ALONE = /^(?:bearer|basic|digest|token|apikey)\s*$/i;

/** Passwords of tests and of development set-ups that are also everyday values, with or without a number after them: redacted where named, not looked for elsewhere. */
const WIDESPREAD = new Set(
  (
    'admin root guest test user username demo example changeme postgres mysql redis mongo localhost dev value foo bar ' +
    'baz qux key item name field data id hidden sensitive secret password token default'
  ).split(' '),
);

/** Shorter texts are not secrets, whatever their name. */
const SECRET_CHARS_MIN = 3;
/** Shorter values are too common to be looked for elsewhere. */
export const REMEMBERED_CHARS_MIN = 4;
/** Longer values are recognised where they are named, not elsewhere. */
export const REMEMBERED_CHARS_MAX = 8192;
const TOKEN_CHARS_MIN = 8;
const TOKEN_CHARS_MAX = 8192;

/** Whether a text under a name of this class is a secret. */
export function isSecretText(nameClass: NameClass, text: string): boolean {
  if (text.length < SECRET_CHARS_MIN) return false;
  switch (nameClass) {
    case NAME_TOKEN:
      return looksRandom(text);
    case NAME_STRONG:
    case NAME_CONTAINER:
    case NAME_CONTAINED:
      return !isPlaceholder(text);
    case NAME_DIGITS:
      return /^[\d][\d \-./]{1,30}$/.test(text);
    case NAME_NOT_PATH:
      return !isPlaceholder(text) && !/^(?:[~.]{0,2}\/|[A-Za-z]:[\\/])/.test(text);
    case NAME_NOT_WORD:
      return !isPlaceholder(text) && !/^(?:[a-z]+|[A-Z][a-z]*|[A-Z]+|\d{1,3})$/.test(text) && !/\s/.test(text);
  }
}

/** Whether a number under a name of this class is a secret. Small ones are settings, counts and indexes. */
export function isSecretNumber(nameClass: NameClass, value: number | bigint): boolean {
  switch (nameClass) {
    case NAME_STRONG:
    case NAME_CONTAINER:
    case NAME_CONTAINED:
    case NAME_NOT_PATH:
      return value >= 1000 && isWhole(value);
    case NAME_DIGITS:
      return value >= 100 && isWhole(value);
    default:
      return false;
  }
}

function isWhole(value: number | bigint): boolean {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

/** Types, settings, sentences' words, blanked-out secrets, template holes. */
export function isPlaceholder(text: string): boolean {
  if (text.length <= 12 && EVERYDAY.has(text.toLowerCase())) return true;
  const first = text.charCodeAt(0);
  // `***`, `xxxx`, `....`: one character over and over.
  if (
    (first === 42 || first === 46 || first === 120 || first === 88 || first === 45 || first === 8226) &&
    isOneCharacter(text)
  ) {
    return true;
  }
  if (CONSTANT.test(text) || VERSION.test(text) || FILE_PATH.test(text) || SCHEME_ALONE.test(text)) return true;
  if (TEMPLATE.test(text)) return true;
  // `<password>`, `${PASSWORD}`, `{{ password }}`, `%s`, `[REDACTED]`: somebody else's hole.
  return /^(?:[A-Za-z]+ )?(?:<[^<>]{1,60}>|\$\{[^{}]{1,80}\}|\{\{[^{}]{1,80}\}\}|\$[A-Za-z_]\w{0,60}|%[sdoj]|\[[A-Za-z ]{1,40}\]|\{\w{1,40}\})$/.test(
    text,
  );
}

function isOneCharacter(text: string): boolean {
  const first = text.charCodeAt(0);
  for (let at = 1; at < text.length; at++) if (text.charCodeAt(at) !== first) return false;
  return true;
}

/**
 * Whether a text looks like an issued credential and not like a word, an identifier, a number or a piece of code:
 * no white space, the letters of base64, hexadecimal or URLs, letters and digits mixed. `Uint32Array` and
 * `x-amz-server-side-key-MD5` are made of words, `iso-8859-1` has no letter beside a digit.
 */
export function looksRandom(text: string): boolean {
  if (text.length < TOKEN_CHARS_MIN || text.length > TOKEN_CHARS_MAX) return false;
  if (!/^[A-Za-z0-9_\-.~+/=:%|!]+$/.test(text) || !/\d/.test(text) || !/[A-Za-z]/.test(text)) return false;
  // Numeric literals, versions, dates, file names, URLs; below: addresses, alphabets.
  if (text.length < 20 && /^[-+.]?\d[\d._]*(?:e[-+]?\d+)?(?:[a-z]{1,4}|%)?$/i.test(text)) return false;
  if (VERSION.test(text) || /^\d{4}-\d\d-\d\d/.test(text) || /^0x[\da-f]{1,16}n?$/i.test(text)) return false;
  if (/^[.~]{0,2}\/|:\/\/|\.[a-z]{2,4}$/.test(text)) return false;
  if (/(?:secret|token|key)[-_.]|[-_.](?:secret|token|key)/i.test(text) && /\d{3}/.test(text)) return true;
  if (/:[\da-f]{0,4}:/i.test(text) || text.includes('0123456789')) return false;
  const changes = changesOf(text);
  // Random letters and digits change about every fourth character, names made of words hardly ever.
  if (changes >= 3 && changes * 7 >= text.length) return true;
  const isMixed = changes >= 3 || (changes === 2 && text.length >= 16) || /\d{5}/.test(text);
  return isMixed && charsInWords(text) * 2 < text.length;
}

/** How often a letter stands beside a digit. */
function changesOf(text: string): number {
  return text.match(/[A-Za-z](?=\d)|\d(?=[A-Za-z])/g)?.length ?? 0;
}

/** Characters that belong to something like a word: three letters or more of one case, a vowel among them. */
function charsInWords(text: string): number {
  const runs = text.match(/[A-Z]?[a-z]{2,}|[A-Z]{3,}/g) ?? [];
  return runs.reduce((sum, run) => sum + (run.length >= 3 && /[aeiouy]/i.test(run) ? run.length : 0), 0);
}

/**
 * Whether a value that was redacted by its name is looked for elsewhere. Words that programs are full of are not: one
 * `password: 'string'` in a schema would blank out every other `'string'`, one `authorization: 'granted'` a licence.
 */
export function isRemembered({ nameClass, takesWords }: SecretName, text: string): boolean {
  if (text.length < REMEMBERED_CHARS_MIN || text.length > REMEMBERED_CHARS_MAX) return false;
  if (nameClass === NAME_CONTAINED || nameClass === NAME_TOKEN) return text.length >= 12 && looksRandom(text);
  if (WIDESPREAD.has(text.toLowerCase().replace(/[\W_]*\d{0,2}$/, ''))) return false;
  if (/^[A-Za-z_\s-]+$/.test(text) && isSecretName(text)) return false;
  if (/^[a-z]+$/i.test(text)) return takesWords && text.length > 5;
  // Several words are a pass phrase where the name says so, else they belong to a user interface.
  if (/^[a-z]+(?:[\s_-]+[a-z]+)+[.!?:]?$/i.test(text)) return takesWords;
  return !(/^\d+$/.test(text) && text.length < 6);
}
