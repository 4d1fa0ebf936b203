/* The viewer as people meet it: a server of its own, a real Chromium, a page whose complaints are collected. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { CLI, openProject } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { launchChromium } from './chromium.mjs';

const START_TIMEOUT_MS = 30_000;
/** For whatever a person would wait for. Long, since the machine may be busy; nothing here measures time. */
const PATIENCE_MS = 15_000;

/** For `expect.poll`: until the answer is right, as long as a person would wait. */
export const SOON = { timeout: PATIENCE_MS };

export interface Server {
  /** Address with the token in it. */
  url: string;
  close(): Promise<void>;
}

/** `tracer view` over a recording. */
export async function serve(recording: string, ...args: string[]): Promise<Server> {
  const server = spawn(process.execPath, [CLI, 'view', recording, '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`tracer view did not start: ${stderr}`)), START_TIMEOUT_MS);
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (!stdout.includes('\n')) return;
      clearTimeout(timer);
      resolve((JSON.parse(stdout.split('\n')[0]!) as { url: string }).url);
    });
    server.on('exit', (code) => reject(new Error(`tracer view ended with ${code}: ${stderr}`)));
  });
  return { url, close: () => end(server) };
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

export async function startBrowser(): Promise<Browser> {
  return launchChromium('--hide-scrollbars');
}

export interface Visit {
  page: Page;
  /** Errors of the console and of scripts, and requests that leave the machine. */
  complaints: string[];
}

export interface Screen {
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
}

export async function visit(browser: Browser, url: string, screen: Screen = {}): Promise<Visit> {
  const { width = 1280, height = 800, theme = 'light' } = screen;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
  page.on('request', (request) => {
    const { hostname } = new URL(request.url());
    if (!['127.0.0.1', 'localhost', ''].includes(hostname)) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

/** Records a program of `examples/` into a folder of its own. */
export async function recordExample(path: string, script: string): Promise<{ file: string; folder: string }> {
  const folder = scratchFolder();
  const file = join(folder, `${path.split('/').at(-1)}.db`);
  await openProject(path).record([script], file);
  return { file, folder };
}

/** `5@121`, once the page shows the state of it. */
export async function moment(page: Page): Promise<string> {
  return (await page.locator('.moment').textContent()) ?? '';
}

export function currentLine(page: Page): Locator {
  return page.locator('.code-line.current .code-text');
}

export function tab(page: Page, name: string): Locator {
  return page.getByRole('tab', { name, exact: true });
}

/** A row of the state: opens, or shows the history of what cannot be opened. */
export function variable(page: Page, name: string): Locator {
  return page.locator('.state').getByRole('button', { name: new RegExp(`^${name}:`) });
}
