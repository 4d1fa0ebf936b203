import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';
import { serve, startBrowser, variable, visit, type Server } from './viewer.ts';

/* Lines that leave no event: what is said of them, and what stands in for them. */

const PROGRAM = `function price(item) {
  const cents = item * 100;
  if (cents > 250) {
    note(cents);
  }
  return format(cents);
}
function format(cents) {
  return cents + ' ct';
}
function note() {}
function unused() {
  note(1);
}
for (const item of [1, 2]) {
  price(item);
}
const stock = new Map([['tea', 1]]);
stock.set('tea', [4, 5].map((n) => n * 2)[1]);
for (let cups of [1, 2, 3]) {
  if (cups === 2) cups = 0;
  note(cups);
}
`;

let project: Project;
let browser: Browser;
let server: Server;

beforeAll(async () => {
  project = makeProject({ 'app.mjs': PROGRAM });
  await project.record(['app.mjs'], `${project.dir}/app.db`);
  [browser, server] = await Promise.all([startBrowser(), serve(`${project.dir}/app.db`)]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test('a line says what is known of it, and its block stands in for it', async () => {
  const { page, complaints } = await visit(browser, server.url);
  const line = (number: number) => page.locator(`.source .code-line[data-line="${number}"]`);
  const bar = page.locator('.line-bar-text');
  await line(3).locator('.hits.of-block').waitFor();
  expect(await line(2).locator('.hits').textContent()).toBe('2');
  expect(await line(3).locator('.hits').textContent()).toBe('2');
  // Whether it ran nothing tells; what lies in a function that never ran is known.
  expect(await line(4).getAttribute('class')).not.toContain('never');
  expect(await line(13).getAttribute('class')).toContain('never');

  await line(3).locator('.line-number').click();
  await bar.getByText('leaves no event of its own; line 2 of its block ran 2 times').waitFor();
  await page.getByRole('button', { name: 'Next time this line ran' }).click();
  await page.locator('.code-line.current[data-line="2"]').waitFor();
  await line(4).locator('.line-number').click();
  await bar.getByText('how often it ran is not known').waitFor();
  await line(13).locator('.line-number').click();
  await bar.getByText('never ran').waitFor();

  await line(3).hover();
  await line(3).getByRole('button', { name: 'Log point at line 3' }).click();
  const form = page.getByRole('form', { name: 'Log point at line 3' });
  await form.getByText('values are those after line 2').waitFor();
  await form.getByRole('textbox').first().fill('cents');
  await page.keyboard.press('Enter');
  await form.getByText('2 hits in 2 executions of line 2').waitFor();
  expect(complaints).toEqual([]);
});

test('a line whose event depends on a condition ran as often as its block', async () => {
  const { page, complaints } = await visit(browser, server.url);
  const hits = page.locator('.source .code-line[data-line="21"] .hits.of-block');
  expect(await hits.textContent()).toBe('3');
  expect(await hits.getAttribute('title')).toBe('left an event 1 time; its block ran 3 times (line 20)');
  await page.getByRole('button', { name: 'Line 21', exact: true }).click();
  await page.locator('.line-bar-text').getByText('left an event 1 time').waitFor();
  await page.locator('.source .code-line[data-line="21"]').hover();
  await page.getByRole('button', { name: 'Log point at line 21' }).click();
  await page.getByText('leaves an event only sometimes').waitFor();
  expect(complaints).toEqual([]);
});

test('an entry of a Map has a history, and a handler on one line the count of its calls', async () => {
  const { page, complaints } = await visit(browser, server.url);
  const line = (number: number) => page.locator(`.source .code-line[data-line="${number}"]`);
  await line(19).locator('.hits').getByText('2').waitFor();
  expect(await line(19).locator('.hits').getAttribute('title')).toBe(
    'ran 1 time in this recording; the function on it was called 2 times',
  );
  await line(19).locator('.line-number').click();
  // Of the statement, not of the handler in it.
  await page.locator('.line-runs .run').first().click();
  await variable(page, 'stock').click();
  // The loop before it is over.
  expect(await variable(page, 'item').count()).toBe(0);
  await page
    .locator('.state')
    .getByRole('button', { name: /^"tea"/ })
    .first()
    .click();
  await page.locator('.history').getByText('2 values, now number 2').waitFor();
  expect(complaints).toEqual([]);
});
