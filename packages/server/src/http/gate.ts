/*
 * Who may talk to the server. Everything is refused unless it is on a list:
 *
 * - Host names the server as its user does (against DNS rebinding: a page of another name that resolves to this machine).
 * - Origin of a WebSocket is the very origin that Host names (against pages of other servers on this machine, which share
 *   our cookie, since cookies know no ports).
 * - The cookie holds the secret that was handed out for the token of the printed address.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Length of token and secret: 128 bits. */
const SECRET_BYTES = 16;

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('hex');
}

/** Compares in a time that does not tell how much is right. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

export interface Allowed {
  /** Port that the server listens on. */
  port: number;
  /** `name` (any port) or `name:port`, beyond the loopback names with the own port. */
  hosts: readonly string[];
  /** The server listens to other machines or containers, which may see it under another port. */
  anyPort: boolean;
}

interface HostName {
  name: string;
  /** Empty: the default port. */
  port: string;
}

function splitHost(text: string): HostName | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text.toLowerCase());
  return match ? { name: match[1]!, port: match[2] ?? '' } : undefined;
}

/** Whether a Host header names this server. */
export function isAllowedHost(header: string | undefined, { port, hosts, anyPort }: Allowed): boolean {
  const given = splitHost(header ?? '');
  if (!given) return false;
  if (LOOPBACK_NAMES.includes(given.name)) return anyPort || (given.port || '80') === String(port);
  return hosts.some((text) => {
    const allowed = splitHost(text);
    return allowed?.name === given.name && (allowed.port === '' || allowed.port === given.port);
  });
}

/** Whether an Origin header is that of the page that the same server delivered; `host` is the checked Host header. */
export function isOwnOrigin(origin: string | undefined, host: string): boolean {
  const own = host.toLowerCase();
  return origin === `http://${own}` || origin === `https://${own}`;
}

/** Cookies know no ports: several viewers on one machine would overwrite one of the same name. */
function cookieName(port: number): string {
  return `execution-cinema-${port}`;
}

export function cookieHeader(port: number, secret: string): string {
  return `${cookieName(port)}=${secret}; Path=/; HttpOnly; SameSite=Strict`;
}

/** Value of our cookie in a Cookie header; empty when there is none. */
export function readCookie(header: string | undefined, port: number): string {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === cookieName(port)) return part.slice(at + 1).trim();
  }
  return '';
}
