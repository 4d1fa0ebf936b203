import { describe, expect, it } from 'vitest';
import { findJsonFault } from './json-syntax.ts';

describe('findJsonFault', () => {
  it.each([
    ['{"a":1,}', '1:7: JSON has no comma after the last member'],
    ['[1,\n2,\n]', '2:2: JSON has no comma after the last item'],
    ['{\n // level\n "a":1}', '2:2: JSON has no comments'],
    ["{'a':1}", '1:2: expected a key in double quotes; JSON uses double quotes'],
    ['{a:1}', '1:2: expected a key in double quotes, got "a"'],
    ['{"a" 1}', '1:6: expected ":" after the key, got "1"'],
    ['{"a":1 "b":2}', '1:8: expected "," or "}", got "\\""'],
    ['{"a":tru}', '1:6: expected a value, got "tru"'],
    ['{"a":01}', '1:6: expected a value, got "01"'],
    ['{"a":"x\n"}', '1:6: a string is not closed on its line'],
    ['{"a":"\\d"}', '1:7: not an escape of JSON; write a backslash twice'],
    ['{"a":[1', '1:8: expected "," or "]", but the file ends'],
    ['', '1:1: expected a value, but the file ends'],
    ['{} x', '1:4: expected the end of the file, got "x"'],
  ])('%j', (text, expected) => {
    const fault = findJsonFault(text);
    expect(`${fault?.line}:${fault?.column}: ${fault?.problem}`).toBe(expected);
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  it.each(['{}', ' [1, -2.5e3, "\\u00e9\\n", true, null, {"a": {"b": []}}] \n'])('finds nothing in %j', (text) => {
    expect(findJsonFault(text)).toBeNull();
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });
});
