import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProject } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { violations } from './axe.ts';
import { serve, SOON, startBrowser, tab, visit, type Server } from './viewer.ts';

/* A run with a mistake and one without, side by side. */

const folder = scratchFolder();
let browser: Browser;
let server: Server;

beforeAll(async () => {
  for (const [name, example] of [
    ['total', 'wrong-total'],
    ['days', 'off-by-one'],
  ] as const) {
    const project = openProject(`examples/bugs/${example}`);
    await project.record(['main.js'], join(folder, `${name}-bad.db`));
    await project.record(['main.js', 'ok'], join(folder, `${name}-good.db`));
  }
  [browser, server] = await Promise.all([startBrowser(), serve(join(folder, 'total-bad.db'))]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

function side(page: Page, name: 'This recording' | 'The other'): Locator {
  return page.getByRole('region', { name, exact: true });
}

function line(page: Page, name: 'This recording' | 'The other'): Promise<string | null> {
  return side(page, name).locator('.code-line.current .code-text').textContent();
}

function moments(page: Page): Promise<string[]> {
  return page.locator('.twin .moment').allTextContents();
}

/** Opens a recording with another beside it, by the keyboard alone. */
async function compare(rec: string, other: string, theme: 'light' | 'dark' = 'light') {
  const opened = await visit(browser, `${server.url.split('#')[0]}#rec=${rec}`, { theme });
  const { page } = opened;
  await tab(page, 'Compare').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: new RegExp(other) }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Two recordings side by side' }).waitFor();
  await expect.poll(async () => (await moments(page)).length, SOON).toBe(2);
  return opened;
}

/** Steps on until something holds: which step that is depends on the probes that there are. */
async function stepUntil(page: Page, key: string, holds: () => Promise<boolean>): Promise<void> {
  for (let step = 0; step < 60; step++) {
    if (await holds()) return;
    const [before] = await moments(page);
    await page.keyboard.press(key);
    await expect.poll(async () => (await moments(page))[0], SOON).not.toBe(before);
    // Until both stand there.
    await page.locator('.twins[data-together="true"]').waitFor();
  }
  throw new Error(`not reached: ${await page.locator('.twins').innerText()}`);
}

test('it lands where they part, and both move on together', async () => {
  const { page, complaints } = await compare('total-bad.db', 'total-good.db');
  await expect.poll(() => line(page, 'This recording'), SOON).toContain("const fixed = process.argv[2] === 'ok'");
  await expect.poll(() => line(page, 'The other'), SOON).toContain("const fixed = process.argv[2] === 'ok'");
  expect(await page.locator('.twin-told').textContent()).toContain('another value of fixed');
  const differing = page.locator('.twin-row.differs');
  await expect
    .poll(() => differing.allInnerTexts(), SOON)
    .toEqual([expect.stringMatching(/fixed.*false.*fixed.*true/s)]);

  // The second article is the one with the wrong price: found by what is marked.
  await stepUntil(page, 'i', async () => (await differing.filter({ hasText: 'each' }).count()) > 0);
  expect(await differing.filter({ hasText: 'each' }).innerText()).toMatch(/each.*45\b.*each.*450/s);
  expect(await page.locator('.twin-told').textContent()).toContain('same step');
  for (const name of ['This recording', 'The other'] as const) {
    expect(await side(page, name).getByRole('button', { name: 'lineTotal' }).getAttribute('aria-current')).toBe('true');
    await expect.poll(() => side(page, name).locator('.code-line.different').count(), SOON).toBeGreaterThan(0);
  }

  // An object opens on both sides.
  const line2 = page.locator('.twin-row', { hasText: 'article' });
  await line2.first().waitFor();
  await page.getByLabel('only what differs').check();
  await expect.poll(() => page.locator('.twin-row:not(.differs)').count(), SOON).toBe(0);

  // A frame further out has its counterpart too.
  await side(page, 'This recording').getByRole('button', { name: 'orderTotal' }).click();
  await expect
    .poll(() => side(page, 'The other').getByRole('button', { name: 'orderTotal' }).getAttribute('aria-current'), SOON)
    .toBe('true');

  const there = await moments(page);
  await page.reload();
  await expect.poll(() => moments(page), SOON).toEqual(there);
  await page.getByRole('button', { name: 'First difference' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => line(page, 'The other'), SOON).toContain('const fixed');

  await page.getByRole('button', { name: 'Close the comparison' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'State', exact: true }).waitFor();
  expect(page.url()).not.toContain('with=');
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('what only one of them did is said, with the last thing before that both did', async () => {
  const { page, complaints } = await compare('days-good.db', 'days-bad.db', 'dark');
  const told = page.locator('.twin-told');
  await stepUntil(page, '.', async () => /nearest/.test((await told.textContent()) ?? ''));
  expect(await line(page, 'This recording')).toContain('sum += value');
  expect(await line(page, 'The other')).toContain('sum += value');
  expect(await told.textContent()).toContain('The other run did not do this here');
  // After the loop both do the same again.
  await stepUntil(page, '.', async () => ((await line(page, 'This recording')) ?? '').includes('const mean'));
  await expect.poll(() => line(page, 'The other'), SOON).toContain('const mean');
  await expect.poll(() => told.textContent(), SOON).toContain('same step');
  expect(await violations(page)).toEqual([]);

  // The other takes over: now this one has nothing more than it.
  const [own, other] = await moments(page);
  await page.getByRole('button', { name: 'Swap' }).click();
  await expect.poll(() => moments(page), SOON).toEqual([other, own]);
  expect(page.url()).toContain('rec=days-bad.db');
  expect(complaints).toEqual([]);
  await page.context().close();
});
