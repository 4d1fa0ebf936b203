import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Already compressed. */
const INCOMPRESSIBLE = new Set(['.png', '.woff2', '.ico']);

export interface StaticFile {
  type: string;
  bytes: Buffer;
  etag: string;
  /** Undefined where it would not help. Made at the first demand. */
  gzipped(): Buffer | undefined;
}

/**
 * The files of the viewer by path (`/`, `/assets/main.js`), read at once. A request is looked up here and never becomes
 * a path of the file system, so there is nothing to climb out of.
 */
export function readStaticFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const url = `/${relative(folder, path).split(sep).join('/')}`;
    files.set(url === '/index.html' ? '/' : url, staticFile(type, readFileSync(path), extname(path)));
  }
  return files;
}

function staticFile(type: string, bytes: Buffer, extension: string): StaticFile {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  let packed: Buffer | undefined;
  return {
    type,
    bytes,
    etag,
    gzipped() {
      if (INCOMPRESSIBLE.has(extension)) return undefined;
      packed ??= gzipSync(bytes);
      return packed.length < bytes.length ? packed : undefined;
    },
  };
}
