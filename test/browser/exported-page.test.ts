import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { CLI, makeProject, openProject } from '../support/programs.ts';
import { currentLine, moment, recordExample, SOON, startBrowser, tab, variable, visit } from './viewer.ts';

/* `tracer export --format html`: one file, opened from disk, in a browser that has nobody to ask. */

let recording: Awaited<ReturnType<typeof recordExample>>;
let browser: Browser;
let page: Page;
let complaints: string[];
let url: string;
const requests: string[] = [];

async function exportPage(name: string, ...args: string[]): Promise<string> {
  return exportOf(recording.file, name, ...args);
}

async function exportOf(file: string, name: string, ...args: string[]): Promise<string> {
  const out = join(recording.folder, name);
  const child = spawn(process.execPath, [CLI, 'export', file, '--format', 'html', '--out', out, ...args], {
    stdio: 'ignore',
  });
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  return pathToFileURL(out).href;
}

beforeAll(async () => {
  [recording, browser] = await Promise.all([recordExample('examples/checkout', 'main.ts'), startBrowser()]);
  url = await exportPage('checkout.html');
  ({ page, complaints } = await visit(browser, url));
  page.on('request', (request) => requests.push(request.url()));
  await page.reload();
});

afterAll(async () => {
  await browser?.close();
});

test('state, source and steps are in the page', async () => {
  await expect.poll(() => currentLine(page).textContent(), SOON).not.toBe('');
  const before = await moment(page);
  await page.keyboard.press('F10');
  await expect.poll(() => moment(page), SOON).not.toBe(before);
  await page.keyboard.press('F11');
  await expect.poll(() => currentLine(page).textContent(), SOON).not.toBe('');
  await page.getByRole('option', { name: /Order for Nora/ }).click();
  await variable(page, 'order').click();
  await expect.poll(() => variable(page, 'cart').count(), SOON).toBeGreaterThan(0);
});

test('the history of a value leads to where it was written', async () => {
  await variable(page, 'cart').nth(1).click();
  await variable(page, 'lines').click();
  await variable(page, '0').click();
  await variable(page, 'unitPriceCents').click();
  const writes = page.getByRole('listbox', { name: /^History of CartLine\.unitPriceCents/ }).getByRole('option');
  await expect.poll(() => writes.locator('.v-number').allTextContents(), SOON).toEqual(['1250', '1000', '900']);
  await writes.nth(1).click();
  await expect.poll(() => currentLine(page).textContent(), SOON).toContain('this.unitPriceCents = Math.round');
});

test('panels show what was exported, and say what was not', async () => {
  await tab(page, 'Call tree').click();
  await expect.poll(() => page.getByRole('tree').getByRole('treeitem').count(), SOON).toBeGreaterThan(3);
  await tab(page, 'SQL').click();
  await page.getByText('exported without the answer').first().waitFor();
});

test('a part of a recording says so, and ends where it ends', async () => {
  const events = (await openProject('examples/checkout').ask('events', recording.file)) as { timeNs: number }[];
  const half = Math.ceil(events[Math.floor(events.length / 2)]!.timeNs / 1000);
  const part = await exportPage('part.html', '--range', `0..${half}us`, '--thread', '1');
  const other = await visit(browser, part);
  await other.page.getByText('An exported part of a recording').waitFor();
  await other.page.locator('.frame.current').waitFor();
  const opened = await moment(other.page);
  await other.page.keyboard.press('End');
  await expect.poll(() => moment(other.page), SOON).not.toBe(opened);
  const end = await moment(other.page);
  await other.page.keyboard.press('.');
  await other.page.getByText('the end of what this page holds').waitFor();
  expect(await moment(other.page)).toBe(end);
  expect(other.complaints).toEqual([]);
  await other.page.context().close();
});

const WITH_WORKER = `import { isMainThread, Worker } from 'node:worker_threads';
if (isMainThread) new Worker(new URL(import.meta.url));
else work();
function work() {
  const done = 1;
}
`;

test('the next time of a line is found on another thread', async () => {
  const project = makeProject({ 'app.mjs': WITH_WORKER });
  await project.record(['app.mjs'], join(project.dir, 'app.db'));
  const other = await visit(browser, await exportOf(join(project.dir, 'app.db'), 'threads.html'));
  await other.page.locator('.source .code-line[data-line="5"] .line-number').click();
  await other.page.getByRole('button', { name: 'Next time this line ran' }).click();
  await expect.poll(() => moment(other.page), SOON).toMatch(/^2@/);
  await other.page.getByRole('button', { name: 'Previous time this line ran' }).click();
  await other.page.getByText('this line does not run again in this direction').waitFor();
  expect(other.complaints).toEqual([]);
  await other.page.context().close();
});

test('nothing was asked for and nothing went wrong', () => {
  expect(requests.filter((asked) => !asked.startsWith('data:')).map((asked) => asked.split('#')[0])).toEqual([url]);
  expect(complaints).toEqual([]);
});
