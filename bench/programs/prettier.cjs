// Prettier formats one of its own files.
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const prettier = require('prettier');
const { measure } = require('./harness.cjs');

const text = readFileSync(join(dirname(require.resolve('prettier/package.json')), 'doc.js'), 'utf8');
void measure(Number(process.argv[2] ?? 3), () => prettier.format(text, { parser: 'babel' }));
