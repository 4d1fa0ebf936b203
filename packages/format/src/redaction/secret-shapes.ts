/*
 * Secrets that show by their shape, whatever they are called: issued keys with a prefix, signed tokens, private keys,
 * credentials in headers. Every pattern begins with literal text and repeats single character classes, so that no
 * input makes it backtrack; each is anchored at the start of a word.
 */

/**
 * Replaces one secret; called with the secret part alone and what it is. `isCredential`: what was found is certainly
 * something that somebody logs in with, so that it is worth looking for where nothing gives it away.
 */
export type ReplaceSecret = (secret: string, kind: string, isCredential?: boolean) => string;

interface Shape {
  readonly kind: string;
  readonly pattern: string;
  /** For each way to begin: how the text ends at a character that ordinary texts seldom have there (see scan.ts). */
  readonly marks: readonly string[];
}

const SHAPES: readonly Shape[] = [
  { kind: 'jwt', marks: ['eyJ'], pattern: 'eyJ[\\w-]{6,}\\.[\\w-]{6,}(?:\\.[\\w-]*){1,3}' },
  { kind: 'aws-key', marks: ['A[KSB]I'], pattern: 'A[KSB]IA[A-Z0-9]{16}(?![A-Za-z0-9])' },
  {
    kind: 'google-key',
    marks: ['AIz', 'ya29\\.', 'GOCSPX-'],
    pattern: 'AIza[\\w-]{35}|ya29\\.[\\w-]{20,}|GOCSPX-[\\w-]{20,}',
  },
  {
    kind: 'github-token',
    marks: ['gh[pousr]_', 'github_pat_'],
    pattern: 'gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\\w{22,}',
  },
  { kind: 'gitlab-token', marks: ['gl[a-z]{2,4}-'], pattern: 'gl(?:pat|dt|rt|ptt|cbt|oas|soat)-[\\w-]{16,}' },
  { kind: 'slack-token', marks: ['xox[a-z]-', 'xapp-'], pattern: 'xox[abceoprs]-[\\w.-]{10,}|xapp-\\d-[\\w-]{10,}' },
  {
    kind: 'stripe-key',
    marks: ['[sr]k_(?:live|test)_', 'whsec_'],
    pattern: '[sr]k_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=]{16,}',
  },
  { kind: 'npm-token', marks: ['npm_'], pattern: 'npm_[A-Za-z0-9]{30,}' },
  {
    kind: 'model-key',
    marks: ['sk-', 'hf_'],
    // A digit and a capital letter are asked for: `sk-` also begins class names of style sheets.
    pattern: 'sk-(?=[\\w-]{0,200}\\d)(?=[\\w-]{0,200}[A-Z])[\\w-]{20,}|hf_[A-Za-z0-9]{30,}',
  },
  { kind: 'sendgrid-key', marks: ['SG\\.'], pattern: 'SG\\.[\\w-]{16,}\\.[\\w-]{16,}' },
  { kind: 'twilio-key', marks: ['SK'], pattern: 'SK[0-9a-f]{32}(?![\\w])' },
  { kind: 'mailgun-key', marks: ['key-'], pattern: 'key-[0-9a-f]{32}(?![\\w])' },
  { kind: 'cloud-token', marks: ['do[opr]_v1_'], pattern: 'do[opr]_v1_[0-9a-f]{40,}' },
  { kind: 'registry-token', marks: ['pypi-', 'dckr_pat_'], pattern: 'pypi-[\\w-]{30,}|dckr_pat_[\\w-]{20,}' },
  {
    kind: 'shop-token',
    marks: ['shp[a-z]{2}_', 'sq0[a-z]{3}-'],
    pattern: 'shp(?:at|ca|pa|ss)_[0-9a-f]{32}|sq0(?:atp|csp|idp)-[\\w-]{20,}',
  },
  { kind: 'vault-token', marks: ['hv[sbr]\\.'], pattern: 'hv[sbr]\\.[\\w-]{20,}' },
  { kind: 'linear-key', marks: ['lin_api_'], pattern: 'lin_api_[A-Za-z0-9]{30,}' },
  { kind: 'age-key', marks: ['AGE-'], pattern: 'AGE-SECRET-KEY-1[A-Z0-9]{50,}' },
];

/** Every way in which what `replaceKeys` finds can begin; each ends with the character that the scan stops at. */
export const KEY_MARKS: readonly string[] = SHAPES.flatMap((shape) => shape.marks);

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
    return isSecret ? `${scheme}${gap}${replace(credential, kind, true)}` : found;
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
