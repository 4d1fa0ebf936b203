import { describe, expect, it } from 'vitest';
import * as sip from './sip-hash.ts';

function hash(key: string, text: string): string {
  sip.hashText(sip.parseRedactionKey(key), text);
  return `${sip.hashHigh.toString(16)}-${sip.hashLow.toString(16)}`;
}

/** SipHash-2-4 with 64-bit integers: the same function written plainly. */
function referenceHash(key: string, text: string): string {
  const mask = (1n << 64n) - 1n;
  const k0 = BigInt(`0x${key}`);
  const k1 = k0 ^ 0x5bd1e99527d4eb2fn;
  let [v0, v1, v2, v3] = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ];
  const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & mask;
  const round = (): void => {
    v0 = (v0 + v1) & mask;
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = (v2 + v3) & mask;
    v3 = rotate(v3, 16n) ^ v2;
    v0 = (v0 + v3) & mask;
    v3 = rotate(v3, 21n) ^ v0;
    v2 = (v2 + v1) & mask;
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  const absorb = (word: bigint): void => {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  };
  const units = Array.from({ length: text.length }, (_, index) => BigInt(text.charCodeAt(index)));
  while (units.length >= 4)
    absorb(units.splice(0, 4).reduce((word, unit, index) => word | (unit << BigInt(16 * index)), 0n));
  absorb(units.reduce((word, unit, index) => word | (unit << BigInt(16 * index)), 0n));
  absorb(BigInt(text.length));
  v2 ^= 0xffn;
  for (let count = 0; count < 4; count++) round();
  const sum = v0 ^ v1 ^ v2 ^ v3;
  return `${(sum >> 32n).toString(16)}-${(sum & 0xffffffffn).toString(16)}`;
}

describe('hashText', () => {
  it('is SipHash-2-4', () => {
    for (const key of ['0000000000000000', 'ffffffffffffffff', '0123456789abcdef']) {
      for (let length = 0; length < 40; length++) {
        const text = Array.from({ length }, (_, index) => String.fromCharCode((index * 7919 + length) & 0xffff)).join(
          '',
        );
        expect(hash(key, text)).toBe(referenceHash(key, text));
      }
    }
  });

  it('takes a part of a text for what it is', () => {
    const key = sip.parseRedactionKey('0123456789abcdef');
    sip.hashText(key, 'xx hunter2 yy', 3, 10);
    const part = [sip.hashHigh, sip.hashLow];
    sip.hashText(key, 'hunter2');
    expect([sip.hashHigh, sip.hashLow]).toEqual(part);
  });
});
