import { indexOf, lastIndexOf, slice, toLowerCase } from '../primordials.ts';

interface HostPattern {
  /** Empty: any. */
  readonly name: string;
  /** The name is what hosts end with. */
  readonly isSuffix: boolean;
  /** Empty: any. */
  readonly port: string;
}

/** `example.com`, `*.example.com` (what is below it), `*` (all), each with or without `:port`; `[::1]:3000`. */
export function createHostMatcher(patterns: readonly string[]): (host: string, port: string) => boolean {
  const parsed: HostPattern[] = [];
  for (const pattern of patterns) parsed[parsed.length] = parsePattern(toLowerCase(pattern));
  return (host, port) => {
    const { host: name } = splitHost(toLowerCase(host));
    for (let i = 0; i < parsed.length; i++) if (matches(parsed[i]!, name, port)) return true;
    return false;
  };
}

function parsePattern(pattern: string): HostPattern {
  const { host, port } = splitHost(pattern);
  if (host === '*') return { name: '', isSuffix: true, port };
  const isSuffix = slice(host, 0, 2) === '*.';
  return { name: isSuffix ? slice(host, 1) : host, isSuffix, port };
}

function matches({ name, isSuffix, port: ofPort }: HostPattern, host: string, port: string): boolean {
  if (ofPort !== '' && ofPort !== port) return false;
  if (!isSuffix) return host === name;
  return name === '' || (host.length > name.length && slice(host, -name.length) === name);
}

/** `name:port`, `[address]:port`; an address of more than one colon without brackets has no port. */
export function splitHost(text: string): { host: string; port: string } {
  const colon = lastIndexOf(text, ':');
  if (text[0] === '[') {
    const end = indexOf(text, ']');
    return { host: slice(text, 1, end), port: colon > end ? slice(text, colon + 1) : '' };
  }
  if (colon < 0 || indexOf(text, ':') !== colon) return { host: text, port: '' };
  return { host: slice(text, 0, colon), port: slice(text, colon + 1) };
}
