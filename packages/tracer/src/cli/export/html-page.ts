/* One HTML file that is the viewer, with answers in it. It asks nobody for anything: its policy does not let it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PageContent } from '@execution-cinema/server/offline';
import { CommandError } from '../command.ts';

/** JSON that cannot end the element it stands in, nor mean something else in a script. */
export function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The pieces of the page in order. `dist`: folder of the built viewer. */
export function htmlPage(content: PageContent, dist: URL): string[] {
  const script = built(dist, 'page.js').toString('utf8').trim();
  if (/<\/script|<!--/i.test(script)) throw new Error('the script of the viewer cannot stand in a page');
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = [
    `default-src 'none'`,
    `script-src 'sha256-${hash}'`,
    `style-src 'unsafe-inline'`,
    'img-src data:',
    'font-src data:',
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n',
    `<title>Execution Cinema</title>\n<link rel="icon" href="${dataUrl(dist, 'icon.svg', 'image/svg+xml')}">\n`,
    `<style>${styles(dist)}</style>\n</head>\n<body>\n<div id="app"></div>\n`,
    '<noscript>The viewer needs JavaScript. The command line shows the same: tracer --help</noscript>\n',
    '<script type="application/json" id="answers">',
    jsonForHtml(content),
    `</script>\n<script>${script}</script>\n</body>\n</html>\n`,
  ];
}

/** With the fonts in it. */
function styles(dist: URL): string {
  return built(dist, 'viewer/assets/style.css')
    .toString('utf8')
    .replace(/url\("?\.\/(\w+\.woff2)"?\)/g, (_, name: string) => `url(${dataUrl(dist, name, 'font/woff2')})`);
}

function dataUrl(dist: URL, name: string, type: string): string {
  return `data:${type};base64,${built(dist, `viewer/assets/${name}`).toString('base64')}`;
}

function built(dist: URL, path: string): Buffer {
  try {
    return readFileSync(new URL(path, dist));
  } catch {
    throw new CommandError('the viewer is not built\nBuild it with: npx -y pnpm@12 build');
  }
}
