import { hashHigh, hashText, type RedactionKey } from './sip-hash.ts';

/*
 * What stands in place of a secret: `<redacted KIND HASH>`. KIND says which rule found it, HASH is 16 bits of a keyed
 * hash: equal secrets have equal hashes within a process tree, and sixteen bits give a guess away to nobody.
 */

const TOKEN = /^<redacted ([a-z][a-z0-9-]*) ([0-9a-f]{4})>$/;

/** How every token begins; text that begins so has been redacted already. */
export const TOKEN_START = '<redacted ';

/** The token of one secret. `kind` is lower-case with dashes. */
export function redactionToken(key: RedactionKey, kind: string, secret: string): string {
  hashText(key, secret);
  return `${TOKEN_START}${kind} ${(hashHigh >>> 16).toString(16).padStart(4, '0')}>`;
}

/** Kind and hash of a token, or null for any other text. */
export function parseRedactionToken(text: string): { kind: string; hash: string } | null {
  if (!text.startsWith(TOKEN_START)) return null;
  const match = TOKEN.exec(text);
  return match === null ? null : { kind: match[1]!, hash: match[2]! };
}
