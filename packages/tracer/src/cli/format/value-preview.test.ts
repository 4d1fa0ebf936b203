import { expect, test } from 'vitest';
import { previewText, previewValue } from './value-preview.ts';

test.each([
  ['42', '42'],
  ['"a\\"b"', '"a\\"b"'],
  ['"a\\u001b[31mb\\u202e"', '"a\\u001b[31mb\\u202e"'],
  ['null', 'null'],
  ['{"$type":"undefined"}', 'undefined'],
  ['{"$type":"number","$value":"-0"}', '-0'],
  ['{"$type":"bigint","$value":"12"}', '12n'],
  ['{"$type":"string","$value":"abc","$cut":"string","$length":900}', '"abc…" (900 characters)'],
  ['{"$type":"symbol","$value":"s"}', 'Symbol(s)'],
  ['{"$type":"function","$name":"f","$id":1}', '[Function: f]'],
  ['{"$type":"function","$name":"","$id":1}', '[Function]'],
  ['{"$type":"function","$name":"class A","$id":1}', '[class A]'],
  ['{"$type":"Date","$id":1,"$value":"2026-01-01T00:00:00.000Z"}', 'Date(2026-01-01T00:00:00.000Z)'],
  ['{"$type":"RegExp","$id":1,"$value":"/a+/g"}', '/a+/g'],
  ['{"$type":"object","$class":"Cart","$id":1,"$cut":"depth"}', 'Cart {…}'],
  ['{"$type":"Error","$class":"RangeError","$id":1,"message":"no","$stack":"RangeError: no"}', 'RangeError: no'],
  ['{"$type":"Set","$id":1,"$size":2,"$items":[1,2]}', 'Set(2) {1, 2}'],
  ['{"$type":"Map","$id":1,"$size":2,"$entries":[["a",1]],"$cut":"items"}', 'Map(2) {"a" => 1, …}'],
  ['{"$type":"Uint8Array","$id":1,"$length":9,"$items":[1,2],"$cut":"items"}', 'Uint8Array(9) [1, 2, …]'],
  ['{"$type":"getter"}', '<getter>'],
  ['[1,{"$type":"hole"},3]', '[1, <empty>, 3]'],
  ['[1,2,{"$cut":"items","$length":100}]', '[1, 2, …]'],
  ['[]', '[]'],
  ['{"a":1,"not a name":2,"#p":3,"$$type":4}', '{a: 1, "not a name": 2, #p: 3, $type: 4}'],
  ['{"$class":"Cart","lines":[],"$cut":"properties"}', 'Cart {lines: [], …}'],
  ['{"$class":"null"}', 'null {}'],
  ['{"self":{"$ref":3}}', '{self: <the object around it>}'],
  ['{"a":{"b":{"c":{"d":{"e":1}}}}}', '{a: {b: {c: {d: {…}}}}}'],
])('%s', (json, text) => {
  expect(previewText(json)).toBe(text);
});

test.each([
  [20, '"abcdefghijklmnopqrstuvw"', '"abcdefghijklmnopq…"'],
  [12, '{"name":"abcdefghijkl"}', '{name: "a…"}'],
  [15, '[1000,2000,3000,4000]', '[1000, 2000, …]'],
  [6, '{"averylongname":1}', '{…}'],
])('in %i columns', (room, json, text) => {
  expect(previewText(json, room)).toBe(text);
});

test('never exceeds the room', () => {
  const value = {
    list: [{ name: 'a "quoted" \n name', n: 1 }, 'x'.repeat(50)],
    other: { deep: { deeper: [1, 2, 3] } },
  };
  for (let room = 1; room < 120; room++) expect(previewValue(value, room).length).toBeLessThanOrEqual(room);
});
