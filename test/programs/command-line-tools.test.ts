import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, packageFile, type Outcome, type Project } from '../support/programs.ts';
import { countStrings } from '../support/redactions.ts';

/*
 * Command-line tools that nobody here wrote, recorded at locals: the same stdout, stderr and exit code as plain, with
 * the default selection and with everything instrumented.
 */

/** Twenty files that the tools read: real constructs, with findings for the linter and the type checker. */
const SOURCES = Object.fromEntries(
  Array.from({ length: 20 }, (_, i) => [
    `src/module-${i}.js`,
    `'use strict'
var unused${i} = ${i}
class Shape${i} extends Object { #n = ${i}; get n() { return this.#n } static make() { return new Shape${i} } }
async function* walk(list, { depth = 0, ...rest } = {}) { for (const item of list) { if (Array.isArray(item)) yield* walk(item, { depth: depth + 1 }); else yield [depth, item, rest] } }
module.exports = { Shape${i}, walk, label: (x) => \`\${x}-${'x'.repeat(i)}\`, nothing: undefinedName${i}?.value ?? null }
`,
  ]),
);

const FILES = {
  ...SOURCES,
  'eslint.config.mjs':
    'export default [{ files: ["src/*.js"], languageOptions: { sourceType: "commonjs" }, rules: { "no-unused-vars": "error", "no-undef": "error", complexity: ["warn", 2], "no-var": "warn" } }];\n',
  'tsconfig.json':
    '{ "compilerOptions": { "target": "es2020", "module": "commonjs", "strict": true, "noEmit": true, "types": [], "lib": ["es5"], "skipLibCheck": true }, "files": ["typed.ts"] }\n',
  'typed.ts': `interface Item { price: number; name?: string }
class Box<T extends Item> { constructor(private item: T) {} get(): number { return this.item.price + (this.item.name as any) } }
const wrong: string = new Box({ price: 1 }).get();
function missing(x: Item | undefined) { return x.price }
export { wrong, missing };
`,
  'test/spec.js': `const assert = require('node:assert');
describe('arithmetic', () => {
  beforeEach(function () { this.base = 2; });
  it('adds', function () { assert.equal(this.base + 1, 3); });
  it('fails, and says where', async () => { await null; assert.deepStrictEqual({ a: [1] }, { a: [2] }); });
  it('is pending');
});
`,
};

const TOOLS: Record<string, string[]> = {
  prettier: [packageFile('prettier/bin/prettier.cjs'), 'src', 'test'],
  eslint: [packageFile('eslint/bin/eslint.js'), 'src'],
  tsc: [packageFile('typescript/bin/tsc'), '-p', '.', '--pretty', 'false'],
  mocha: [packageFile('mocha/bin/mocha.js'), 'test/spec.js'],
};

/** Share of the functions found in instrumented files that carry probes. */
const INSTRUMENTED_SHARE_MIN = 0.99;

/** Share of string values that may be redacted without being secret. */
const WRONG_SHARE_MAX = 0.01;
const COUNTED_EVENTS_MAX = 500_000;

interface Info {
  functions: { eligible: number; instrumented: number };
  events: { produced: number; stored: number; dropped: number };
}

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

/** Durations are the only thing that may differ. */
function withoutTimes({ stdout, stderr, exitCode, signal }: Outcome): Outcome {
  const clean = (text: string): string => text.replaceAll(/\(?\b\d+(\.\d+)?m?s\)?/g, 'TIME');
  return { stdout: clean(stdout), stderr: clean(stderr), exitCode, signal };
}

describe.each(Object.entries(TOOLS))('%s', (name, args) => {
  test.each([
    ['default selection', {}, 0],
    ['everything instrumented', { TRACER_INCLUDE: '**' }, 1000],
  ])(
    'behaves the same with the %s',
    async (selection, env, functionsMin) => {
      const recording = join(project.dir, `${name}-${selection.replaceAll(' ', '-')}.db`);
      const plain = await project.plain(args);
      const recorded = await project.record(args, recording, env);
      expect(withoutTimes(recorded)).toEqual(withoutTimes(plain));
      const info = (await project.ask('info', recording)) as Info;
      expect(info.functions.instrumented).toBeGreaterThanOrEqual(info.functions.eligible * INSTRUMENTED_SHARE_MIN);
      expect(info.functions.eligible).toBeGreaterThanOrEqual(functionsMin);
      expect(info.events.stored + info.events.dropped).toBe(info.events.produced);
      // None of these programs holds a secret of its own: whatever is redacted is redacted wrongly.
      const { strings, redacted, examples } = countStrings(recording, COUNTED_EVENTS_MAX);
      expect(strings).toBeGreaterThan(functionsMin);
      expect(redacted / Math.max(1, strings), [...examples.keys()].join('\n')).toBeLessThan(WRONG_SHARE_MAX);
    },
    200_000,
  );
});
