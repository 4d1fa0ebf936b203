// A parser over half a megabyte of text: almost nothing but short calls and small objects.
const { readFileSync } = require('node:fs');
const acorn = require('acorn');
const { measure } = require('./harness.cjs');

const text = readFileSync(require.resolve('lodash/lodash.js'), 'utf8');
void measure(Number(process.argv[2] ?? 5), () => void acorn.parse(text, { ecmaVersion: 2022 }));
