import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLI } from '../support/programs.ts';
import { recordExample, SOON, startBrowser } from './viewer.ts';

/* `tracer export --format speedscope`, imported by speedscope itself. */

const RELEASE = join(createRequire(import.meta.url).resolve('speedscope/package.json'), '../dist/release');
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

let recording: Awaited<ReturnType<typeof recordExample>>;
let browser: Browser;
let server: Server;

beforeAll(async () => {
  [recording, browser] = await Promise.all([recordExample('examples/checkout', 'main.ts'), startBrowser()]);
  const out = join(recording.folder, 'good.json');
  const args = [CLI, 'export', recording.file, '--format', 'speedscope', '--out', out];
  const [code] = await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit');
  if (code !== 0) throw new Error(`tracer export ended with ${String(code)}`);
  const file = JSON.parse(readFileSync(out, 'utf8')) as { profiles: { events: unknown[] }[] };
  // Without its first beginning the last end has nothing to end.
  file.profiles[0]!.events.shift();
  writeFileSync(join(recording.folder, 'bad.json'), JSON.stringify(file));
  server = createServer(({ url = '' }, answer) => {
    const name = url === '/' ? 'index.html' : url.slice(1);
    const found = [RELEASE, recording.folder].map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found === undefined) answer.writeHead(404).end();
    else answer.writeHead(200, { 'content-type': TYPES[extname(found)] ?? '' }).end(readFileSync(found));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server?.close();
  await browser?.close();
});

/** What speedscope shows of a profile, function by function, and what it complained of. */
async function shown(name: string): Promise<{ functions: () => Promise<string>; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await page.goto(`${origin}/#profileURL=${encodeURIComponent(`${origin}/${name}`)}`);
  const functions = async (): Promise<string> => {
    const sandwich = page.getByText('Sandwich', { exact: false });
    if ((await sandwich.count()) > 0) await sandwich.first().click();
    return page.locator('body').innerText();
  };
  return { functions, complaints };
}

test('speedscope shows the functions of the program', async () => {
  const { functions, complaints } = await shown('good.json');
  for (const name of ['Inventory.constructor', 'summaryOf']) await expect.poll(functions, SOON).toContain(name);
  expect(complaints).toEqual([]);
});

test('speedscope refuses ends without beginnings', async () => {
  const { functions } = await shown('bad.json');
  await expect.poll(functions, SOON).toContain('Something went wrong');
});
