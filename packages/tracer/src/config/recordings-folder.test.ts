import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { recordingsPlace } from './recordings-folder.ts';

it('is .tracer below the root', () => {
  expect(recordingsPlace('/home/user/shop', () => undefined)).toEqual({ folder: join('/home/user/shop', '.tracer') });
});

it('is elsewhere for a root on a network file system, one folder per root', () => {
  const onNfs = (root: string) => recordingsPlace(root, () => 'NFS');
  const { folder, reason } = onNfs('/mnt/share/shop');
  expect(folder.startsWith(join(tmpdir(), 'execution-cinema-'))).toBe(true);
  expect(folder).toMatch(/shop-[0-9a-f]{8}$/);
  expect(reason).toBe("/mnt/share/shop is on NFS, where SQLite's log does not work");
  expect(onNfs('/mnt/share/shop').folder).toBe(folder);
  expect(onNfs('/mnt/other/shop').folder).not.toBe(folder);
});
