import { describe, expect, it } from 'vitest';
import { createRedactor } from './redactor.ts';
import { secretKindOf } from './scrub.ts';

// Joined, so that no scanner of repositories takes a made-up key for a real one.
const A36 = `${'aB3dE5gH7jK9mN1pQ2rS'}${'4tU6vW8xY0zAbCdE'}`;
const HEX32 = '0123456789abcdef0123456789abcdef';
const PEM = `-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\nabc+/=\n-----END RSA PRIVATE KEY-----`;

const SHAPED: [string, string][] = [
  ['jwt', ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', 'dozjgNryP4J3jVmNHl0w'].join('.')],
  ['aws-key', `AKIA${'IOSFODNN7EXAMPLE'}`],
  ['google-key', `AIza${A36.slice(0, 35)}`],
  ['google-key', `ya29.${A36}`],
  ['github-token', `ghp_${A36}`],
  ['github-token', `github_pat_${A36}`],
  ['gitlab-token', `glpat-${A36.slice(0, 20)}`],
  ['slack-token', `xoxb-${'123456789012-abcdefgh'}`],
  ['stripe-key', `sk_live_${A36.slice(0, 24)}`],
  ['stripe-key', `sk_test_${'abcdefghijklmnop'}`],
  ['stripe-key', `whsec_${A36}`],
  ['npm-token', `npm_${A36}`],
  ['model-key', `sk-proj-${A36}`],
  ['model-key', `hf_${A36}`],
  ['sendgrid-key', `SG.${A36.slice(0, 22)}.${A36}`],
  ['twilio-key', `SK${HEX32}`],
  ['mailgun-key', `key-${HEX32}`],
  ['cloud-token', `dop_v1_${HEX32}${HEX32}`],
  ['registry-token', `pypi-${A36}`],
  ['registry-token', `dckr_pat_${A36}`],
  ['shop-token', `shpat_${HEX32}`],
  ['vault-token', `hvs.${A36}`],
  ['linear-key', `lin_api_${A36}`],
  ['age-key', `AGE-SECRET-KEY-1${A36.toUpperCase()}${A36.toUpperCase()}`],
  ['private-key', PEM],
  ['bearer', `Bearer ${A36}`],
  ['bearer', 'bearer s3cr3t-bearer-token'],
  ['basic', 'Basic dXNlcjpwYXNz'],
  ['card', '4111111111111111'],
  ['card', '4111 1111 1111 1111'],
  ['card', '5500-0000-0000-0004'],
  ['card', '378282246310005'],
  ['card', '3782 822463 10005'],
  ['card', '6011111111111117'],
  ['url-credentials', 'postgres://app:p4ss-w0rd@db.test:5432/x'],
];

describe('secretKindOf', () => {
  it.each(SHAPED)('%s: %s', (kind, text) => {
    expect(secretKindOf(text)).toBe(kind);
  });

  it.each([
    '',
    'Bearer authentication',
    'bearer of good news',
    'Basic authentication',
    'Basic latin1-alphabet',
    'sk-folding-cube-big-spinner-2',
    'keyboard-event-listener',
    'eyJ',
    'AKIAlice',
    '4111111111111112',
    '1700000000000000',
    '0.4111111111111111',
    '2024-01-01 00:00:00 4111',
    '1.4111111111111111e5',
    'a4111111111111111f',
    '550e8400-e29b-41d4-a716-446655440000',
    'sha512-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'https://registry.example.test/@scope/name/-/name-1.0.0.tgz',
    'git+ssh://git@example.test/a/b.git',
    'https://user:password@host.test',
    'ftp://user:${PASS}@host.test',
    '-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----',
    '-----BEGIN PUBLIC KEY-----\nMIID\n-----END PUBLIC KEY-----',
  ])('%j is ordinary', (text) => {
    expect(secretKindOf(text)).toBeNull();
  });
});

describe('in a larger text', () => {
  const { scrubText } = createRedactor({ key: '0123456789abcdef' });

  it.each(SHAPED)('%s is replaced and the rest stays: %s', (kind, text) => {
    const scrubbed = scrubText(`before (${text}) after`);
    expect(scrubbed).toMatch(new RegExp(`^before \\(.*<redacted ${kind} [0-9a-f]{4}>.*\\) after$`, 's'));
    const secretPart = text
      .replace(/^(?:bearer|basic) /i, '')
      .replace(/^.*:p4/, 'p4')
      .replace(/@db.*$/, '');
    expect(scrubbed).not.toContain(secretPart);
  });

  it('replaces every one of several', () => {
    const [[, jwt]] = SHAPED as [[string, string]];
    expect(scrubText(`${jwt},${jwt};4111111111111111`).match(/<redacted/g)).toHaveLength(3);
  });

  it('replaces a private key whose end is missing', () => {
    expect(scrubText(PEM.slice(0, 60))).toMatch(/^<redacted private-key [0-9a-f]{4}>$/);
    expect(scrubText(JSON.stringify({ key: PEM }))).toMatch(/^\{"key":"<redacted private-key [0-9a-f]{4}>"\}$/);
  });

  it('changes nothing the second time', () => {
    const once = scrubText(SHAPED.map(([, text]) => text).join('\n'));
    expect(scrubText(once)).toBe(once);
  });
});

describe('hostile texts', () => {
  const { scrubText, scrubSource } = createRedactor({ key: '0123456789abcdef', patterns: ['^acme'] });

  it.each([
    ['letters', 'a'],
    ['key starts', 'eyJ'],
    ['key starts with joiners', 'sk-'],
    ['long dashes', '-----BEGIN '],
    ['dashes', '--'],
    ['names', 'token='],
    ['names and quotes', 'password="'],
    ['escaped quotes', 'password\\"=\\"'],
    ['schemes', 'a://'],
    ['users', 'a://b:c@'],
    ['at signs', '://@'],
    ['spaces before signs', '        ='],
    ['tags', '<secret>'],
    ['digits', '4111 '],
    ['digits without gaps', '1'],
    ['bearers', 'bearer '],
    ['brackets', 'cookie=['],
    ['back quotes', '`${'],
    ['slashes', '/'],
    ['options', '--token '],
  ])('of %s take time in proportion to their length', (_title, unit) => {
    const text = unit.repeat(Math.ceil(200_000 / unit.length));
    const start = performance.now();
    scrubText(text);
    scrubSource(text);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
