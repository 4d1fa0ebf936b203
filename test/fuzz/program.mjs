import { outermost, Writer, inside } from './context.mjs';
import { statement } from './statements.mjs';
import { list, render, s } from './tree.mjs';

/** @import { Mode } from './context.mjs' */
/** @import { Node } from './tree.mjs' */

const MODES = /** @type {const} */ (['sloppy', 'strict', 'module']);
const HELPERS = 'log, tick, where, here, cap, few, noisy, spy, box, steps, thenable, tag, about, globals, hold';

/** The program of a seed. @param {number} seed @returns {{ mode: Mode, tree: Node }} */
export function makeProgram(seed) {
  const mode = /** @type {Mode} */ (MODES[seed % MODES.length]);
  const w = new Writer(seed, mode, 80);
  const place = { ...outermost(mode), canAwait: mode === 'module' };
  /** @type {Node[]} */
  const items = [];
  for (let i = 0; i < 4; i++) {
    const name = w.fresh(place);
    place.names.push(name);
    items.push(
      s`${w.pick(['let', 'var'])} ${name} = ${w.pick(['1', "'s'", '[1, 2]', '{ p: 1, q: { r: 2 } }', 'undefined', '(a) => a'])};`,
    );
  }
  while (w.budget > 0) {
    const inner = inside(place);
    // What a declaration leaves behind is for those after it; anything else must not end the program.
    const declares = w.chance(0.4);
    const one = statement(w, declares ? place : inner);
    items.push(declares ? one : s`try { ${list([one])} } catch (error) { log(where(error)); }`);
  }
  return { mode, tree: list(items) };
}

/** @param {Mode} mode @param {Node} tree @param {string} harness path of harness.cjs */
export function programText(mode, tree, harness) {
  const path = JSON.stringify(harness);
  const head = {
    sloppy: `const { ${HELPERS} } = require(${path});`,
    strict: `'use strict';\nconst { ${HELPERS} } = require(${path});`,
    module: `import { ${HELPERS} } from ${path};`,
  }[mode];
  return `${head}\n${render(tree)}`;
}

/** @param {number} seed @param {Mode} mode */
export function programName(seed, mode) {
  return `program-${seed}.${mode === 'module' ? 'mjs' : 'cjs'}`;
}
