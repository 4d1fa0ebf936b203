import { parse } from 'cjs-module-lexer';
import { expect, test } from 'vitest';
import { planOfLevel } from '../../test/plan-of-level.ts';
import { instrument } from '../index.ts';
import type { Level } from '../plan/levels.ts';

/** What compilers and people write, and Node must still find the names in. */
const SHAPES: Readonly<Record<string, string>> = {
  'assigned names':
    'exports.a = 1; exports["b"] = function () {}; module.exports.c = () => 1; module.exports["d"] = class {};',
  'chained assignments':
    'exports.a = exports.b = void 0; exports = module.exports = x; module.exports.default = module.exports.c = 1;',
  'an object literal': 'const a = 1, b = 2; module.exports = { a, b, c: a, "d": b };',
  'a hint in dead code': '0 && (module.exports = { a, b });',
  'a re-export': 'module.exports = require("./other");',
  'a call of what is required': 'module.exports = require("./other")({ a: f() }).b;',
  'a spread re-export': 'module.exports = { ...require("./a"), ...require("./b") };',
  'the mark of ES modules': 'Object.defineProperty(exports, "__esModule", { value: true });',
  getters: `
    Object.defineProperty(exports, "a", { enumerable: true, get: function () { return q.p; } });
    Object.defineProperty(exports, "b", { enumerable: true, get() { return b; } });
    Object.defineProperty(module.exports, "c", { enumerable: true, get: function () { return q["p"]; } });`,
  'export helpers':
    '__exportStar(require("./a"), exports); tslib_1.__exportStar(require("./b"), exports); __export(require("./c"));',
  "Babel's re-export": `
    var _x = require("./x");
    Object.keys(_x).forEach(function (key) {
      if (key === "default" || key === "__esModule") return;
      if (key in exports && exports[key] === _x[key]) return;
      Object.defineProperty(exports, key, { enumerable: true, get: function () { return _x[key]; } });
    });`,
  "Babel's older re-export": `
    var _y = _interopRequireWildcard(require("./y"));
    Object.keys(_y).forEach(function (key) {
      if (key === "default" || key === "__esModule") return;
      exports[key] = _y[key];
    });`,
  "Rollup's re-export": `
    var z = require('z');
    Object.keys(z).forEach(function (k) {
      if (k !== 'default' && !exports.hasOwnProperty(k)) exports[k] = z[k];
    });`,
};

const LEVELS: readonly Level[] = ['boundaries', 'locals', 'expressions'];

test.each(Object.entries(SHAPES))('Node finds the exports of %s', (_, source) => {
  const plain = parse(source);
  expect(plain.exports.length + plain.reexports.length).toBeGreaterThan(0);
  for (const level of LEVELS) {
    const { code } = instrument({
      source,
      fileName: 'a.cjs',
      sourceType: 'commonjs',
      moduleKey: 'k',
      plan: planOfLevel(level),
    });
    const { exports, reexports } = parse(code);
    expect({ level, exports: [...exports].sort(), reexports }).toEqual({
      level,
      exports: [...plain.exports].sort(),
      reexports: plain.reexports,
    });
  }
});

test('functions whose text declares exports are listed as skipped', () => {
  const { sites, counts } = instrument({
    source: SHAPES['getters']!,
    fileName: 'a.cjs',
    sourceType: 'commonjs',
    moduleKey: 'k',
    plan: planOfLevel('locals'),
  });
  expect(counts).toEqual({ functions: 3, instrumented: 0 });
  expect(sites.skipped.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
    '2 its text declares exports',
    '3 its text declares exports',
    '4 its text declares exports',
  ]);
});
