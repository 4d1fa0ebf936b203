import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Locator, Page } from 'playwright-core';
import { currentLine, recordExample, serve, startBrowser, variable, visit, type Server, SOON } from './viewer.ts';

/* docs/VIEWER.md tells this as a story with pictures. */

let recording: Awaited<ReturnType<typeof recordExample>>;
let server: Server;
let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [recording, browser] = await Promise.all([recordExample('examples/checkout', 'main.ts'), startBrowser()]);
  server = await serve(recording.file);
  ({ page, complaints } = await visit(browser, server.url));
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const ACTIONS_MAX = 8;

test('the bug of the checkout is found in at most eight actions', async () => {
  let actions = 0;
  const click = async (target: Locator): Promise<void> => {
    actions += 1;
    await target.click();
  };
  // The wrong total is in what was printed: to that moment.
  await click(page.getByRole('option', { name: /Order for Nora/ }));
  // The order, its cart, the lines, the first line: a notebook for 9.00 instead of 12.50.
  await click(variable(page, 'order'));
  await click(variable(page, 'cart').nth(1));
  await click(variable(page, 'lines'));
  await click(variable(page, '0'));
  const price = variable(page, 'unitPriceCents');
  expect(await price.textContent()).toContain('900');
  // Who wrote that price?
  await click(price);
  const writes = page.getByRole('listbox', { name: /^History of CartLine\.unitPriceCents/ }).getByRole('option');
  await expect.poll(() => writes.locator('.v-number').allTextContents(), SOON).toEqual(['1250', '1000', '900']);
  // The second write, and on whose behalf.
  await click(writes.nth(1));
  await expect.poll(() => currentLine(page).textContent(), SOON).toContain('this.unitPriceCents = Math.round');
  await click(page.getByRole('list', { name: 'Stack, innermost first' }).getByRole('button', { name: /^offerOf/ }));
  // A promotion that was only tried has lowered the price for good.
  await expect.poll(() => variable(page, 'promotion').textContent(), SOON).toContain('Paper season');
  expect(actions).toBeLessThanOrEqual(ACTIONS_MAX);
  expect(complaints).toEqual([]);
});
