import { describe, expect, test } from 'vitest';
import type { ProcessRow } from '../read/recording.ts';
import { Noise, parseIgnore } from './noise.ts';

function noise({ root = '/home/ada/shop', temporaryFolder = '/tmp' } = {}): Noise {
  const process = { pid: 4242, cwd: root, config: { temporaryFolder } } as unknown as ProcessRow;
  return new Noise({ processes: () => [process], meta: () => ({ root }) }, parseIgnore([]));
}

describe('paths', () => {
  test('below the folder of the run are the same wherever it lies', () => {
    expect(noise().text('/home/ada/shop/a.js')).toBe('<root>/a.js');
    expect(noise({ root: '/tmp/elsewhere' }).text('/tmp/elsewhere/a.js')).toBe('<root>/a.js');
  });

  test.each([
    ['/tmp', '/tmp/shop-Xy12Ab/cart.json'],
    ['/scratch/of/somebody', '/scratch/of/somebody/shop-Zz98Qq/cart.json'],
    ['/home/ada/shop/scratch', '/home/ada/shop/scratch/shop-aaaaaa/cart.json'],
    ['/tmp/work/4711', '/tmp/work/4711/shop-bbbbbb/cart.json'],
  ])('below the temporary folder %s are the same whatever was made up', (temporaryFolder, path) => {
    expect(noise({ temporaryFolder }).text(path)).toBe('/tmp/shop<temporary>/cart.json');
  });

  test('that only begin as the temporary folder does are kept', () => {
    expect(noise({ temporaryFolder: '/data/t' }).text('/data/tables/prices')).toBe('/data/tables/prices');
  });

  test('in a recording that does not tell its temporary folder', () => {
    const old = { pid: 1, cwd: '/', config: null } as unknown as ProcessRow;
    const quiet = new Noise({ processes: () => [old], meta: () => ({}) }, parseIgnore([]));
    expect(quiet.text('/tmp/shop-Xy12Ab/cart.json')).toBe('/tmp/shop<temporary>/cart.json');
  });
});
