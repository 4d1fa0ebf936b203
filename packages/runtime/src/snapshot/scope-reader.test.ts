import { ValueDecoder, valueToJson, type Json } from '@execution-cinema/format';
import { createRedactor } from '@execution-cinema/format/redaction';
import { describe, expect, test } from 'vitest';
import { createCore } from '../core.ts';
import { createScopeReader, type ReadScopes } from './scope-reader.ts';
import { R } from '@execution-cinema/format';

const LIMITS = { depth: 2, properties: 20, items: 20, string: 256 };

function reader() {
  const core = createCore(R.allocateRing(2, R.SLOT_WORDS_MIN), new Uint8Array(16));
  return createScopeReader(core, LIMITS, createRedactor({ key: '0123456789abcdef' }));
}

function decode({ words, counts }: ReadScopes): (Record<string, Json> | Json)[] {
  const bytes = Buffer.from(words, 'base64');
  const decoder = new ValueDecoder(new Int32Array(new Uint8Array(bytes).buffer), 0);
  return counts.map((count) => {
    if (count === -2) return 'unread';
    if (count === -1) return valueToJson(decoder.read());
    const variables: Record<string, Json> = {};
    for (let i = 0; i < count; i++) variables[String(decoder.read())] = valueToJson(decoder.read());
    return variables;
  });
}

describe('createScopeReader', () => {
  test('variables of scopes, and values of their own', () => {
    const shared = { id: 7 };
    const read = reader().read([{ a: 1, b: 'text', c: shared }, shared, { d: shared }], ['scope', 'value', 'scope']);
    expect(decode(read)).toEqual([{ a: 1, b: 'text', c: { id: 7 } }, { id: 7 }, { d: { id: 7 } }]);
    expect(read.omitted).toBe(0);
  });

  test('neither getters nor proxies run, secrets are replaced, names of probes are left out', () => {
    let ran = 0;
    const proxy = new Proxy({}, { get: () => ran++, ownKeys: () => [String(ran++)] });
    const scope = {
      get lazy() {
        return ran++;
      },
      proxy,
      password: 'correct horse battery',
      $ec_b: 12,
      $ec1_f: 3,
      $ecology: 'kept',
    };
    const [variables] = decode(reader().read([scope, proxy], ['scope', 'scope'])) as [Record<string, Json>];
    expect(Object.keys(variables)).toEqual(['lazy', 'proxy', 'password', '$ecology']);
    expect(variables).toMatchObject({ lazy: { $type: 'getter' }, proxy: { $type: 'proxy' } });
    expect(variables['password']).toMatch(/^<redacted password/);
    expect(ran).toBe(0);
  });

  test('what is more than a snapshot takes is counted', () => {
    const large = Object.fromEntries(Array.from({ length: 12_000 }, (_, i) => [`v${i}`, i]));
    const read = reader().read([large], ['scope']);
    expect(read.counts[0]! + read.omitted).toBe(12_000);
    expect(read.omitted).toBeGreaterThanOrEqual(2_000);
  });

  test('a second reading does not refer to the first', () => {
    const scopes = reader();
    const object = { name: 'a long enough name' };
    scopes.read([{ object }], ['scope']);
    expect(decode(scopes.read([{ object }], ['scope']))).toEqual([{ object: { name: 'a long enough name' } }]);
  });
});
