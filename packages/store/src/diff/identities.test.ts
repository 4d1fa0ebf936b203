import { expect, test } from 'vitest';
import { isIdentity, pairedIdentities } from './identities.ts';

test('names that hold identities', () => {
  for (const name of ['id', 'user_id', 'orderId', 'requestID', 'seq', 'sequence'])
    expect(isIdentity(name, 7)).toBe(true);
  for (const name of ['paid', 'grid', 'width', 'cents', 'ID', 'idle']) expect(isIdentity(name, 7)).toBe(false);
  expect(isIdentity('id', 7.5)).toBe(false);
  expect(isIdentity('id', '7')).toBe(false);
});

test('a number of one run stands for one of the other, per name', () => {
  const agree = pairedIdentities();
  expect(agree('id', 1, 2)).toBe(true);
  expect(agree('id', 2, 1)).toBe(true);
  expect(agree('id', 1, 2)).toBe(true);
  expect(agree('id', 1, 3)).toBe(false);
  expect(agree('id', 4, 2)).toBe(false);
  expect(agree('orderId', 1, 3)).toBe(true);
  expect(agree('cents', 1, 2)).toBe(false);
});
