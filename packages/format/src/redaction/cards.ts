/*
 * Numbers of payment cards: 13 to 19 digits, in one run or in groups with one kind of separator, with the prefix and
 * length of an issuer and a valid check digit. Identifiers and times of the same length mostly fail the prefix; one in
 * ten of the rest passes the check digit, which is the price.
 */

const CARD_DIGITS_MIN = 13;
const CARD_DIGITS_MAX = 19;
const ZERO = 48;

/** Smallest and largest whole number that can be a card's. */
export const CARD_NUMBER_MIN = 1e12;

/** The first digit is one that issuers have. */
const GROUPED = /(?<![\w.+-])[2-6]\d{3}([ -]?)\d{4,6}\1\d{4,5}(?:\1\d{1,7})?(?![\w-]|\.\d)/g;

/** Whether this text, digits with separators among them, is a card number. Begins with four digits. */
function isCardNumber(text: string): boolean {
  let count = 0;
  for (let at = 0; at < text.length; at++) if (isDigit(text.charCodeAt(at))) count++;
  if (count < CARD_DIGITS_MIN || count > CARD_DIGITS_MAX) return false;
  let four = 0;
  for (let at = 0; at < 4; at++) four = four * 10 + text.charCodeAt(at) - ZERO;
  return hasIssuer(count, (four / 100) | 0, four) && passesLuhn(text);
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9;
}

/** Whether a number is a card's. Only whole numbers from CARD_NUMBER_MIN on need asking. */
export function isCardValue(value: number | bigint): boolean {
  if (value < CARD_NUMBER_MIN || (typeof value === 'number' && !Number.isSafeInteger(value))) return false;
  return isCardNumber(String(value));
}

/** Calls `replace` for each card number in the text and puts its result in place. */
export function replaceCards(text: string, replace: (secret: string, kind: string) => string): string {
  return text.replace(GROUPED, (found) => (isCardNumber(found) ? replace(found, 'card') : found));
}

function hasIssuer(count: number, two: number, four: number): boolean {
  if (two >= 40 && two <= 49) return count === 16 || count === 13 || count === 19;
  if (two >= 51 && two <= 55) return count === 16;
  if (four >= 2221 && four <= 2720) return count === 16;
  if (two === 34 || two === 37) return count === 15;
  if (four === 6011 || two === 65 || (four >= 6440 && four <= 6499)) return count >= 16;
  if (two === 62) return count >= 16;
  if (four >= 3528 && four <= 3589) return count >= 16;
  return count === 14 && (two === 36 || two === 38 || two === 39 || (four >= 3000 && four <= 3059));
}

function passesLuhn(text: string): boolean {
  let sum = 0;
  let double = false;
  for (let at = text.length - 1; at >= 0; at--) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) continue;
    const digit = code - ZERO;
    sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
    double = !double;
  }
  return sum % 10 === 0;
}
