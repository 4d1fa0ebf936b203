import { join } from 'node:path';
import { OWN_FOLDER, prepareOutputFolder } from '../config/index.ts';
import { TransformCache } from './transform-cache.ts';

/** The cache of transformed files of a root: in the folder of recordings, which git and npm leave out. */
export function openTransformCache(root: string): TransformCache {
  const folder = join(root, OWN_FOLDER);
  const prepare = (): void => prepareOutputFolder({ out: join(folder, 'none.db'), outIsDefault: true });
  return new TransformCache(join(folder, 'cache'), prepare);
}
