import { statfsSync } from 'node:fs';

/** `statfs` types of file systems where WAL's shared memory or locks do not work, or not between machines. */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x01021997: '9p',
  0x564c: 'NCP',
  0x5346414f: 'AFS',
  0x0bd00bd0: 'Lustre',
  0x00c36400: 'Ceph',
  0x786f4256: 'VirtualBox shared folder',
};

/** Name of the network file system that `folder` lies on, or undefined when it is a local one (or cannot be told). */
export function networkFileSystem(
  folder: string,
  statfs: (path: string) => { type: number } = statfsSync,
): string | undefined {
  try {
    return NETWORK_FILE_SYSTEMS[statfs(folder).type >>> 0];
  } catch {
    return undefined;
  }
}
