import { inside } from './context.mjs';
import { expression } from './expressions.mjs';
import { fuelled, parameters } from './patterns.mjs';
import { statements } from './statements.mjs';
import { list, s, x } from './tree.mjs';

/** @import { Place, Writer } from './context.mjs' */
/** @import { Node, Piece } from './tree.mjs' */

const KINDS = /** @type {const} */ (['plain', 'plain', 'plain', 'generator', 'async', 'async generator']);

/** @typedef {(typeof KINDS)[number]} Kind */

/** @param {Writer} w @returns {Kind} */
export function anyKind(w) {
  return w.pick(KINDS);
}

/** `async` and `*` of a kind. @param {Kind} kind */
function marks(kind) {
  return { async: kind.startsWith('async') ? 'async ' : '', star: kind.endsWith('generator') ? '*' : '' };
}

/** @param {Place} place @param {Kind} kind @param {Partial<Place>} [changes] */
function bodyPlace(place, kind, changes) {
  return inside(place, {
    labels: [],
    inLoop: false,
    inSwitch: false,
    inFunction: true,
    ownArguments: true,
    canAwait: kind.startsWith('async'),
    canYield: kind.endsWith('generator'),
    super: '',
    ...changes,
  });
}

/** `(parameters) { body }`. @param {Writer} w @param {Place} place @returns {Piece} */
function rest(w, place) {
  const { text, simple } = parameters(w, place);
  const strict = simple && w.chance(0.1);
  const body = statements(w, strict ? { ...place, strict } : place, 1 + w.below(4));
  return s`(${text}) { ${strict ? "'use strict'; " : ''}tick(); ${list(body)}}`;
}

/** A function with a name, for declarations. @param {Writer} w @param {Place} place @param {string} name @param {Kind} kind @returns {Piece} */
export function functionWithName(w, place, name, kind) {
  const { async, star } = marks(kind);
  return s`${async}function${star} ${name}${rest(w, bodyPlace(place, kind))}`;
}

/** @param {Writer} w @param {Place} place @param {Kind} [kind] @returns {Piece} */
export function functionExpression(w, place, kind = anyKind(w)) {
  const { async, star } = marks(kind);
  const name = w.chance(0.3) ? w.fresh() : '';
  const inner = bodyPlace(place, kind);
  if (name !== '') inner.names.push(name);
  return x`(${async}function${star} ${name}${rest(w, inner)})`;
}

/** @param {Writer} w @param {Place} place @returns {Piece} */
export function arrow(w, place) {
  const kind = w.chance(0.3) ? 'async' : 'plain';
  const { async } = marks(kind);
  const inner = bodyPlace(place, kind, { ownArguments: place.ownArguments, super: place.super === '' ? '' : 'method' });
  const { text } = parameters(w, inner);
  return w.chance(0.5)
    ? x`(${async}(${text}) => (tick(), ${expression(w, inner, 2)}))`
    : x`(${async}(${text}) => { tick(); ${list(statements(w, inner, 1 + w.below(3)))}})`;
}

/** A method, getter or setter, of a class or an object. @param {Writer} w @param {Place} place @param {string} [key] @returns {Piece} */
export function method(w, place, key = w.property()) {
  const name =
    w.chance(0.15) && !key.startsWith('#')
      ? s`[${expression(w, { ...place, super: '', canAwait: false, canYield: false }, 1)}]`
      : key;
  switch (w.below(5)) {
    case 0:
      return s`get ${name}() { tick(); ${list(statements(w, bodyPlace(place, 'plain', { super: 'method' }), 2))}}`;
    case 1: {
      const inner = bodyPlace(place, 'plain', { super: 'method' });
      const value = w.fresh();
      inner.names.push(value);
      inner.declared.add(value);
      return s`set ${name}(${value}) { tick(); ${list(statements(w, inner, 2))}}`;
    }
    default: {
      const kind = anyKind(w);
      const { async, star } = marks(kind);
      return s`${async}${star}${name}${rest(w, bodyPlace(place, kind, { super: 'method' }))}`;
    }
  }
}

/** `class name extends base { members }`. @param {Writer} w @param {Place} place @param {string} name @returns {Piece} */
export function classText(w, place, name) {
  const outside = /** @type {Place} */ ({ ...place, strict: true, super: '', canAwait: false, canYield: false });
  const base = w.chance(0.5)
    ? w.pick([
        () => s` extends ${w.callee(place, 'K')}`,
        () => s` extends Array`,
        () => s` extends Error`,
        () => s` extends null`,
        () => s` extends ${expression(w, outside, 1)}`,
        () => s` extends class { p = 1; m() { return log('base', this.p); } }`,
        () => s` extends class { p = 1; m() { return log('base', this.p); } }`,
      ])()
    : undefined;
  const secret = `#${w.fresh()}`;
  const inner = bodyPlace(place, 'plain', {
    strict: true,
    inFunction: false,
    ownArguments: false,
    super: 'method',
    secrets: [...place.secrets, secret],
  });
  if (name !== '') inner.names.push(name);
  const e = () => expression(w, inner, 2);
  /** @type {Node[]} */
  const members = [];
  const count = 1 + w.below(5);
  for (let i = 0; i < count; i++) {
    members.push(
      w.pick([
        () => s`${w.property() === 'name' ? 'static name' : `f${i}`} = ${fuelled(e())};`,
        () => s`static s${i} = ${e()};`,
        () => s`[${expression(w, outside, 1)}] = ${fuelled(e())};`,
        () => s`static { ${list(statements(w, { ...inner, canAwait: false }, 2))}}`,
        () => s`${w.pick(['', 'static '])}${method(w, inner)}`,
        () => method(w, inner),
        () => s`${w.fresh()} = ${arrow(w, inner)};`,
        () => s`get #g${++w.count}() { return log('get private', ${e()}); }`,
      ])(),
    );
  }
  if (w.chance(0.5)) {
    const own = bodyPlace(inner, 'plain', { super: base ? 'derived' : 'method' });
    const { text } = parameters(w, own);
    const call = base
      ? w.pick([
          'super(1, 2);',
          'super(1, 2);',
          'super(...arguments);',
          'super(1); try { super(2); } catch (e) { log(where(e)); }',
          '(() => super(3))();',
          '',
        ])
      : '';
    members.push(
      s`constructor(${text}) { tick(); ${list([...(w.chance(0.3) ? statements(w, own, 1) : []), s`${call}`, ...statements(w, own, 2)])}}`,
    );
  }
  return s`class ${name}${base ?? ''} { ${secret} = ${fuelled(e())}; static has(o) { return ${secret} in o ? log('has', o.${secret}) : false; } ${list(members)}}`;
}
