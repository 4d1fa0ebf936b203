import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import {
  currentLine,
  moment,
  recordExample,
  serve,
  startBrowser,
  tab,
  variable,
  visit,
  type Server,
  SOON,
} from './viewer.ts';

/* The demo, as somebody would look into it who sees it for the first time. */

let recording: Awaited<ReturnType<typeof recordExample>>;
let server: Server;
let browser: Browser;
let page: Page;
let complaints: string[];
let errorMoment: string;

beforeAll(async () => {
  [recording, browser] = await Promise.all([recordExample('examples/demo', 'main.ts'), startBrowser()]);
  server = await serve(recording.file);
  ({ page, complaints } = await visit(browser, server.url));
  await page.locator('.frame.current').waitFor();
  errorMoment = await moment(page);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Back to where the viewer opened, by its link. */
async function atTheError(): Promise<void> {
  await page.goto(
    page
      .url()
      .replace(/at=[^&]*/, `at=${errorMoment}`)
      .replace(/&(call|file|line)=[^&]*/g, ''),
  );
  await until(() => moment(page), errorMoment);
}

async function until<Value>(read: () => Promise<Value>, wanted: Value): Promise<void> {
  await expect.poll(read, SOON).toEqual(wanted);
}

test('it opens at the error, in the file, with the values there', async () => {
  await expect.poll(() => currentLine(page).textContent(), SOON).toContain('throw new RangeError');
  expect(await page.locator('.frame.current .frame-name').textContent()).toBe('writeInvoice');
  expect(await page.locator('.transport').textContent()).toContain('order 1010 of Jonas');
  const thrown = page.locator('.code-line.current .inline-value.throw');
  expect(await thrown.textContent()).toMatch(/^throws\s*RangeError/);
  // In sight, though the code of the line is wider than the panel.
  const edge = await page.locator('.code').evaluate((code) => code.getBoundingClientRect().right);
  expect(await thrown.evaluate((chip) => chip.getBoundingClientRect().right)).toBeLessThan(edge);
  for (const name of ['Log', 'Errors', 'HTTP'])
    await expect.poll(() => tab(page, name).locator('.tab-count').textContent(), SOON).toMatch(/^\d+$/);
  expect(await page.locator('.value-row', { hasText: 'payableCents' }).textContent()).toContain('null');
});

const FIRST_PAGE_BYTES_MAX = 150_000;

test('the first page is small: what was fetched so far, fonts too, as it was sent', async () => {
  await page.evaluate('document.fonts.ready.then(() => undefined)');
  const sizes = (await page.evaluate(
    `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize])`,
  )) as [string, number][];
  expect(sizes.map(([path]) => path)).toEqual(expect.arrayContaining(['/', '/assets/main.js', '/assets/inter.woff2']));
  expect(sizes.filter(([, bytes]) => bytes === 0)).toEqual([]);
  expect(sizes.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThanOrEqual(FIRST_PAGE_BYTES_MAX);
});

test('buttons step like keys do', async () => {
  await page.getByRole('button', { name: 'Step over, backwards' }).click();
  await expect.poll(() => moment(page), SOON).not.toBe(errorMoment);
  const there = await moment(page);
  await expect.poll(() => page.url(), SOON).toContain(`at=${there}`);
  await atTheError();
});

test('the header says what was recorded and what was not', async () => {
  const chips = page.locator('.trust-chips');
  expect(await chips.textContent()).toMatch(/Complete.*events/);
  await chips.click();
  const card = page.getByRole('dialog', { name: 'What was recorded, and what was not' });
  expect(await card.textContent()).toMatch(/produced = .* stored \+ 0 dropped \+ 0 pruned/);
  await page.keyboard.press('Escape');
  expect(await card.count()).toBe(0);
});

test('a log line leads to its moment, and back leads back', async () => {
  await page.getByRole('option', { name: /Afternoon/ }).click();
  await expect.poll(() => moment(page), SOON).not.toBe(errorMoment);
  await expect.poll(() => page.locator('.transport .event-line').textContent(), SOON).toContain('Afternoon');
  await page.goBack();
  await until(() => moment(page), errorMoment);
});

test('a reload and a copied link come to the same moment and panels', async () => {
  await tab(page, 'SQL').click();
  await page.getByRole('option', { name: /1007/ }).click();
  await expect.poll(() => moment(page), SOON).not.toBe(errorMoment);
  const there = await moment(page);
  await expect.poll(() => page.url(), SOON).toContain(`at=${there}`);
  await page.reload();
  await until(() => moment(page), there);
  expect(await tab(page, 'SQL').getAttribute('aria-selected')).toBe('true');
  await atTheError();
});

test('the history of a value has every write, a click goes there', async () => {
  await variable(page, 'payableCents').click();
  const rows = page.getByRole('listbox', { name: /^History of payableCents/ }).getByRole('option');
  await expect.poll(() => rows.count(), SOON).toBeGreaterThan(0);
  await rows.first().click();
  await expect.poll(() => page.locator('.history-row.now').count(), SOON).toBe(1);
  await page.getByRole('button', { name: 'Close the details' }).click();
  await atTheError();
});

test('the origin of a value leads back to who passed it', async () => {
  await page.locator('.value-row', { hasText: 'payableCents' }).hover();
  await page.getByRole('button', { name: 'Where payableCents came from' }).click();
  const steps = page.getByRole('list', { name: /^Where payableCents/ }).getByRole('listitem');
  await expect.poll(() => steps.count(), SOON).toBeGreaterThan(1);
  await steps.first().getByRole('button').first().click();
  await expect.poll(() => steps.first().getAttribute('class'), SOON).toContain('here');
  expect(await steps.last().textContent()).not.toBe('');
  await page.getByRole('button', { name: 'Close the details' }).click();
  await atTheError();
});

test('the origin of the refused amount leads through two processes to a price in a thread', async () => {
  await page.locator('.value-row', { hasText: 'payableCents' }).hover();
  await page.getByRole('button', { name: 'Where payableCents came from' }).click();
  const steps = page.getByRole('list', { name: /^Where payableCents/ }).getByRole('listitem');
  const sent = steps.filter({ hasText: 'sent as a message' });
  await expect.poll(() => sent.count(), SOON).toBeGreaterThan(1);
  const wrong = steps.filter({ hasText: 'toCents' }).filter({ hasText: 'NaN' });
  await expect.poll(() => wrong.count(), SOON).toBeGreaterThan(0);
  expect(await steps.filter({ hasText: '"7,20"' }).count()).toBeGreaterThan(0);
  await wrong.first().getByRole('button').first().click();
  await expect.poll(() => page.locator('.film-label.current').textContent(), SOON).toMatch(/worker/);
  await expect.poll(() => currentLine(page).textContent(), SOON).toContain('toCents(');
  await page.getByRole('button', { name: 'Close the details' }).click();
  await atTheError();
});

test('continue stops at a line where a condition holds', async () => {
  await page.keyboard.press('Home');
  await expect.poll(() => moment(page), SOON).not.toBe(errorMoment);
  await page.goto(page.url().replace(/at=[^&]*/, `at=${errorMoment.split('@')[0]}@0`));
  await page.keyboard.press('Control+k');
  await page.keyboard.type('invoice.ts');
  await page
    .getByRole('dialog', { name: 'Search or go to' })
    .getByRole('option')
    .filter({ hasText: 'invoice.ts' })
    .first()
    .click();
  const line = page.locator('.code-line[data-line="13"]');
  await line.hover();
  await line.getByRole('button', { name: 'Log point at line 13' }).click();
  await page.keyboard.press('Tab');
  await page.keyboard.type('orderNumber === 1004');
  await page.getByRole('form').getByRole('button', { name: 'Stop', exact: true }).click();
  await page.locator('.chip.red', { hasText: '1 stop' }).waitFor();
  await page.keyboard.press('F8');
  await expect
    .poll(() => page.locator('.value-row', { hasText: 'orderNumber' }).first().textContent(), SOON)
    .toContain('1004');
  await page.locator('.code-line[data-line="13"] .line-number').click({ modifiers: ['Alt'] });
  await atTheError();
});

test('a log point tells what a line saw each time it ran', async () => {
  const line = page.locator('.code-line[data-line="12"]');
  await line.hover();
  await line.getByRole('button', { name: 'Log point at line 12' }).click();
  await page.keyboard.type('payableCents');
  await page.keyboard.press('Enter');
  const hits = page.locator('.log-hit');
  await expect.poll(() => hits.count(), SOON).toBe(11);
  await hits.nth(1).click();
  await expect.poll(() => moment(page), SOON).not.toBe(errorMoment);
  await page.getByRole('form', { name: 'Log point at line 12' }).getByRole('button', { name: 'Close' }).click();
  await atTheError();
});

test('a question in SQL is answered, its rows lead to calls', async () => {
  await tab(page, 'SQL').click();
  await page.getByRole('button', { name: 'Calls that threw' }).click();
  const row = page.getByRole('listbox', { name: 'Rows' }).getByRole('option').filter({ hasText: 'OrderDesk.place' });
  await row.click();
  await expect.poll(() => page.locator('.frame.current .frame-name').textContent(), SOON).toBe('OrderDesk.place');
  await page.getByLabel('Query in SQL').fill('SELECT nothing FROM nowhere');
  await page.keyboard.press('Control+Enter');
  await page.getByText('That did not work').waitFor();
  await atTheError();
});

test('search finds a value anywhere and goes to it', async () => {
  await page.locator('.code').focus();
  await page.keyboard.press('/');
  await page.keyboard.type('filter-papers');
  const hit = page
    .getByRole('dialog', { name: 'Search or go to' })
    .getByRole('option')
    .filter({ hasText: 'filter-papers' });
  await hit.first().waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => moment(page), SOON).not.toBe(errorMoment);
  await atTheError();
});

test('the slider goes through the iterations of a loop', async () => {
  await page.keyboard.press('Control+k');
  await page.keyboard.type('quoteFor');
  await page
    .getByRole('dialog', { name: 'Search or go to' })
    .getByRole('option')
    .filter({ hasText: 'quoteFor' })
    .first()
    .click();
  // An order with two lines.
  await page
    .getByRole('listbox', { name: 'Calls of quoteFor' })
    .getByRole('option')
    .filter({ hasText: '1006' })
    .first()
    .click();
  await expect.poll(() => page.locator('.frame.current .frame-name').textContent(), SOON).toBe('quoteFor');
  const slider = page.getByRole('slider', { name: /Iteration of the loop/ });
  for (let step = 0; step < 6 && (await slider.count()) === 0; step++) {
    const before = await moment(page);
    await page.keyboard.press('n');
    await expect.poll(() => moment(page), SOON).not.toBe(before);
    await page.locator('.code-line.current').waitFor();
  }
  await slider.waitFor();
  const before = await moment(page);
  const wasAt = await slider.inputValue();
  await slider.focus();
  await page.keyboard.press(wasAt === '0' ? 'ArrowRight' : 'ArrowLeft');
  await expect.poll(() => moment(page), SOON).not.toBe(before);
  await expect.poll(() => slider.inputValue(), SOON).not.toBe(wasAt);
  await atTheError();
});

test('a message is followed from the worker to the parent', async () => {
  await tab(page, 'Causes').click();
  await page.getByLabel('Filter causes').fill('reply');
  const cause = page
    .getByRole('listbox', { name: 'Causes' })
    .getByRole('option')
    .filter({ hasText: /^message.*worker \d → main\.ts/ })
    .first();
  await cause.hover();
  await cause.getByRole('button', { name: 'To where it was sent' }).click();
  await expect.poll(() => page.locator('.film-label.current').textContent(), SOON).toMatch(/worker/);
  await cause.getByRole('button', { name: 'To where it arrived' }).click();
  await expect.poll(() => page.locator('.film-label.current').textContent(), SOON).toBe('main.ts');
  await page.getByLabel('Filter causes').fill('');
  await tab(page, 'Log').click();
  await atTheError();
});

test('everything can be reached and left by the keyboard', async () => {
  await page.locator('.code').focus();
  await page.keyboard.press(',');
  await expect.poll(() => moment(page), SOON).not.toBe(errorMoment);
  await page.keyboard.press('.');
  await until(() => moment(page), errorMoment);
  await page.keyboard.press('Home');
  await expect.poll(() => moment(page), SOON).toMatch(/@0$/);
  await page.keyboard.press('e');
  await until(() => moment(page), errorMoment);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys and help' }).waitFor();
  await page.keyboard.press('Escape');
  expect(await page.getByRole('dialog', { name: 'Keys and help' }).count()).toBe(0);
});

test('every panel has something to show, and nothing complains', async () => {
  for (const name of ['Call tree', 'Functions', 'Async', 'Sequence', 'Map', 'Snapshots', 'Compare', 'Timeline']) {
    await tab(page, name).click();
    await expect.poll(async () => (await page.locator('#dock-body').innerText()).length, SOON).toBeGreaterThan(10);
    expect(await page.locator('#dock-body').getByText('That did not work').count(), name).toBe(0);
  }
  expect(complaints).toEqual([]);
});

test('a click on the film strip is one question, and one place to come back to', async () => {
  const asked: { method?: string; params?: { to?: { kind: string } } }[] = [];
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => asked.push(JSON.parse(String(payload)) as (typeof asked)[number])),
  );
  await atTheError();
  await page.reload();
  await page.locator('.frame.current').waitFor();
  await until(() => moment(page), errorMoment);
  const box = (await page.locator('.film-canvas').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  // As long as a finger takes.
  await expect.poll(() => moment(page), SOON).not.toBe(errorMoment);
  await page.mouse.up();
  await expect.poll(() => page.url(), SOON).not.toContain(`at=${errorMoment}`);
  const parts = new Set(['move', 'momentsAt', 'state']);
  expect(asked.filter(({ method = '' }) => parts.has(method))).toEqual([]);
  expect(asked.filter(({ method, params }) => method === 'visit' && params?.to?.kind === 'time').length).toBe(1);
  await page.goBack();
  await until(() => moment(page), errorMoment);
});
