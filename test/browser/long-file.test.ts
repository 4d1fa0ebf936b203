import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { makeProject } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { currentLine, serve, startBrowser, visit, SOON } from './viewer.ts';

/* Of a long file a jump draws what is in view; the rest comes when nobody waits for it. */

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
});

const LINES = 600;

/** Numbers of the lines that are in the page. */
const DRAWN = `[...document.querySelectorAll('.code-line')].map((line) => Number(line.dataset.line))`;
/** And of those in view. */
const IN_VIEW = `(() => {
  const { scrollTop, clientHeight } = document.querySelector('.code');
  return { first: Math.floor(scrollTop / 20) + 1, last: Math.ceil((scrollTop + clientHeight) / 20) };
})()`;

test('lines around the view and what can be done with values are there once the cursor rests', async () => {
  const lines = Array.from({ length: LINES }, (_, i) => `// line ${i + 1}`);
  lines[9] = 'function near(first) { return first + 1; }';
  lines[499] = 'function far(second) { return near(second) + 1; }';
  lines[LINES - 1] = 'console.log(far(1));';
  const file = join(scratchFolder(), 'long.db');
  await makeProject({ 'long.js': lines.join('\n') }).record(['long.js'], file);
  const server = await serve(file);
  try {
    const { page, complaints } = await visit(browser, server.url);
    const step = async (text: string): Promise<void> => {
      const isThere = async (): Promise<boolean> => ((await currentLine(page).textContent()) ?? '').includes(text);
      for (let i = 0; i < 20 && !(await isThere()); i++) {
        await page.keyboard.press('i');
        await page.waitForTimeout(150);
      }
    };
    await page.locator('.frame.current').waitFor();
    await step('function far');
    await step('function near');
    const seen = await page.evaluate<{ first: number; last: number }>(IN_VIEW);
    expect(seen.first).toBeLessThanOrEqual(10);
    const around = async (): Promise<boolean> => {
      const { first, last } = await page.evaluate<{ first: number; last: number }>(IN_VIEW);
      const drawn = await page.evaluate<number[]>(DRAWN);
      const wanted = Array.from({ length: last + 11 - Math.max(1, first - 10) }, (_, i) => Math.max(1, first - 10) + i);
      return (
        wanted.every((line) => line > LINES || drawn.includes(line)) &&
        drawn.every((n, i) => i === 0 || n > drawn[i - 1]!)
      );
    };
    await expect.poll(around, SOON).toBe(true);
    // Without the pointer on the row.
    await page
      .locator('.value-row', { hasText: 'first' })
      .getByRole('button', { name: 'Copy first as JSON' })
      .waitFor({ state: 'attached' });
    // Far from there, by hand.
    await page.evaluate(`document.querySelector('.code').scrollTop = 300 * 20`);
    await page.locator('.code-line[data-line="305"]').waitFor();
    await expect.poll(around, SOON).toBe(true);
    expect(complaints).toEqual([]);
  } finally {
    await server.close();
  }
});
