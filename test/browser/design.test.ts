import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProject } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { moment, serve, SOON, startBrowser, tab, variable, visit, type Screen, type Server } from './viewer.ts';

/* What stands still, what is shown whole, and what says to what it belongs. */

const FOLDER = 'src/a-folder-with-a-rather-long-name/inside-of-it';
const FILE = 'the-whole-name-of-this-file.mjs';

const MAIN = `
import { once } from 'node:events';
import { createServer } from 'node:http';
import { priceOf } from './${FOLDER}/${FILE}';

const collected = [];
const server = createServer((request, response) => {
  const prices = [3, 4].map((count) => priceOf(count, 'a text that is given to it', { list: [1, 2, 3], name: 'a list of numbers' }));
  collected.push(...prices);
  response.end(String(prices));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
for (const path of ['/first', '/second']) {
  const answer = await fetch('http://127.0.0.1:' + server.address().port + path);
  console.log(path, await answer.text());
}
server.close();
`;

const OTHER = `
export function priceOf(count, text, given) {
  const each = given.list.reduce((sum, entry) => sum + entry, 0) + text.length + given.name.length + count * 1000 + count * 100;
\tconst tabbed = each;
  const short = tabbed;
  return short;
}
`;

let browser: Browser;
let server: Server;

beforeAll(async () => {
  const project = makeProject({ 'main.mjs': MAIN, [`${FOLDER}/${FILE}`]: OTHER });
  const file = join(scratchFolder(), 'design.db');
  [browser] = await Promise.all([startBrowser(), project.record(['main.mjs'], file)]);
  server = await serve(file);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function open(screen?: Screen): Promise<Page> {
  const { page } = await visit(browser, server.url, screen);
  await page.locator('.frame.current').waitFor();
  return page;
}

/** Into the first call of a function. */
async function goToCall(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(name);
  await page.getByRole('dialog').getByRole('option').filter({ hasText: name }).first().click();
  await page
    .getByRole('listbox', { name: `Calls of ${name}` })
    .getByRole('option')
    .first()
    .click();
  await page.locator('.frame.current', { hasText: name }).waitFor();
}

test('tabs stand still, whichever is chosen', async () => {
  const page = await open();
  const names = ['Log', 'Errors', 'HTTP', 'Causes', 'Files'];
  const places = () =>
    Promise.all(
      names.map(async (name) => {
        const box = await tab(page, name).boundingBox();
        return [name, Math.round(box!.x), Math.round(box!.width)];
      }),
    );
  await page.getByTitle('HTTP: 4').waitFor();
  const before = await places();
  for (const name of names) {
    await tab(page, name).click();
    expect(await places(), name).toEqual(before);
  }
});

test('the tree of a request says of which, and goes to another one with it', async () => {
  const page = await open();
  await tab(page, 'HTTP').click();
  const request = (path: string) =>
    page
      .getByRole('listbox', { name: 'HTTP requests' })
      .getByRole('option')
      .filter({ hasText: path })
      .filter({ hasText: 'incoming' });
  await request('/first').hover();
  await request('/first').getByRole('button', { name: 'Call tree of this request' }).click();
  const about = page.locator('.tree-root strong');
  const top = page.getByRole('tree', { name: 'Call tree' }).getByRole('treeitem').first();
  await expect.poll(() => about.textContent(), SOON).toBe('GET /first');
  await expect.poll(() => top.textContent(), SOON).toContain('(main.mjs:7)');
  await request('/second').click();
  await expect.poll(() => about.textContent(), SOON).toBe('GET /second');
  await page.locator('.tree-row.now', { hasText: '(main.mjs:7)' }).waitFor();
  await page.getByRole('button', { name: 'Show all', exact: true }).click();
  await expect.poll(() => top.textContent(), SOON).toContain(`module ${FILE}`);
});

test('what a row offers is reached by the keyboard', async () => {
  const page = await open();
  await tab(page, 'HTTP').click();
  const list = page.getByRole('listbox', { name: 'HTTP requests' });
  await list.getByRole('option').filter({ hasText: 'incoming' }).first().waitFor();
  await list.focus();
  await page.keyboard.press('Home');
  const offered = list.getByRole('button', { name: 'Call tree of this request' });
  while (!(await offered.isVisible())) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Call tree of this request');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.tree-root strong').textContent(), SOON).toBe('GET /first');
});

test('an error of code that is not recorded is not denied', async () => {
  const project = makeProject({
    'app.js': `Promise.resolve('{').then((text) => JSON.parse(text)).then(undefined, refused);\nfunction refused() {}`,
  });
  const file = join(project.dir, 'app.db');
  await project.record(['app.js'], file);
  const other = await serve(file);
  try {
    const { page } = await visit(browser, other.url);
    await tab(page, 'Errors').click();
    await page.getByText('1 call ended by an error from elsewhere').waitFor();
    const here = await moment(page);
    await page.keyboard.press('Home');
    await expect.poll(() => moment(page), SOON).not.toBe(here);
    await page.keyboard.press('e');
    await page.locator('.transport', { hasText: 'left by a throw' }).waitFor();
    expect(await page.locator('.event-name').textContent()).toBe('(app.js:1)');
  } finally {
    await other.close();
  }
});

test('a line that was chosen says whose it is wherever the cursor goes, until it is closed', async () => {
  const page = await open();
  await goToCall(page, 'priceOf');
  const bar = page.locator('.line-bar');
  await page.locator('.code-line[data-line="5"] .line-number').click();
  await page.getByRole('button', { name: 'Next time this line ran' }).click();
  await bar.getByText('this is number 1').waitFor();
  await page.keyboard.press('Shift+F11');
  await page.locator('.source-title', { hasText: 'main.mjs' }).waitFor();
  await bar.getByRole('button', { name: `Line 5 of ${FILE}` }).waitFor();
  await bar.getByText('the last was number 1').waitFor();
  await bar.getByRole('button', { name: `Line 5 of ${FILE}` }).click();
  await page.locator('.code-line.selected[data-line="5"]').waitFor();
  await page.locator('.code').focus();
  await page.keyboard.press('Escape');
  await expect.poll(() => bar.count(), SOON).toBe(0);
});

test('the details say the name whole, and in which function or file', async () => {
  const page = await open();
  await goToCall(page, 'priceOf');
  await page.keyboard.press('Shift+F11');
  await expect.poll(() => page.locator('.frame.current').textContent(), SOON).toContain('(main.mjs:8)');
  await page.locator('.section-toggle', { hasText: 'Module' }).click();
  await variable(page, 'collected').hover();
  await page.getByRole('button', { name: 'History of collected' }).click();
  const title = page.locator('.detail-title');
  await expect.poll(() => title.getAttribute('title'), SOON).toBe('collected in main.mjs');
  expect(await isWhole(title.locator('.detail-name'))).toBe(true);
  expect(await isWhole(title.locator('.cut-start'))).toBe(true);
});

test('functions without a name are told apart', async () => {
  const page = await open();
  await tab(page, 'Functions').click();
  const functions = page.getByRole('listbox', { name: 'Functions by cost' });
  for (const name of ['(main.mjs:7)', '(main.mjs:8)', 'priceOf.(line 3)'])
    await expect.poll(() => functions.getByText(name).count(), SOON).toBe(1);
  await goToCall(page, 'priceOf');
  const frames = page.locator('.frame:not(.async) .frame-name');
  await expect.poll(() => frames.allTextContents(), SOON).toEqual(['priceOf', '(main.mjs:8)', '(main.mjs:7)']);
});

/** Lines on which values and code share a place. */
const OVERLAPS = `[...document.querySelectorAll('.code-line')].filter((line) => {
  const values = line.querySelector('.inline-values');
  const code = line.querySelector('.code-text');
  const text = document.createRange();
  text.selectNodeContents(code);
  const edge = line.querySelector('.values-gutter').getBoundingClientRect().left;
  const box = values?.getBoundingClientRect();
  const isOver = box && box.left < text.getBoundingClientRect().right;
  return isOver || (box && document.querySelector('.code').scrollLeft === 0 && box.left < edge && box.right > edge + 0.5);
}).map((line) => line.dataset.line)`;

test('values never stand over code, however long the line and however narrow the panel', async () => {
  for (const screen of [
    { width: 2560, height: 1440 },
    { width: 1280, height: 800 },
    { width: 1020, height: 700 },
    { width: 600, height: 800 },
  ]) {
    const page = await open(screen);
    await goToCall(page, 'priceOf');
    for (let steps = 0; steps < 3; steps++) {
      const before = await moment(page);
      await page.keyboard.press('F10');
      await expect.poll(() => moment(page), SOON).not.toBe(before);
    }
    // Where there is no room at all they are told at the side.
    await page.locator('.code-line[data-line="4"]').locator('.inline-value, .values-more').waitFor();
    expect(await page.evaluate(OVERLAPS), `${screen.width}`).toEqual([]);
    await page.locator('.code').evaluate((code) => code.scrollTo({ left: 200 }));
    expect(await page.evaluate(OVERLAPS), `${screen.width}, scrolled`).toEqual([]);
    if (screen.width !== 1280) continue;
    // What has no room is a click away.
    await page.locator('.code').evaluate((code) => code.scrollTo({ left: 0 }));
    await page.getByRole('button', { name: '1 more value of line 3' }).click();
    await page
      .getByRole('dialog', { name: 'Values of line 3' })
      .getByRole('button', { name: /^each / })
      .click();
    await page.locator('.detail-title', { hasText: 'each' }).waitFor();
  }
}, 90_000);

test('the list of files shows their names whole', async () => {
  const page = await open();
  await tab(page, 'Files').click();
  const files = page.getByRole('tree', { name: 'Files and functions' });
  const name = files.locator('.file-base', { hasText: FILE });
  await name.waitFor();
  expect(await isWhole(name)).toBe(true);
  const folder = files.getByRole('treeitem', { name: FOLDER });
  expect(await folder.getAttribute('aria-level')).toBe('1');
  await folder.click();
  await name.waitFor({ state: 'detached' });
});

test('on a narrow screen everything can be reached by scrolling down', async () => {
  const page = await open({ width: 600, height: 800 });
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  for (const label of ['Stage', 'Source', 'Panels', 'Facts', 'State']) {
    const region = page.getByRole('region', { name: label, exact: true });
    await region.scrollIntoViewIfNeeded();
    const box = (await region.boundingBox())!;
    expect(box.x, label).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width, label).toBeLessThanOrEqual(600);
    expect(box.width, label).toBeGreaterThan(500);
  }
});

async function isWhole(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element.scrollWidth <= element.clientWidth);
}
