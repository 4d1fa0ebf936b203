import { createRedactor } from '@execution-cinema/format/redaction';
import { valueToJson } from '@execution-cinema/format';
import { expect, test } from 'vitest';
import { createHarness } from '../testing/harness.ts';

const JWT =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c';
const CARD = '4111 1111 1111 1111';
const PASSWORD = 'correct-horse-42';

function setUp(redactor = createRedactor({ key: '0123456789abcdef' })) {
  const harness = createHarness({ redactor, slots: 8 });
  const probes = harness.load();
  const { b, v } = probes;
  const json = (value: unknown): unknown => {
    v(b + 5, value);
    return valueToJson(harness.take().at(-1)!.events.at(-1)!.values[0]!);
  };
  /** Nothing of a secret may lie anywhere in shared memory, published or not. */
  const holds = (text: string): boolean => {
    const bytes = Buffer.from(new Uint8Array(harness.ring));
    return bytes.includes(Buffer.from(text, 'latin1')) || bytes.includes(Buffer.from(text, 'utf16le'));
  };
  return { ...harness, ...probes, json, holds };
}

test('secrets never reach shared memory, wherever they stand', () => {
  const { json, holds, runtime } = setUp();
  json({ user: 'ann', password: PASSWORD, nested: { apiKey: 'k-abcdef123456' } });
  json(`Authorization: Bearer ${JWT}`);
  json([CARD, 4111111111111111, 4111111111111111n]);
  json(new Map([['password', 'map-secret-77']]));
  json({ [JWT]: 1 });
  json(new Error(`cannot log in with ${JWT}`));
  json(Symbol(JWT));
  json(new RegExp(JWT.slice(0, 40)));
  json(Buffer.from(`password=${PASSWORD}`));
  json(Object.defineProperty(() => 1, 'name', { value: JWT }));
  runtime.mark(JWT, { token: JWT });
  for (const secret of [JWT, PASSWORD, 'k-abcdef123456', CARD, 'map-secret-77']) expect(holds(secret)).toBe(false);
});

test('the value of a name is a secret wherever it appears whole, also when it was harmless before', () => {
  const { json, holds } = setUp();
  expect(json('blue-parrot-19')).toBe('blue-parrot-19');
  expect(json('blue-parrot-19')).toBe('blue-parrot-19');
  const symbol = Symbol('blue-parrot-19');
  for (let i = 0; i < 2; i++) expect(json(symbol)).toEqual({ $type: 'symbol', $value: 'blue-parrot-19' });
  const redacted = json({ password: 'blue-parrot-19' }) as { password: string };
  expect(redacted.password).toMatch(/^<redacted password [0-9a-f]{4}>$/);
  expect(json('blue-parrot-19')).toBe(redacted.password);
  expect(json(symbol)).not.toEqual({ $type: 'symbol', $value: 'blue-parrot-19' });
  expect(holds('blue-parrot-19')).toBe(true); // what was stored before it was known
});

test('equal secrets stay equal, different ones different', () => {
  const { json } = setUp();
  const seen = ['s3cret-value-1', 's3cret-value-2', 's3cret-value-1'].map(
    (password) => (json({ password }) as { password: string }).password,
  );
  expect(seen[0]).toBe(seen[2]);
  expect(seen[0]).not.toBe(seen[1]);
});

test('members of containers of secrets are secrets', () => {
  const { json } = setUp();
  expect(json({ secrets: { stripe: 'abc123def456ghi' } })).toEqual({
    secrets: { stripe: expect.stringMatching(/^<redacted/) },
  });
});

test('texts with a secret part stay readable, long ones are cut afterwards', () => {
  const { json } = setUp();
  expect(json(`jwt ${JWT} end`)).toMatch(/^jwt <redacted jwt [0-9a-f]{4}> end$/);
  const cut = json(`${'x'.repeat(240)} ${JWT} ${'y'.repeat(500)}`) as { $value: string; $length: number };
  expect(cut.$value).not.toContain('eyJ');
  expect(cut.$length).toBe(241 + JWT.length + 501);
});

test('ordinary values are left alone', () => {
  const { json } = setUp();
  const value = {
    id: 1234567890123,
    name: 'ann',
    path: '/usr/lib/x',
    tokenCount: 5,
    hash: 'd41d8cd98f00b204e9800998ecf8427e',
  };
  expect(json(value)).toEqual(value);
});

test('a number that was a secret once is one wherever it is, small ones included', () => {
  const { json, b, e1, r, w, take } = setUp();
  expect(json(123456)).toBe(123456);
  expect(json({ pin: 123456 })).toEqual({ pin: expect.stringMatching(/^<redacted pin/) });
  r(e1(b + 5, 123456), 123456);
  w(b + 6, 123456);
  expect(json([123456, 123457, 99999])).toEqual([expect.stringMatching(/^<redacted pin/), 123457, 99999]);
  const values = take().flatMap((chunk) => chunk.events.flatMap((event) => event.values));
  expect(values.filter((value) => value === 123456)).toHaveLength(1); // the one before it was known
});

test('a secret text of digits is one as a number too, known from the environment or met on the way', () => {
  const redactor = createRedactor({ key: '0123456789abcdef' });
  redactor.redactValue('DB_PASSWORD', '7182818284');
  const { json } = setUp(redactor);
  expect(json([7182818284, 7182818285])).toEqual([expect.stringMatching(/^<redacted password/), 7182818285]);
  const other = setUp();
  expect(other.json({ password: '31415926' })).not.toContain('31415926');
  expect(other.json([31415926, 31415927])).toEqual([expect.stringMatching(/^<redacted password/), 31415927]);
});
