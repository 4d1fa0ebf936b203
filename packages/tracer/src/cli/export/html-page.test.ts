import { expect, test } from 'vitest';
import { jsonForHtml } from './html-page.ts';

test('recorded text cannot end the element that it stands in', () => {
  const value = { text: '</script><script>alert(1)</script><!-- ]]> &lt; \u2028 \u2029 "\\' };
  const json = jsonForHtml(value);
  expect(json).not.toMatch(/[<>&\u2028\u2029]/);
  expect(JSON.parse(json)).toEqual(value);
});
