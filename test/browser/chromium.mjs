// The Chromium of the tests: inside an npm package, needs nothing of the system.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium as playwright } from 'playwright-core';

/** Software drawing without a graphics library: the same picture everywhere, and fast enough. */
const FLAGS = ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'];

/** Where it is unpacked, once per version. */
const CACHE = fileURLToPath(new URL('../node_modules/.cache/chromium/', import.meta.url));
const UNPACK = fileURLToPath(new URL('unpack-chromium.mjs', import.meta.url));

/** @param {...string} flags */
export async function launchChromium(...flags) {
  return playwright.launch({
    executablePath: join(unpacked(), 'chromium'),
    args: [...FLAGS, ...flags],
    headless: true,
  });
}

/**
 * The folder with the unpacked program. The package itself unpacks into the temporary folder (190 MB that nobody removes),
 * and takes a program that another process is still writing for a whole one.
 */
function unpacked() {
  const folder = join(CACHE, version());
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(join(CACHE, 'draft-'));
  try {
    execFileSync(process.execPath, [UNPACK], { env: { ...process.env, TMPDIR: draft } });
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Where another test file was faster, the folder is there.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** @returns {string} */
function version() {
  const main = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  return JSON.parse(readFileSync(join(dirname(main), '../../package.json'), 'utf8')).version;
}
