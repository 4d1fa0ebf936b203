import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { CLI, makeProject, openProject, PRELOAD, type Project } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { violations } from './axe.ts';
import { end, moment, recordExample, serve, startBrowser, tab, variable, visit, SOON } from './viewer.ts';

/* What a person does not ask for and would miss: running programs, screen readers, hostile recordings, narrow screens. */

let browser: Browser;
const folder = scratchFolder();
let project: Project;

beforeAll(async () => {
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
});

const ALL_PANELS = ['Timeline', 'Call tree', 'Functions', 'Async', 'Sequence', 'Map', 'SQL', 'Snapshots', 'Compare'];
/** The dark theme differs in colours alone: panels with colours of their own are enough. */
const COLOURED_PANELS = ['Timeline', 'Map', 'SQL'];

test('axe finds nothing serious, light and dark, in any panel', async () => {
  const { file } = await recordExample('examples/demo', 'main.ts');
  const server = await serve(file);
  try {
    for (const theme of ['light', 'dark'] as const) {
      const { page } = await visit(browser, server.url, { theme });
      await page.locator('.frame.current').waitFor();
      await variable(page, 'payableCents').click();
      for (const name of theme === 'light' ? ALL_PANELS : COLOURED_PANELS) {
        await tab(page, name).click();
        await expect.poll(async () => (await page.locator('#dock-body').innerText()).length, SOON).toBeGreaterThan(10);
        expect(await violations(page), `${theme} ${name}`).toEqual([]);
      }
      for (const name of theme === 'light' ? ['Errors', 'HTTP', 'Causes', 'Files'] : ['Errors']) {
        await tab(page, name).click();
        expect(await violations(page), `${theme} ${name}`).toEqual([]);
      }
      await page.keyboard.press('Control+k');
      await page.keyboard.type('order');
      expect(await violations(page), `${theme} palette`).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'All recordings' }).click();
      await page.getByRole('heading', { name: 'Recordings' }).waitFor();
      expect(await violations(page), `${theme} start page`).toEqual([]);
      await page.context().close();
    }
  } finally {
    await server.close();
  }
}, 180_000);

test('what a recording holds is only ever text', async () => {
  const evil = '<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>';
  project = makeProject({
    'evil <b>.js': `
      const evil = ${JSON.stringify(evil)};
      class Holder { constructor() { this[evil] = evil; } }
      const name = { [evil](argument) { const holder = new Holder(); console.log(evil, argument); throw new TypeError(evil + holder); } };
      name[evil](evil);
    `,
  });
  const file = join(folder, 'evil.db');
  await project.record(['evil <b>.js'], file);
  const server = await serve(file);
  try {
    const { page, complaints } = await visit(browser, server.url);
    await page.locator('.frame.current').waitFor();
    await variable(page, 'holder').click();
    for (const name of ['Call tree', 'Functions', 'Async', 'Sequence', 'Map', 'SQL', 'Timeline']) {
      await tab(page, name).click();
      await expect.poll(async () => (await page.locator('#dock-body').innerText()).length, SOON).toBeGreaterThan(5);
    }
    await tab(page, 'Errors').click();
    await page.getByRole('option', { name: /TypeError/ }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('onerror');
    await expect.poll(() => page.getByRole('dialog').innerText(), SOON).toContain('onerror');
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
    expect(await page.locator('.app img, .app script, .app b').count()).toBe(0);
    expect(complaints).toEqual([]);
  } finally {
    await server.close();
  }
});

test('a running program is followed, paused and looked into', async () => {
  const program = makeProject({
    'tick.js': `
      let count = 0;
      function tick(number) { count = number; return number * 2; }
      setInterval(() => { tick(count + 1); console.log('tick', count); }, 60);
    `,
  });
  const file = join(folder, 'live.db');
  const running = spawn(process.execPath, ['--import', PRELOAD, 'tick.js'], {
    cwd: program.dir,
    env: { ...process.env, TRACER_OUT: file, TRACER_QUIET: '1', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise((resolve) => running.stdout.once('data', resolve));
    const server = await serve(file);
    try {
      const { page, complaints } = await visit(browser, server.url);
      await page.getByText('Running', { exact: true }).waitFor();
      const live = page.getByRole('button', { name: 'Live' });
      await live.waitFor();
      const first = await moment(page);
      await expect.poll(() => moment(page), SOON).not.toBe(first);
      const rows = page.getByRole('listbox', { name: 'Output of the program' }).getByRole('option');
      await expect.poll(() => rows.count(), SOON).toBeGreaterThan(3);
      await live.click();
      const paused = await moment(page);
      const seen = await rows.last().getAttribute('aria-setsize');
      await expect.poll(() => rows.first().getAttribute('aria-setsize'), SOON).not.toBe(seen);
      expect(await moment(page)).toBe(paused);
      // Of a list that nobody looks at, or that is longer than its panel, is told how many came.
      const log = tab(page, 'Log');
      await tab(page, 'Files').click();
      await expect.poll(async () => Number((await log.innerText()).split('+')[1]), SOON).toBeGreaterThan(10);
      await log.click();
      await page.getByRole('button', { name: /^\d+ new$/ }).click();
      await expect.poll(() => log.innerText(), SOON).not.toContain('+');
      await tab(page, 'Files').click();
      await end(running);
      await page
        .getByText(/Complete|Cut off/)
        .first()
        .waitFor();
      // After its end as well: what it printed last is counted.
      const { logs } = await countsOf(file);
      await expect.poll(() => log.getAttribute('title'), SOON).toContain(`Log: ${logs.toLocaleString('en')}`);
      expect(complaints).toEqual([]);
    } finally {
      await server.close();
    }
  } finally {
    await end(running);
  }
});

/** By the command line. */
async function countsOf(file: string): Promise<{ logs: number }> {
  const query = spawn(process.execPath, [CLI, 'sql', 'SELECT count(*) AS logs FROM logs', '--rec', file, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  query.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  await once(query, 'close');
  return (JSON.parse(text) as { logs: number }[])[0]!;
}

test('a list marks the last fact before the cursor, also where it is long', async () => {
  const file = join(folder, 'extremes.db');
  await openProject('test/browser/programs').record(['extremes.js'], file);
  const server = await serve(file);
  try {
    const { page, complaints } = await visit(browser, server.url);
    const output = page.getByRole('listbox', { name: 'Output of the program' });
    const marked = output.locator('.fact.now');
    // It opens at the uncaught error, behind all 3,001 lines.
    await expect.poll(() => marked.innerText(), SOON).toContain('several');
    const row = output.getByRole('option').filter({ has: page.locator('.fact.now') });
    expect(await row.getAttribute('aria-posinset')).toBe('3001');
    await page.keyboard.press('Home');
    await expect.poll(() => output.getByRole('option').first().innerText(), SOON).toContain('order 0');
    expect(await marked.count()).toBe(0);
    await page.keyboard.press('End');
    await expect.poll(() => marked.innerText(), SOON).toContain('several');
    // The rest of the list can be reached all the same.
    await page.getByRole('button', { name: 'show from the beginning' }).click();
    await expect.poll(() => output.getByRole('option').first().innerText(), SOON).toContain('order 0');
    expect(await marked.count()).toBe(0);
    expect(complaints).toEqual([]);
  } finally {
    await server.close();
  }
});

test('nothing leaves the page at the smallest and the largest screen, and sizes are remembered', async () => {
  const { file } = await recordExample('examples/checkout', 'main.ts');
  const server = await serve(file);
  try {
    const { page } = await visit(browser, server.url, { width: 2560, height: 1440 });
    await page.locator('.frame.current').waitFor();
    const overflow =
      'document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight';
    expect(await page.evaluate(overflow)).toBe(false);
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(await page.evaluate(overflow)).toBe(false);
    const splitter = page.getByRole('separator', { name: 'Width of the state' });
    const before = await splitter.getAttribute('aria-valuenow');
    await splitter.focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => splitter.getAttribute('aria-valuenow'), SOON).not.toBe(before);
    const after = await splitter.getAttribute('aria-valuenow');
    await page.reload();
    await expect.poll(() => splitter.getAttribute('aria-valuenow'), SOON).toBe(after);
  } finally {
    await server.close();
  }
});
