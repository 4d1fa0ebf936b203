// Takes the pictures of docs/images: every panel at 1280 x 800 and at 2560 x 1440 (`large-`), light and dark, what is hard
// to show (`extreme-`), and the steps of docs/VIEWER.md. `node test/browser/pictures.mjs [part of a name]`, after a build.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { launchChromium } from './chromium.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const DIST = join(ROOT, 'packages/tracer/dist');
const OUT = join(ROOT, 'docs/images');
const SMALL = { width: 1280, height: 800 };
const LARGE = { width: 2560, height: 1440 };
const SIZES = [
  { prefix: '', viewport: SMALL },
  { prefix: 'large-', viewport: LARGE },
];
/** Of the coding: letters stay sharp, and a picture has a quarter of its size as PNG. */
const QUALITY = 88;
const wanted = process.argv[2] ?? '';

/** @typedef {import('playwright-core').Page} Page */

/** @param {string} name */
const tab = (name) => (/** @type {Page} */ page) => page.getByRole('tab', { name, exact: true }).click();
/** @param {string} name */
const variable = (name) => (/** @type {Page} */ page) =>
  page
    .locator('.state')
    .getByRole('button', { name: new RegExp(`^${name}:`) })
    .last()
    .click();
/** @param {string} keys */
const press = (keys) => (/** @type {Page} */ page) => page.keyboard.press(keys);
/** @param {string} text */
const type = (text) => (/** @type {Page} */ page) => page.keyboard.type(text);
/** @param {string} name */
const button = (name) => (/** @type {Page} */ page) => page.getByRole('button', { name }).first().click();
/** @param {string} selector */
const click = (selector) => (/** @type {Page} */ page) => page.locator(selector).first().click();

/**
 * What is done before each picture of the demo.
 * @type {Record<string, ((page: Page) => Promise<unknown>)[]>}
 */
const PANELS = {
  error: [],
  timeline: [press('f'), press('s'), press('s'), press('s'), press('s'), press('s')],
  tree: [tab('Call tree')],
  functions: [tab('Functions')],
  calls: [press('Control+k'), type('quoteFor'), press('Enter')],
  async: [tab('Async'), button('Visible time')],
  sequence: [tab('Sequence'), button('Visible time')],
  map: [tab('Map')],
  modules: [tab('Map'), button('Files')],
  sql: [
    tab('SQL'),
    button('Calls that threw'),
    (/** @type {Page} */ page) => page.getByRole('listbox', { name: 'Rows' }).getByRole('option').first().waitFor(),
  ],
  snapshots: [tab('Snapshots')],
  origin: [variable('payableCents'), tab('Origin')],
  loop: [
    press('Control+k'),
    type('quoteFor'),
    press('Enter'),
    click('.calls-table .list-row:has-text("1006")'),
    press('n'),
    press('n'),
    press('n'),
  ],
  'log-point': [
    (/** @type {Page} */ page) => page.locator('[data-line="8"]').hover(),
    click('[data-line="8"] .add-log'),
    type('customer'),
    press('Enter'),
  ],
  errors: [tab('Errors')],
  requests: [tab('HTTP')],
  causes: [tab('Causes')],
  files: [tab('Files')],
  search: [press('/'), type('filter-papers')],
  help: [press('?')],
  trust: [click('.trust-chips')],
  start: [button('All recordings')],
};

const EXTREMES = 'test/browser/programs';
const named = (/** @type {string} */ text) => [
  press('Control+k'),
  type(text),
  press('Enter'),
  click('.calls-table .list-row'),
];
/** @type {typeof PANELS} */
const EXTREME_PANELS = {
  'extreme-stack': [],
  'extreme-stack-open': [button('more calls of')],
  // Its last event: all values are there.
  'extreme-values': [press('Control+k'), type('1@2213424'), press('Enter'), variable('numbers')],
  'extreme-output': [],
  'extreme-names': named('findTheCheapest'),
  'extreme-timeline': [press('f')],
  'extreme-tree': [tab('Call tree')],
  'extreme-functions': [tab('Functions')],
  'extreme-errors': [tab('Errors')],
  'extreme-sql-error': [
    tab('SQL'),
    (/** @type {Page} */ page) => page.locator('.cm-content, textarea').first().fill('SELECT nothing FROM nowhere'),
    press('Control+Enter'),
  ],
};
/** @type {typeof PANELS} */
const EMPTY_PANELS = {
  'empty-output': [],
  'empty-errors': [tab('Errors'), tab('Snapshots')],
  'empty-requests': [tab('HTTP'), tab('Compare')],
  'empty-causes': [tab('Causes'), tab('Async')],
};

/** The run with the wrong total, with the one beside it that is right: at the article with the wrong price. */
const COMPARE = [
  tab('Compare'),
  button('total-good'),
  (/** @type {Page} */ page) => page.locator('.twins[data-together="true"]').waitFor(),
  async (/** @type {Page} */ page) => {
    for (let step = 0; step < 25; step++) {
      if ((await page.locator('.twin-row.differs', { hasText: 'each' }).count()) > 0) return;
      await page.keyboard.press('i');
      await page.waitForTimeout(400);
    }
  },
];

/** The eight actions of docs/VIEWER.md; a picture after those that say so. */
const STORY = [
  { do: click('.side .list-row'), picture: 'checkout-1-printed' },
  { do: variable('order') },
  { do: variable('cart') },
  { do: variable('lines') },
  { do: variable('0'), picture: 'checkout-2-line' },
  { do: variable('unitPriceCents'), picture: 'checkout-3-history' },
  { do: click('.history .list-row:has-text("1000")'), picture: 'checkout-4-write' },
  { do: click('.frames .frame:has-text("offerOf")'), picture: 'checkout-5-cause' },
];

const folder = mkdtempSync(join(tmpdir(), 'tracer-pictures-'));
mkdirSync(OUT, { recursive: true });
const browser = await launchChromium();
try {
  await record('checkout', 'checkout', 'main.ts');
  await record('demo', 'demo', 'main.ts');
  await record('total-good', 'bugs/wrong-total', 'main.js', 'ok');
  await record('total-bad', 'bugs/wrong-total', 'main.js');
  await record('extremes', join(ROOT, EXTREMES), 'extremes.js');
  await record('quiet', join(ROOT, EXTREMES), 'quiet.js');
  const server = await serve(join(folder, 'demo.db'));
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    for (const [name, steps] of Object.entries(PANELS)) {
      for (const { prefix, viewport } of SIZES)
        await picture(server.url, `${prefix}${name}-${theme}`, theme, viewport, steps);
    }
  }
  await server.close();
  await panelsOf('extremes', EXTREME_PANELS);
  await panelsOf('quiet', EMPTY_PANELS);
  await comparison();
  await story();
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} name @param {string} example @param {...string} command */
async function record(name, example, ...command) {
  const program = spawn(process.execPath, ['--import', pathToFileURL(join(DIST, 'preload.mjs')).href, ...command], {
    cwd: resolve(ROOT, 'examples', example),
    env: { ...process.env, TRACER_OUT: join(folder, `${name}.db`), TRACER_QUIET: '1' },
    stdio: 'ignore',
  });
  await once(program, 'exit');
}

/** @param {string} file */
async function serve(file) {
  const server = spawn(process.execPath, [join(DIST, 'cli.mjs'), 'view', file, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(server.stdout, 'data');
  return {
    /** @type {string} */ url: JSON.parse(String(line)).url,
    close: async () => {
      server.kill();
      await once(server, 'exit');
    },
  };
}

/**
 * @param {string} url @param {'light' | 'dark'} theme @param {{ width: number, height: number }} viewport
 */
async function open(url, theme, viewport) {
  const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: 'reduce' });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('.frame.current, .state .message').first().waitFor();
  await settle(page);
  return page;
}

/** Until nothing has been asked or drawn for a while. @param {Page} page */
async function settle(page) {
  await page.waitForTimeout(900);
  await page.locator('.said, .busy').first().waitFor({ state: 'detached' });
}

/**
 * @param {string} url @param {string} name @param {'light' | 'dark'} theme
 * @param {{ width: number, height: number }} viewport @param {((page: Page) => Promise<unknown>)[]} steps
 */
async function picture(url, name, theme, viewport, steps) {
  if (!name.includes(wanted)) return;
  const page = await open(url, theme, viewport);
  try {
    for (const step of steps) {
      await step(page);
      await page.waitForTimeout(500);
    }
    await settle(page);
    await take(page, name);
    console.log(name);
  } catch (error) {
    console.error(`${name}: ${String(error).split('\n')[0]}`);
    process.exitCode = 1;
  } finally {
    await page.context().close();
  }
}

async function comparison() {
  const server = await serve(join(folder, 'total-bad.db'));
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    for (const { prefix, viewport } of SIZES)
      await picture(server.url, `${prefix}compare-${theme}`, theme, viewport, COMPARE);
  }
  await server.close();
}

/** @param {string} recording @param {typeof PANELS} panels */
async function panelsOf(recording, panels) {
  if (!Object.keys(panels).some((name) => `${name}-light ${name}-dark`.includes(wanted))) return;
  const server = await serve(join(folder, `${recording}.db`));
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    for (const [name, steps] of Object.entries(panels))
      await picture(server.url, `${name}-${theme}`, theme, SMALL, steps);
  }
  await server.close();
}

/** @param {Page} page @param {string} name */
async function take(page, name) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
  writeFileSync(join(OUT, `${name}.webp`), Buffer.from(data, 'base64'));
}

async function story() {
  if (!'checkout'.includes(wanted) && !wanted.startsWith('checkout')) return;
  const server = await serve(join(folder, 'checkout.db'));
  const page = await open(server.url, 'light', SMALL);
  for (const step of STORY) {
    await step.do(page);
    await settle(page);
    if (step.picture) await take(page, step.picture);
  }
  console.log('checkout');
  await server.close();
}
