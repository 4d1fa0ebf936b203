import { expect, test } from 'vitest';
import { placeInStack } from './fact-places.ts';

const code = { file: 'src/cart.js', line: 3, endLine: 9 };

test('the line of a stack trace that lies in the function', () => {
  const stack = [
    'SyntaxError: Unexpected token',
    '    at JSON.parse (<anonymous>)',
    '    at read (/app/src/cart.js:7:12)',
    '    at main (/app/src/cart.js:20:3)',
  ].join('\n');
  expect(placeInStack(stack, code)).toEqual({ file: 'src/cart.js', line: 7, column: 11 });
});

test('modules have addresses, and frames without a name no parentheses', () => {
  expect(placeInStack('TypeError\n    at file:///app/src/cart.js:4:1', code)).toMatchObject({ line: 4 });
});

test('a trace that begins in another function of the file does not tell', () => {
  expect(
    placeInStack('Error\n    at main (/app/src/cart.js:20:3)\n    at read (/app/src/cart.js:7:1)', code),
  ).toBeNull();
  expect(placeInStack('Error: at /app/src/cart.js:4:1', code)).toBeNull();
});
