// The Chromium of the tests: inside an npm package, needs nothing of the system.
import chromium from '@sparticuz/chromium';
import { chromium as playwright } from 'playwright-core';

/** Software drawing without a graphics library: the same picture everywhere, and fast enough. */
const FLAGS = ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'];

/** @param {...string} flags */
export async function launchChromium(...flags) {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...FLAGS, ...flags],
    headless: true,
  });
}
