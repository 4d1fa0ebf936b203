import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Browser, Locator, Page } from 'playwright-core';
import { makeProject, type Project } from '../support/programs.ts';
import { currentLine, moment, serve, startBrowser, tab, variable, visit, type Server, SOON } from './viewer.ts';

/* What somebody expects of a list, a key or a panel who sees the viewer for the first time. */

const PROGRAM = `
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';

function tokens(text) {
  const pattern = /([a-z]+)/g;
  const words = [];
  let match;
  while ((match = pattern.exec(text)) != null) {
    words.push(match[1]);
  }
  return words;
}

function sum(list) {
  let total = 0;
  for (const entry of list) {
    total += entry;
  }
  return total;
}

function down(depth, rest) {
  return depth === 0 ? sum(rest) : down(depth - 1, rest);
}

async function find(genres) {
  await new Promise((resolve) => setTimeout(resolve, 2));
  return { genres: tokens(genres), stock: down(30, []) };
}

function keep(text) {
  return text.length;
}

if (isMainThread) {
  const server = createServer(async (request, response) => {
    const found = await find(request.url.slice(1));
    response.end(JSON.stringify(found));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = 'http://127.0.0.1:' + server.address().port;
  for (const path of ['/sf', '/sf,drama']) {
    const response = await fetch(base + path);
    console.log('GET', path, response.status, await response.text());
  }
  console.log(['many lines', 'first of them', 'last of them'].join('\\n'));
  const long = 'word '.repeat(30) + 'needle ' + 'word '.repeat(10);
  keep(long);
  server.close();
  const worker = new Worker(new URL(import.meta.url));
  for (const job of ['red', 'green']) {
    worker.postMessage({ job });
    await once(worker, 'message');
  }
  await worker.terminate();
} else {
  parentPort.on('message', (message) => parentPort.postMessage({ done: message.job }));
}
`;

let project: Project;
let folder: string;
let server: Server;
let browser: Browser;
let page: Page;
let complaints: string[];
let start: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tracer-browser-'));
  project = makeProject({ 'shop.mjs': PROGRAM });
  const file = join(folder, 'shop.db');
  [browser] = await Promise.all([startBrowser(), project.record(['shop.mjs'], file)]);
  server = await serve(file);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Each test has a page of its own, as somebody sees it who has just opened it. */
beforeEach(async () => {
  ({ page, complaints } = await visit(browser, server.url));
  await page.locator('.frame.current').waitFor();
  start = await moment(page);
  return async () => {
    await page.context().close();
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
  };
});

function row(list: string, text: string | RegExp): Locator {
  return page.getByRole('listbox', { name: list }).getByRole('option').filter({ hasText: text }).first();
}

function topFrame(): Promise<string | null> {
  return page.locator('.frame.current .frame-name').textContent();
}

test('a request leads to the call that handles it, and to the tree of that call alone', async () => {
  await tab(page, 'HTTP').click();
  const request = row('HTTP requests', /\/sf,drama.*incoming/);
  await request.click();
  await expect.poll(() => currentLine(page).textContent(), SOON).toContain('createServer(async (request, response)');
  expect(await page.locator('.transport').textContent()).toContain('calls');
  await request.hover();
  await request.getByRole('button', { name: 'Call tree of this request' }).click();
  const calls = page.getByRole('tree', { name: 'Call tree' }).getByRole('treeitem');
  await expect
    .poll(() => calls.allTextContents(), SOON)
    .toContainEqual(expect.stringContaining('tokens(text: "sf,drama"'));
  // Nothing of the other request, and nothing around them.
  expect((await calls.allTextContents()).filter((text) => /tokens\(text: "sf"|module/.test(text))).toEqual([]);
});

test('a message is told apart by what it says, and leads to who was given it', async () => {
  await tab(page, 'Causes').click();
  const message = row('Causes', /^message.*job: "green"/);
  await message.click();
  await expect.poll(() => currentLine(page).textContent(), SOON).toContain("parentPort.on('message'");
  expect(await page.locator('.film-label.current').textContent()).toMatch(/worker/);
});

test('after a click on a tab arrows go on stepping; by the keyboard they choose tabs', async () => {
  await tab(page, 'Functions').click();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => moment(page), SOON).not.toBe(start);
  expect(await tab(page, 'Functions').getAttribute('aria-selected')).toBe('true');
  await tab(page, 'Functions').focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => tab(page, 'Async').getAttribute('aria-selected'), SOON).toBe('true');
});

test('back undoes the steps since the last jump, then the jump', async () => {
  const opened = await moment(page);
  await row('Output of the program', 'sf,drama').click();
  await expect.poll(() => moment(page), SOON).not.toBe(opened);
  const jumped = await moment(page);
  for (let steps = 0; steps < 3; steps++) {
    const before = await moment(page);
    await page.keyboard.press(',');
    await expect.poll(() => moment(page), SOON).not.toBe(before);
  }
  const stepped = await moment(page);
  await expect.poll(() => page.url(), SOON).toContain(`at=${stepped}`);
  await page.goBack();
  await expect.poll(() => moment(page), SOON).toBe(jumped);
  await page.goForward();
  await expect.poll(() => moment(page), SOON).toBe(stepped);
  await page.goBack();
  await expect.poll(() => moment(page), SOON).toBe(jumped);
  await page.goBack();
  await expect.poll(() => moment(page), SOON).toBe(opened);
});

test('a jump from a file that was opened by hand leaves a place to come back to', async () => {
  await tab(page, 'Files').click();
  await page.getByRole('tree', { name: 'Files and functions' }).getByRole('treeitem').first().click();
  await page.getByRole('button', { name: 'Back to the current frame' }).waitFor();
  await tab(page, 'Log').click();
  await row('Output of the program', 'sf,drama').click();
  await expect.poll(() => page.url(), SOON).not.toContain(`at=${start}&`);
  await page.goBack();
  await expect.poll(() => moment(page), SOON).toBe(start);
  await page.getByRole('button', { name: 'Back to the current frame' }).waitFor();
});

/** Goes to the first call of a function that has these arguments, by the table of its calls. */
async function goToCall(name: string, given: string | RegExp): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(name);
  await page
    .getByRole('dialog', { name: 'Search or go to' })
    .getByRole('option')
    .filter({ hasText: name })
    .first()
    .click();
  await row(`Calls of ${name}`, given).click();
  await expect.poll(topFrame, SOON).toBe(name);
}

/** Whether a row is seen whole, and not scrolled away. */
async function isSeen(target: Locator): Promise<boolean> {
  return target.evaluate((element) => {
    const own = element.getBoundingClientRect();
    return element.contains(element.ownerDocument.elementFromPoint(own.left + 30, own.top + own.height / 2));
  });
}

test('variables stay in view below a long stack and above the details; a jump shows the frame where it stands', async () => {
  await goToCall('sum', '');
  await page.getByRole('button', { name: /more calls of down/ }).click();
  const frames = page.getByRole('list', { name: 'Stack, innermost first' }).getByRole('button');
  await expect.poll(() => frames.count(), SOON).toBeGreaterThan(30);
  expect(await isSeen(variable(page, 'list'))).toBe(true);
  await variable(page, 'total').click();
  await page.getByRole('region', { name: 'Details of total in sum' }).waitFor();
  expect(await isSeen(variable(page, 'total'))).toBe(true);
  await frames.last().scrollIntoViewIfNeeded();
  expect(await isSeen(page.locator('.frame.current'))).toBe(false);
  await page.keyboard.press('i');
  await page.keyboard.press('Shift+O');
  await expect.poll(topFrame, SOON).toBe('down');
  await expect.poll(() => isSeen(page.locator('.frame.current')), SOON).toBe(true);
});

test('the stage says what an event did as code would say it', async () => {
  const said = () => page.locator('.event-line').textContent();
  await goToCall('tokens', '"sf"');
  expect(await said()).toBe('callstokens(text: "sf")');
  const steps: string[] = [];
  for (let step = 0; step < 30 && !steps.at(-1)?.startsWith('returns'); step++) {
    const before = await moment(page);
    await page.keyboard.press('.');
    await expect.poll(() => moment(page), SOON).not.toBe(before);
    steps.push((await said()) ?? '');
  }
  expect(steps).toContain('changeswords.push("sf")');
  expect(steps).toContain('writesmatch= null');
  expect(steps.at(-1)).toBe('returnstokens["sf"]');
});

test('the slider of a loop counts iterations alone, and stays in the loop', async () => {
  await goToCall('tokens', '"sf,drama"');
  const count = page.locator('.loop-count');
  for (let step = 0; step < 8 && (await count.count()) === 0; step++) {
    const before = await moment(page);
    await page.keyboard.press('n');
    await expect.poll(() => moment(page), SOON).not.toBe(before);
    await page.locator('.code-line.current').waitFor();
  }
  await expect.poll(() => count.textContent(), SOON).toBe('1 of 2');
  await page.getByRole('slider', { name: /Iteration of the loop/ }).focus();
  await page.keyboard.press('End');
  await expect.poll(() => count.textContent(), SOON).toBe('2 of 2');
  expect(await topFrame()).toBe('tokens');
  expect(await page.locator('.event-line').textContent()).toContain('"drama"');
  await goToCall('sum', '');
  for (let step = 0; step < 3; step++) await page.keyboard.press('.');
  await page.waitForTimeout(400);
  expect(await count.count()).toBe(0);
});

/** Types into the palette and waits for what it finds. */
async function find(text: string): Promise<Locator> {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(text);
  return page.getByRole('dialog', { name: 'Search or go to' }).getByRole('option');
}

async function closePalette(): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Search or go to' }).waitFor({ state: 'detached' });
}

test('the palette goes to a line of a file', async () => {
  const options = await find('shop.mjs:16');
  await expect.poll(() => options.first().textContent(), SOON).toContain('Line 16 of shop.mjs');
  await page.keyboard.press('Enter');
  const line = page.locator('.code-line.selected');
  await expect.poll(() => line.textContent(), SOON).toContain('function sum(list)');
  await expect.poll(() => page.locator('.line-bar-text').textContent(), SOON).toContain('Line 16 of shop.mjs');
});

test('hits show what was found and where, each once, and more of them when asked', async () => {
  let options = await find('needle');
  const value = options.filter({ has: page.locator('mark', { hasText: 'needle' }) });
  await expect
    .poll(() => value.allTextContents(), SOON)
    .toContainEqual(expect.stringMatching(/^text.*word needle word.*keep/));
  await closePalette();
  options = await find('tokens');
  await options
    .filter({ has: page.locator('mark') })
    .first()
    .waitFor();
  expect((await options.allTextContents()).filter((text) => text.startsWith('tokens'))).toEqual([
    expect.stringContaining('shop.mjs:6'),
  ]);
  await closePalette();
  // There are more lines with these letters than are shown at first.
  options = await find('st');
  const more = options.filter({ hasText: 'More hits among' });
  await more.waitFor();
  const before = await options.count();
  await more.click();
  await expect.poll(() => options.count(), SOON).toBeGreaterThan(before);
});

test('when the last call returns, the text stays where it was', async () => {
  await goToCall('tokens', '"sf,drama"');
  const nothing = page.getByText('Nothing is running');
  for (let step = 0; step < 12 && (await nothing.count()) === 0; step++) {
    const before = await moment(page);
    await page.keyboard.press('.');
    if (step > 3) await page.keyboard.press('o');
    await expect.poll(() => moment(page), SOON).not.toBe(before);
  }
  await nothing.waitFor();
  const first = page.locator('.code').evaluate((element) => element.scrollTop);
  expect(await first).toBeGreaterThan(0);
});

test('a call deep in the tree has its name, its duration and its file', async () => {
  await goToCall('sum', '');
  await tab(page, 'Call tree').click();
  const deep = page.getByRole('tree', { name: 'Call tree' }).locator('.tree-row.now');
  await expect.poll(() => deep.textContent(), SOON).toContain('sum(list: []');
  const level = await page.locator('[role=treeitem]:has(.tree-row.now)').getAttribute('aria-level');
  expect(Number(level)).toBeGreaterThan(30);
  for (const part of ['.call-name', '.call-time', '.place']) {
    const isCut = (element: { scrollWidth: number; clientWidth: number }) => element.scrollWidth > element.clientWidth;
    expect(await deep.locator(part).evaluate(isCut), part).toBe(false);
  }
  const edge = await page.locator('.dock').boundingBox();
  const place = await deep.locator('.place').boundingBox();
  expect(place!.x + place!.width).toBeLessThan(edge!.x + edge!.width);
});

test('what was printed can be read in full', async () => {
  await row('Output of the program', 'many lines').click();
  await expect
    .poll(() => page.getByLabel('What was printed', { exact: true }).textContent(), SOON)
    .toBe('many lines\nfirst of them\nlast of them\n');
});
