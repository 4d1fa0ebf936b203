import { expression } from './expressions.mjs';
import { s, x } from './tree.mjs';

/** @import { Place, Writer } from './context.mjs' */
/** @import { Piece } from './tree.mjs' */

/**
 * For what runs before a body has ticked: a recursion through it would else end by the depth of the stack, which is not the
 * same when recorded. @param {Piece} piece @returns {Piece}
 */
export function fuelled(piece) {
  return x`(tick(), ${piece})`;
}

/** A pattern; `name` gives its targets. @param {Writer} w @param {Place} place @param {() => string} name @param {number} depth @returns {Piece} */
export function pattern(w, place, name, depth = 2) {
  const target = () => (depth > 0 && w.chance(0.25) ? pattern(w, place, name, depth - 1) : name());
  const withDefault = () => {
    const one = target();
    return w.chance(0.4) ? s`${one} = ${fuelled(expression(w, place, 1))}` : s`${one}`;
  };
  return w.pick([
    () => s`[${withDefault()}]`,
    () => s`[${withDefault()}, ${withDefault()}]`,
    () => s`[, ${withDefault()}, ...${target()}]`,
    () => s`{ ${w.property()}: ${withDefault()} }`,
    () => s`{ p: ${withDefault()}, [${expression(w, place, 1)}]: ${withDefault()} }`,
    () => s`{ q: ${withDefault()}, ...${name()} }`,
  ])();
}

/** Something that patterns can take apart: often both iterable and with properties. @param {Writer} w @param {Place} place @returns {Piece} */
export function source(w, place) {
  const e = () => expression(w, place, 1);
  return w.pick([
    () => x`[${e()}, ${e()}, 3]`,
    () => x`[[${e()}, 2], { p: ${e()} }]`,
    () => x`{ p: ${e()}, q: [${e()}], m: 5 }`,
    () => x`spy('s', [[1, 2], ${e()}])`,
    () => x`box('b', [${e()}])`,
    () => x`steps('i', 3)`,
    () => x`Object.assign([{ p: 1 }, [2]], { p: [1], q: { x: ${e()} } })`,
    e,
  ])();
}

/** Parameters of a function; their names are added to the place. @param {Writer} w @param {Place} place @returns {{ text: Piece, simple: boolean }} */
export function parameters(w, place) {
  const name = () => {
    const fresh = w.fresh();
    place.names.push(fresh);
    place.declared.add(fresh);
    return fresh;
  };
  const inner = { ...place, canAwait: false, canYield: false };
  const e = () => fuelled(expression(w, inner, 1));
  switch (w.below(8)) {
    case 0:
      return { text: s``, simple: true };
    case 1:
    case 2:
      return { text: s`${name()}, ${name()}`, simple: true };
    case 3:
      return { text: s`${name()}, ${name()} = ${e()}`, simple: false };
    case 4:
      return { text: s`${name()}, ${name()} = () => ${e()}, ${name()} = ${e()}`, simple: false };
    case 5:
      return { text: s`${name()} = ${e()}, ...${name()}`, simple: false };
    case 6:
      return { text: s`${pattern(w, inner, name)} = ${fuelled(source(w, inner))}, ${name()} = ${e()}`, simple: false };
    default:
      return { text: s`${name()}, ...${pattern(w, inner, name, 0)}`, simple: false };
  }
}
