import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openDatabase, openRecording, StoreError } from '@execution-cinema/store';
import { formatBytes } from '../format/quantity.ts';
import { note, ok, problem, type Finding } from './check.ts';

const NODE_MIN = [20, 19] as const;
/** Below it the disk is likely to fill while something is recorded; well above the floor at which recording stops. */
const FREE_BYTES_LOW = 2 * 1024 ** 3;
const FREE_BYTES_MIN = 128 * 1024 ** 2;

export function checkNode(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1]);
  if (isOld) return problem('Node', version, `Use Node ${NODE_MIN.join('.')} or later.`);
  return ok('Node', `${version} (${process.platform} ${process.arch})`);
}

export function checkSqlite(): Finding {
  try {
    const db = openDatabase(':memory:');
    const version = db.prepare('SELECT sqlite_version() AS version').get<{ version: string }>()?.version;
    db.close();
    return ok('SQLite', `${version} through ${db.driver}`);
  } catch (error) {
    const remedy = error instanceof StoreError ? error.remedy : 'Reinstall the tracer: npm rebuild better-sqlite3';
    return problem('SQLite', (error as Error).message, remedy);
  }
}

/** Makes a small recording where recordings go, and removes it. */
export function checkPlace(out: string): Finding {
  const name = 'Folder';
  const folder = dirname(out);
  let probe: string | undefined;
  try {
    probe = mkdtempSync(join(nearestExisting(folder), '.tracer-doctor-'));
    openRecording(join(probe, 'probe.db'), { state: 'open' }).db.close();
    return ok(name, `${folder} can be written, WAL works`);
  } catch (error) {
    if (error instanceof StoreError) return problem(name, error.message, error.remedy);
    const { code, message } = error as NodeJS.ErrnoException;
    return problem(
      name,
      `${folder} (${code ?? message})`,
      'Make it writable, or choose another place with TRACER_OUT or --out.',
    );
  } finally {
    if (probe !== undefined) rmSync(probe, { recursive: true, force: true });
  }
}

export function checkDisk(out: string, keepBytes: number | null): Finding {
  const name = 'Disk';
  let freeBytes: number;
  try {
    const { bavail, bsize } = statfsSync(nearestExisting(dirname(out)));
    freeBytes = bavail * bsize;
  } catch (error) {
    return note(name, `the free space is not known (${(error as Error).message})`);
  }
  const text = `${formatBytes(freeBytes)} free`;
  const remedy = 'Free some space (tracer prune), record to another disk with --out, or keep less with --keep 500MB.';
  if (freeBytes < FREE_BYTES_MIN) return problem(name, text, remedy);
  if (freeBytes < Math.min(FREE_BYTES_LOW, keepBytes ?? Infinity)) return note(name, text, remedy);
  return ok(name, text);
}

function nearestExisting(folder: string): string {
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}
