// The TypeScript compiler checks and emits a small project: one package of this repository.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const typescript = require('typescript');
const { measure } = require('./harness.cjs');

const folder = join(__dirname, '../../packages/format/src');
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => join(folder, name));
const options = {
  target: typescript.ScriptTarget.ES2022,
  module: typescript.ModuleKind.NodeNext,
  moduleResolution: typescript.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  types: [],
  skipLibCheck: true,
};
void measure(Number(process.argv[2] ?? 2), () => {
  const program = typescript.createProgram(files, options);
  typescript.getPreEmitDiagnostics(program);
});
