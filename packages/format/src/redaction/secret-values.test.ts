import { describe, expect, it } from 'vitest';
import { secretNameOf } from './secret-names.ts';
import { isSecretText, looksRandom } from './secret-values.ts';

describe('isSecretText', () => {
  it.each([
    // A parser's tokens are words of a language.
    ['token', 'EqualsToken', false],
    ['token', '=>', false],
    ['token', 'Uint32Array', false],
    ['token', 'http2SessionTimeout', false],
    ['token', 'x-amz-server-side-encryption-customer-key-MD5', false],
    ['token', '0xdeadbeef', false],
    ['token', '10.5px', false],
    ['token', '1.22.3-beta.4', false],
    ['token', './file1.js', false],
    ['token', '2001:db8::7', false],
    ['token', 'hello world 123', false],
    ['token', '8f14e45fceea167a5a36dedd4bea2543', true],
    ['token', '550e8400-e29b-41d4-a716-446655440000', true],
    ['token', 'lWZ9OBQ7GM', true],
    ['token', 'tok_12345', true],
    ['token', 'my-secret-token-123', true],
    ['sid', 's%3Aj4f8Kd93kfLs02kd', true],
    ['password', 'a', false],
    ['password', 'correct horse battery staple', true],
    ['password', 'password', true],
    ['password', 'boolean', false],
    ['password', '********', false],
    ['password', '${PASSWORD}', false],
    ['password', '<your password>', false],
    ['password', 'DB_PASSWORD', false],
    ['cookie', '^0.7.1', false],
    ['privateKey', './keys/server.pem', false],
    ['authorization', 'Bearer ', false],
    ['credentials', 'same-origin', false],
    ['pwd', '/home/user', false],
    ['pwd', 'C:\\Users', false],
    ['pwd', 'hunter2', true],
    ['pass', 'optimize', false],
    ['pass', 'hunter2', true],
    ['auth', 'bob:hunter2', true],
    ['cvv', '123', true],
    ['pin', 'GPIO', false],
    ['ssn', '123-45-6789', true],
  ])('%s = %j: %s', (name, text, expected) => {
    expect(isSecretText(secretNameOf(name)!.nameClass, text)).toBe(expected);
  });
});

describe('looksRandom', () => {
  it('says yes to nearly all random texts of usual length', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    // A fixed sequence: the test must not depend on luck.
    let state = 12_345;
    const next = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0);
    let found = 0;
    for (let index = 0; index < 1000; index++) {
      found += looksRandom(Array.from({ length: 24 }, () => alphabet[(next() >>> 16) % 62]).join('')) ? 1 : 0;
    }
    expect(found).toBeGreaterThan(900);
  });
});
