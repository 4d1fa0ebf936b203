// Marked renders a book: the documents of this repository, again and again, up to a megabyte.
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { marked } = require('marked');
const { measure } = require('./harness.cjs');

const BOOK_CHARS = 1_000_000;
const folder = join(__dirname, '../../docs');
const documents = readdirSync(folder)
  .filter((name) => name.endsWith('.md'))
  .map((name) => readFileSync(join(folder, name), 'utf8'));
let book = '';
while (book.length < BOOK_CHARS) for (const document of documents) book += `${document}\n\n`;
void measure(Number(process.argv[2] ?? 3), () => void marked.parse(book));
