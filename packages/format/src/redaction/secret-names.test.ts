import { describe, expect, it } from 'vitest';
import { isSecretName, secretNameOf } from './secret-names.ts';

describe('secretNameOf', () => {
  it.each([
    ['password', 'password'],
    ['userPassword', 'password'],
    ['DB_PASSWORD', 'password'],
    ['new-password', 'password'],
    ['#password', 'password'],
    ['user[password]', 'password'],
    ['password2', 'password'],
    ['passwordHash', 'password'],
    ['dbpassword', 'password'],
    ['PGPASSWORD', 'password'],
    ['passwd', 'passwd'],
    ['pwd', 'pwd'],
    ['passphrase', 'passphrase'],
    ['clientSecret', 'client-secret'],
    ['secret', 'secret'],
    ['apiKey', 'api-key'],
    ['apikey', 'api-key'],
    ['x-api-key', 'api-key'],
    ['OPENAI_API_KEY', 'api-key'],
    ['awsSecretAccessKey', 'secret-access-key'],
    ['private_key', 'private-key'],
    ['Authorization', 'authorization'],
    ['Proxy-Authorization', 'proxy-authorization'],
    ['cookie', 'cookie'],
    ['set-cookie', 'set-cookie'],
    ['accessToken', 'access-token'],
    ['token', 'token'],
    ['connect.sid', 'sid'],
    ['sessionId', 'session-id'],
    ['credentials', 'credential'],
    ['cvv', 'cvv'],
    ['ssn', 'ssn'],
    ['creditCardNumber', 'credit-card-number'],
    ['cardNumber', 'card-number'],
    ['pinCode', 'pin-code'],
    ['XMLHttpPassword', 'password'],
  ])('%s is %s', (name, kind) => {
    expect(secretNameOf(name)?.kind).toBe(kind);
  });

  it.each([
    'tokenCount',
    'maxTokensAllowed',
    'passwordHint',
    'passwordField',
    'compass',
    'bypassed',
    'secretary',
    'keyboard',
    'key',
    'publicKey',
    'primaryKey',
    'cacheKey',
    'spin',
    'pinned',
    'author',
    'authority',
    'session_count',
    'cookieParser',
    'tokenize',
    'name',
    'i',
    '',
    '0',
    'constructor',
    '__proto__',
    'side',
    'residual',
  ])('%j is ordinary', (name) => {
    expect(secretNameOf(name)).toBeNull();
    expect(isSecretName(name)).toBe(false);
  });

  it('is quick and right for names of any length', () => {
    expect(secretNameOf(`${'a'.repeat(100_000)}Password`)?.kind).toBe('password');
    expect(secretNameOf('aB'.repeat(50_000))).toBeNull();
  });
});
