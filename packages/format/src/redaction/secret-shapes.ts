/*
 * Secrets that show by their shape, whatever they are called: issued keys with a prefix, signed tokens, private keys,
 * credentials in headers. Every pattern begins with literal text and repeats single character classes, so that no
 * input makes it backtrack; each is anchored at the start of a word.
 */

/** Replaces one secret; called with the secret part alone and what it is. */
export type ReplaceSecret = (secret: string, kind: string) => string;

interface Shape {
  readonly kind: string;
  readonly pattern: string;
  /** All first two characters that the pattern can begin with. */
  readonly starts: string;
}

const SHAPES: readonly Shape[] = [
  { kind: 'jwt', starts: 'ey', pattern: 'eyJ[\\w-]{6,}\\.[\\w-]{6,}(?:\\.[\\w-]*){1,3}' },
  { kind: 'aws-key', starts: 'AK AS AB AC', pattern: '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])' },
  { kind: 'google-key', starts: 'AI ya GO', pattern: 'AIza[\\w-]{35}|ya29\\.[\\w-]{20,}|GOCSPX-[\\w-]{20,}' },
  { kind: 'github-token', starts: 'gh gi', pattern: 'gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\\w{22,}' },
  { kind: 'gitlab-token', starts: 'gl', pattern: 'gl(?:pat|dt|rt|ptt|cbt|oas|soat)-[\\w-]{16,}' },
  { kind: 'slack-token', starts: 'xo xa', pattern: 'xox[abceoprs]-[\\w.-]{10,}|xapp-\\d-[\\w-]{10,}' },
  { kind: 'stripe-key', starts: 'sk rk wh', pattern: '[sr]k_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=]{16,}' },
  { kind: 'npm-token', starts: 'np', pattern: 'npm_[A-Za-z0-9]{30,}' },
  {
    kind: 'model-key',
    starts: 'sk hf',
    // A digit and a capital letter are asked for: `sk-` also begins class names of style sheets.
    pattern: 'sk-(?=[\\w-]{0,200}\\d)(?=[\\w-]{0,200}[A-Z])[\\w-]{20,}|hf_[A-Za-z0-9]{30,}',
  },
  { kind: 'sendgrid-key', starts: 'SG', pattern: 'SG\\.[\\w-]{16,}\\.[\\w-]{16,}' },
  { kind: 'twilio-key', starts: 'SK', pattern: 'SK[0-9a-f]{32}(?![\\w])' },
  { kind: 'mailgun-key', starts: 'ke', pattern: 'key-[0-9a-f]{32}(?![\\w])' },
  { kind: 'cloud-token', starts: 'do da', pattern: 'do[opr]_v1_[0-9a-f]{40,}|dapi[0-9a-f]{32}' },
  { kind: 'registry-token', starts: 'py dc', pattern: 'pypi-[\\w-]{30,}|dckr_pat_[\\w-]{20,}' },
  { kind: 'shop-token', starts: 'sh sq', pattern: 'shp(?:at|ca|pa|ss)_[0-9a-f]{32}|sq0(?:atp|csp|idp)-[\\w-]{20,}' },
  { kind: 'vault-token', starts: 'hv', pattern: 'hv[sbr]\\.[\\w-]{20,}' },
  { kind: 'linear-key', starts: 'li', pattern: 'lin_api_[A-Za-z0-9]{30,}' },
  { kind: 'age-key', starts: 'AG', pattern: 'AGE-SECRET-KEY-1[A-Z0-9]{50,}' },
];

/** First two characters of every word that `replaceKeys` and `replaceCredentials` can find something at. */
export const KEY_STARTS: readonly string[] = [
  ...SHAPES.flatMap((shape) => shape.starts.split(' ')),
  'Be',
  'be',
  'BE',
  'Ba',
  'ba',
  'BA',
];

const KEYS = new RegExp(`(?<![A-Za-z0-9])(?:${SHAPES.map((shape) => `(${shape.pattern})`).join('|')})`, 'g');

const CREDENTIALS = /(?<![A-Za-z0-9])(bearer|basic)([ \t]{1,8}|%20)([\w.~+/=-]{8,})/gi;

const PEM_START = '-----BEGIN ';
const PEM_LABEL_CHARS_MAX = 48;

/** Replaces issued keys and signed tokens. */
export function replaceKeys(text: string, replace: ReplaceSecret): string {
  return text.replace(KEYS, (found: string, ...groups: unknown[]) => {
    const index = groups.findIndex((group) => group !== undefined);
    return replace(found, SHAPES[index]!.kind);
  });
}

/** Replaces what follows `Bearer` and `Basic`, where it is a credential and not a word. */
export function replaceCredentials(text: string, replace: ReplaceSecret): string {
  return text.replace(CREDENTIALS, (found: string, scheme: string, gap: string, credential: string) => {
    const kind = scheme.toLowerCase();
    const isSecret = kind === 'basic' ? isUserAndPassword(credential) : isBearerCredential(credential);
    return isSecret ? `${scheme}${gap}${replace(credential, kind)}` : found;
  });
}

/** Replaces private keys in PEM armour, the armour included; an unfinished one up to the end of the text. */
export function replacePrivateKeys(text: string, replace: ReplaceSecret): string {
  let out = '';
  let done = 0;
  for (let start = text.indexOf(PEM_START); start !== -1; start = text.indexOf(PEM_START, done)) {
    const label = text.slice(start, start + PEM_START.length + PEM_LABEL_CHARS_MAX);
    if (!/^-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/.test(label)) {
      out += text.slice(done, start + PEM_START.length);
      done = start + PEM_START.length;
      continue;
    }
    const tail = text.indexOf('-----END ', start);
    const dashes = tail === -1 ? -1 : text.indexOf('-----', tail + 9);
    const end = dashes === -1 ? text.length : dashes + 5;
    out += text.slice(done, start) + replace(text.slice(start, end), 'private-key');
    done = end;
  }
  return done === 0 ? text : out + text.slice(done);
}

function isBearerCredential(text: string): boolean {
  if (/\d/.test(text)) return !/^v?\d+(?:\.\d+)*$/.test(text);
  return text.length >= 16 && /[a-z]/.test(text) && /[A-Z]/.test(text) && !/^(?:[A-Z]?[a-z]+[-/]?)+$/.test(text);
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Whether base64 text decodes to printable `user:password`. Both base64 alphabets; `atob` is not everywhere. */
function isUserAndPassword(text: string): boolean {
  let bits = 0;
  let count = 0;
  let sawColon = false;
  for (const character of text.replace(/=+$/, '').replace(/-/g, '+').replace(/_/g, '/')) {
    const value = BASE64.indexOf(character);
    if (value === -1) return false;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      const byte = (bits >>> count) & 0xff;
      if (byte < 0x20 || byte === 0x7f) return false;
      if (byte === 0x3a) sawColon = true;
    }
  }
  return sawColon;
}
