import { expect, test } from 'vitest';
import { formatAddress, NOWHERE, parseAddress } from './address.ts';

test('an address survives the way through the location bar', () => {
  const address = {
    ...NOWHERE,
    rec: 'a b&c=d.db',
    at: '12@3456',
    call: '12:7',
    dock: 'sql' as const,
    side: 'errors' as const,
    file: 'src/ä #1.ts',
    line: 4,
  };
  expect(parseAddress(formatAddress(address))).toEqual(address);
});

test('moments and paths stay readable in a link', () => {
  expect(formatAddress({ ...NOWHERE, rec: 'x.db', at: '1@230', file: 'src/a.ts' })).toBe(
    '#rec=x.db&at=1@230&file=src/a.ts',
  );
  expect(formatAddress(NOWHERE)).toBe('');
});

test('what is no panel or no line is left out', () => {
  expect(parseAddress('#rec=x&dock=nonsense&side=&line=-2')).toEqual({ ...NOWHERE, rec: 'x' });
});
