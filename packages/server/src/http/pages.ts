/* Pages for people who come without the right address. They hold nothing of a recording, and no script. */

function page(title: string, lines: readonly string[]): string {
  const paragraphs = lines.map((line) => `    <p>${line}</p>`).join('\n');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
  </head>
  <body>
    <h1>${title}</h1>
${paragraphs}
  </body>
</html>
`;
}

/** No cookie, or one of an earlier start. */
export const NOT_ADMITTED_PAGE = page('This address needs its token', [
  'Open the whole address that <code>tracer view</code> printed in the terminal, the part after <code>?token=</code> included.',
  'If you came here by a link on another page, <a href="./">go on</a>. After a restart of <code>tracer view</code> the address has changed.',
]);

export const WRONG_HOST_PAGE = page('Unknown host name', [
  'This server answers only to the names it was told. If you trust the name in the address bar, start it with <code>tracer view --allow-host NAME</code>.',
]);

export const NOT_FOUND_PAGE = page('Not found', ['<a href="./">To the viewer</a>']);
