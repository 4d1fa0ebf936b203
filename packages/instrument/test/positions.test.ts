import vm from 'node:vm';
import { expect, test } from 'vitest';
import { InsertionMap, instrument } from '../src/index.ts';
import type { Level } from '../src/plan/levels.ts';
import { planOfLevel } from './plan-of-level.ts';
import { installReferenceRuntime } from './reference-runtime.ts';

/** Every way in which a frame can be in the middle of an expression that probes wrap. */
const SOURCE = `
const seen = [];
function here() { seen.push(new Error().stack); return { n: 1, inner: { here } }; }
const o = { get got() { here(); return o; }, set set(v) { here(); }, method(a = here()) { return here(); }, inner: {} };
class A { field = here(); static s = here(); constructor(x = here()) { here(); } static { here(); } }
class B extends A { constructor() { super(here()); here(); } }
let a = here(), { n = here() } = {}, b = [here(), ...[here()]];
a = here(); a.n += here().n; o.got.inner.x = here(); o.got.inner[here()] = here(); o.set = here(); delete o.got.inner.x;
o.got.n++; o['got'].set = 1;
new A(); new B(); o.method(); o?.method?.(here()); here\`\${here()}\`;
if (here()) here(); else here();
for (const x of [here()]) here();
for (let i = here() && 0; i < 1; i++) (() => here())();
while (here() && !here().n);
switch (here()) { default: here(); }
try { throw here(); } catch { here(); } finally { here(); }
function* g() { yield here(); try { return here(); } finally { here(); } }
[...g()];
const label = here() ? here() : here(), both = here() && (here(), here());
exports.done = (async (p = here()) => { here(); await here(); here(); for await (const y of [here()]) { here(); } return here(); })();
exports.seen = seen;
(function () { 'use strict'; return here(); })(); void here(), typeof here(), !here();
`;

const FILE = 'positions-fixture.cjs';

async function stacks(code: string): Promise<string[]> {
  const exports = {} as { seen: string[]; done: Promise<void> };
  vm.runInThisContext(`(function (exports) {${code}\n})`, { filename: FILE })(exports);
  await exports.done;
  return exports.seen;
}

/** Places in the program, innermost first. */
function placesOf(stack: string): { line: number; column: number }[] {
  return [...stack.matchAll(new RegExp(`${FILE}:(\\d+):(\\d+)`, 'g'))].map(([, line, column]) => ({
    line: Number(line),
    column: Number(column) - 1,
  }));
}

test.each<Level>(['boundaries', 'locals', 'expressions'])('stacks lead back to exact places at %s', async (level) => {
  const plain = await stacks(SOURCE);
  const runtime = installReferenceRuntime({ render: false });
  const { code, sites, insertions } = instrument({
    source: SOURCE,
    fileName: FILE,
    sourceType: 'commonjs',
    moduleKey: FILE,
    plan: planOfLevel(level),
  });
  runtime.tables.set(FILE, sites);
  const traced = await stacks(code);
  const map = new InsertionMap(insertions);
  const lead = (stack: string): unknown =>
    placesOf(stack).map(({ line, column }) => map.originalPosition(line, column));
  expect(plain.length).toBeGreaterThan(60);
  expect(traced.map(lead)).toEqual(plain.map(placesOf));
  expect(runtime.problems).toEqual([]);
});

test('probes add no frames', async () => {
  const runtime = installReferenceRuntime({ render: false });
  const { code, sites } = instrument({
    source: SOURCE,
    fileName: FILE,
    sourceType: 'commonjs',
    moduleKey: FILE,
    plan: planOfLevel('expressions'),
  });
  runtime.tables.set(FILE, sites);
  // From the innermost frame out to the program's outermost.
  const framesOf = (stack: string): string[] => {
    const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
    const inProgram = frames.slice(0, frames.findLastIndex((line) => line.includes(FILE)) + 1);
    return inProgram.map((line) => line.replace(/:\d+:\d+\)?$/, ''));
  };
  expect((await stacks(code)).map(framesOf)).toEqual((await stacks(SOURCE)).map(framesOf));
});
