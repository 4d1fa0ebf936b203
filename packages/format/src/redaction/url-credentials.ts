import { isSecretName } from './secret-names.ts';
import type { ReplaceSecret } from './secret-shapes.ts';
import { isPlaceholder, looksRandom } from './secret-values.ts';

/** Longer user information is not looked at. */
const USER_INFO_CHARS_MAX = 1024;
const AUTHORITY_END = /[\s/?#"'`<>\\]/g;

/** Replaces the password in `scheme://user:password@host`, and a random looking user without a password. */
export function replaceUrlCredentials(text: string, replace: ReplaceSecret): string {
  let out = '';
  let done = 0;
  for (let slashes = text.indexOf('://'); slashes !== -1; slashes = text.indexOf('://', slashes + 3)) {
    const start = slashes + 3;
    AUTHORITY_END.lastIndex = start;
    const stop = AUTHORITY_END.exec(text)?.index ?? text.length;
    const at = text.lastIndexOf('@', Math.min(stop, start + USER_INFO_CHARS_MAX));
    if (at <= start || at + 1 >= text.length) continue;
    const colon = text.indexOf(':', start);
    const hasPassword = colon !== -1 && colon < at;
    const from = hasPassword ? colon + 1 : start;
    const secret = text.slice(from, at);
    if (hasPassword ? !isPassword(secret) : !looksRandom(secret)) continue;
    out += text.slice(done, from) + replace(secret, 'url-credentials', true);
    done = at;
  }
  return done === 0 ? text : out + text.slice(done);
}

/** Documentation writes `user:password@host`; redacting that would hide nothing. */
function isPassword(text: string): boolean {
  return text !== '' && !isPlaceholder(text) && !(/^[a-z]+$/i.test(text) && isSecretName(text));
}
