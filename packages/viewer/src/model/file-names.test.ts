import { expect, test } from 'vitest';
import { shortNames } from './file-names.ts';

test('a file has as much of its path as tells it apart', () => {
  const names = shortNames([
    'src/cart.ts',
    'src/index.ts',
    'lib/index.ts',
    'node_modules/ajv/lib/core.js',
    'node_modules/@scope/other/lib/core.js',
    'a/lib/util.js',
    'b/lib/util.js',
  ]);
  expect([...names.values()]).toEqual([
    'cart.ts',
    'src/index.ts',
    'lib/index.ts',
    'ajv/…/core.js',
    '@scope/other/…/core.js',
    'a/lib/util.js',
    'b/lib/util.js',
  ]);
});
