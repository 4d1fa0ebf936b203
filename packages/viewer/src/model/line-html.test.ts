import { expect, test } from 'vitest';
import { scanText } from './highlight.ts';
import { htmlOfLine } from './line-html.ts';

test('a line has an element for each token, names with their columns', () => {
  const [line] = scanText('let total = 1;');
  expect(htmlOfLine(line!)).toBe(
    '<span class="t-keyword">let</span> <span class="t-name" data-column="4">total</span> ' +
      '<span class="t-punctuation">=</span> <span class="t-number">1</span><span class="t-punctuation">;</span>',
  );
});

test('what looks like markup in a text stays text', () => {
  const texts = ['"<img src=x onerror=alert(1)>"', 'a < b && "</span>"', '/* <script> */', '`&lt;` // <b>'];
  for (const text of texts) {
    const html = htmlOfLine(scanText(text)[0]!);
    const elements = html.match(/<[^>]*>/g) ?? [];
    expect(elements.filter((element) => !/^<\/?span( class="t-\w+"( data-column="\d+")?)?>$/.test(element))).toEqual(
      [],
    );
    const shown = html.replace(/<[^>]*>/g, '').replace(/&(amp|lt|gt|quot);/g, (_, name: string) => UNESCAPED[name]!);
    expect(shown).toBe(text);
  }
});

const UNESCAPED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };
