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

/** Passwords of development set-ups that are also everyday values: redacted where named, not looked for elsewhere. */
const WIDESPREAD = new Set(
  'admin root guest test user demo example changeme postgres mysql redis localhost dev'.split(' '),
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
  if (nameClass === 0 || text.length < SECRET_CHARS_MIN) return false;
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
  // `<password>`, `${PASSWORD}`, `{{ password }}`, `%s`, `[REDACTED]`: somebody else's hole.
  return /^(?:<[^<>]{1,60}>|\$\{[^{}]{1,80}\}|\{\{[^{}]{1,80}\}\}|\$[A-Za-z_]\w{0,60}|%[sdoj]|\[[A-Za-z ]{1,40}\]|\{\w{1,40}\})$/.test(
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
 * no white space, the letters of base64, hexadecimal or URLs, letters and digits mixed.
 */
export function looksRandom(text: string): boolean {
  if (text.length < TOKEN_CHARS_MIN || text.length > TOKEN_CHARS_MAX) return false;
  if (!/^[A-Za-z0-9_\-.~+/=:%|!]+$/.test(text) || !/\d/.test(text) || !/[A-Za-z]/.test(text)) return false;
  // Identifiers with a number at the end, numeric literals, versions, dates, file names.
  if (text.length < 20 && /^[A-Za-z_]+\d{1,2}$/.test(text)) return false;
  if (text.length < 20 && /^[-+.]?\d[\d._]*(?:e[-+]?\d+)?(?:[a-z]{1,4}|%)?$/i.test(text)) return false;
  if (/^v?\d+\.\d+(?:\.\d+)?(?:[-+][\w.-]+)?$/.test(text) || /^\d{4}-\d\d-\d\d/.test(text)) return false;
  return !/^0x[\da-f]{1,16}n?$/i.test(text) && !/^[.~]{0,2}\/|:\/\/|\.[a-z]{2,4}$/.test(text);
}

/**
 * Whether a value that was redacted by its name is looked for elsewhere. Words that programs are full of are not: one
 * `password: 'string'` in a schema would blank out every other `'string'`.
 */
export function isRemembered(nameClass: NameClass, text: string): boolean {
  if (text.length < REMEMBERED_CHARS_MIN || text.length > REMEMBERED_CHARS_MAX) return false;
  if (nameClass === NAME_CONTAINED) return looksRandom(text);
  if (/^[a-z]+$/i.test(text)) return text.length > 5 && !WIDESPREAD.has(text.toLowerCase()) && !isSecretName(text);
  // Words of a sentence or of a user interface: `Enter your password`.
  return !(/\s/.test(text) && isSecretName(text)) && !(/^\d+$/.test(text) && text.length < 6);
}
