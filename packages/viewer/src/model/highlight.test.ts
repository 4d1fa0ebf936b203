import { expect, test } from 'vitest';
import { scanLine, scanText, START } from './highlight.ts';

const kinds = (line: string) =>
  scanLine(line, START)
    .tokens.filter(({ text }) => text.trim() !== '')
    .map(({ text, kind }) => `${text}:${kind}`);

test('nothing of the text is lost', () => {
  const text = 'const a = `x ${b ? `y ${c}` : {d: 1}.d} z`; // end\n/* open\nstill */ let r = /[/]\\//g.test(a) / 2;';
  expect(
    scanText(text)
      .map((tokens) => tokens.map((token) => token.text).join(''))
      .join('\n'),
  ).toBe(text);
});

test('tokens have their kinds', () => {
  expect(kinds('const total = sum(1.5e3, "x")')).toEqual([
    'const:keyword',
    'total:name',
    '=:punctuation',
    'sum:function',
    '(:punctuation',
    '1.5e3:number',
    ',:punctuation',
    '"x":string',
    '):punctuation',
  ]);
});

test('a slash after a value divides, after an operator it begins a pattern', () => {
  expect(kinds('a / b / c')).not.toContainEqual(expect.stringContaining('regexp'));
  expect(kinds('x = /a[/]b/g.exec(y)')).toContain('/a[/]b/g:regexp');
  expect(kinds('return /x/')).toContain('/x/:regexp');
});

test('words that are only sometimes keywords', () => {
  expect(kinds('cart.delete(of)')).toContain('delete:function');
  expect(kinds('type Foo = string')).toContain('type:keyword');
  expect(kinds('const type = 1')).toContain('type:name');
});

test('templates and comments go on over lines', () => {
  const [first, second, third] = scanText('a = `one ${\nb + "`"\n} two`; c()');
  expect(first!.at(-1)!.text).toBe('${');
  expect(second!.map(({ kind }) => kind)).toContain('string');
  expect(third!.map(({ text, kind }) => `${text}:${kind}`)).toContain('c:function');
});

test('a line of megabytes is not scanned', () => {
  expect(scanLine('x'.repeat(1_000_000), START).tokens).toHaveLength(1);
});
