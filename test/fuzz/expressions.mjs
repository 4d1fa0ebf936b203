import { arrow, classText, functionExpression, method } from './functions.mjs';
import { pattern, source } from './patterns.mjs';
import { s, x } from './tree.mjs';

/** @import { Place, Writer } from './context.mjs' */
/** @import { Node, Piece } from './tree.mjs' */

/** @typedef {(w: Writer, place: Place, e: () => Piece) => Piece} Rule */

const BINARY = ['+', '-', '%', '===', '==', '<', '>=', '&', '|', '^', '!==', 'in', 'instanceof', '&&', '||', '??', ','];
const ASSIGNING = ['+=', '-=', '%=', '|=', '&&=', '||=', '??='];

/** @param {Writer} w @param {Place} place */
function leaf(w, place) {
  /** @type {(() => Piece)[]} */
  const rules = [
    () => x`${w.variable(place)}`,
    () => x`${w.variable(place)}`,
    () => x`${w.variable(place)}`,
    () => x`(${w.below(10)})`,
    () => x`'${w.pick(['p', 'q', 's', ''])}'`,
    () => x`${w.pick(['undefined', 'null', 'true', '(-0)', 'NaN', '7n', '1e21', '/r/g'])}`,
    () => x`this`,
  ];
  if (place.ownArguments) {
    rules.push(
      () => x`arguments[${w.below(3)}]`,
      () => x`${w.pick(['arguments.length', 'few([...arguments])', 'new.target'])}`,
    );
  }
  if (place.super !== '') rules.push(() => x`super.${w.property()}`);
  if (place.secrets.length > 0) rules.push(() => x`this.${w.pick(place.secrets)}`);
  return w.pick(rules)();
}

/** Something with containers in it: `.list`, `.map` and `.set`. @param {Writer} w @param {() => Piece} e @returns {Piece} */
function holder(w, e) {
  return w.pick([
    () => x`hold()`,
    () => x`hold(${e()})`,
    () => x`hold()${w.pick(['.', '?.'])}self(${e()})`,
    () => x`hold()?.[(${e()}, 'self')](0)`,
    () => x`{ list: [cap(${e()})], map: new Map(), set: new Set(), self: null }`,
    e,
  ])();
}

/** A chain of optional and other links that ends by changing a container. @param {Writer} w @param {() => Piece} e @returns {Piece} */
function changingChain(w, e) {
  const dot = () => w.pick(['.', '?.', '?.']);
  const link = w.pick([
    () => x``,
    () => x``,
    () => x`${dot()}me`,
    () => x`${dot()}${w.pick(['self', 'nowhere', 'me.self'])}(${e()})`,
    () => x`${w.pick(['.self?.', '?.self?.', '?.nowhere?.'])}(${e()})`,
    () => x`?.[(${e()}, ${w.pick(["'me'", "'nothing'"])})]`,
  ])();
  const change = w.pick([
    () => x`${dot()}list${dot()}push(cap(${e()}))`,
    () => x`${dot()}list${dot()}push(cap(${e()}), cap(${e()}))${w.pick(['', '.p', '?.p'])}`,
    () => x`${dot()}list${dot()}${w.pick(['pop', 'shift', 'reverse', 'sort'])}()`,
    () => x`${dot()}list${dot()}splice(${w.below(2)}, ${w.below(2)}, cap(${e()}))`,
    () => x`${dot()}map${dot()}set(cap(${e()}), cap(${e()}))${w.pick(['', '.size', ".set('k', 1)", '?.size'])}`,
    () => x`${dot()}map${dot()}delete(cap(${e()}))`,
    () => x`${dot()}set${dot()}add(cap(${e()}))${w.pick(['', '.size', '?.add(1)', ".delete('k')"])}`,
    () => x`${dot()}${w.pick(['set.clear()', 'map.clear()', 'nothing.push(1)', 'me?.nothing?.push(1)'])}`,
  ])();
  return x`(${holder(w, e)})${link}${change}`;
}

/** Where a value can be put. @param {Writer} w @param {Place} place @param {() => Piece} e @returns {Node} */
function target(w, place, e) {
  const choice = w.below(8);
  if (choice < 4 && place.names.length > 0) return w.variable(place);
  if (choice === 4) return s`${e()}.${w.property()}`;
  if (choice === 5) return s`${e()}[${e()}]`;
  if (choice === 6 && place.secrets.length > 0) return s`this.${w.pick(place.secrets)}`;
  if (choice === 6 && place.super !== '') return s`super.${w.property()}`;
  return s`box('t', ${e()}).p`;
}

/** @type {Rule[]} */
const RULES = [
  (w, _, e) => x`(cap(${e()}) ${w.pick(BINARY)} ${e()})`,
  (w, _, e) => x`(cap(${e()}) ${w.pick(BINARY)} ${e()})`,
  (_w, _, e) => x`(${e()} ? ${e()} : ${e()})`,
  (w, place, e) => x`(${target(w, place, e)} = ${e()})`,
  (w, place, e) => x`(${target(w, place, e)} ${w.pick(ASSIGNING)} cap(${e()}))`,
  (w, place, e) => x`(${target(w, place, e)}${w.pick(['++', '--'])})`,
  (w, place, e) => x`(${w.pick(['++', '--'])}${target(w, place, e)})`,
  (w, place) => assignPattern(w, place),
  (w, _, e) => x`[cap(${e()}), ${w.pick(['', ', '])}...few(${e()}), ${e()}]`,
  (_w, _p, e) => x`({ p: ${e()}, [${e()}]: ${e()}, ...${e()} })`,
  (w, place, e) => x`({ p: ${e()}, ${method(w, place)}, q: ${e()} })`,
  (w, place, e) => x`({ __proto__: ${e()}, ${w.property()}: ${functionExpression(w, place)} })`,
  (w, place, e) => x`${w.callee(place, 'fn')}(${e()}, ${e()})`,
  (w, place, e) => x`${w.callee(place, 'fn')}(cap(${e()}), ...few(${e()}))`,
  (w, place, e) => x`${w.callee(place, 'fn')}?.(${e()})`,
  (w, _, e) => x`${e()}?.${w.property()}.${w.property()}`,
  (_w, _p, e) => x`${e()}?.[${e()}]?.(${e()})`,
  (_w, _p, e) => x`(${e()}?.m)(${e()})`,
  (w, _, e) => changingChain(w, e),
  (w, _, e) => changingChain(w, e),
  (w, _, e) => x`(delete (${holder(w, e)})?.${w.pick(['me', 'nothing', 'list'])}.${w.property()})`,
  (w, _, e) => x`(delete hold()${w.pick(['?.me', '?.list', '?.nothing'])}${w.pick(['?.', ''])}[${e()}])`,
  (w, _, e) => x`${e()}.${w.property()}(${e()})`,
  (w, _, e) => x`${e()}.${w.property()}`,
  (_w, _p, e) => x`${e()}[${e()}]`,
  (w, place, e) => x`new ${w.callee(place, 'K')}(${e()})`,
  (_w, _p, e) => x`tag\`a\${${e()}}\\n\${${e()}}\``,
  (_w, _p, e) => x`\`<\${cap(${e()})}>\``,
  (w, _, e) => x`(${w.pick(['typeof', 'void', '!', '-', '~', 'typeof'])} ${e()})`,
  () => x`(typeof undeclared)`,
  (w, _, e) => x`(delete ${e()}.${w.property()})`,
  (_w, _p, e) => x`(delete ${e()}?.[${e()}])`,
  (_w, _p, e) => x`('p' in ${e()})`,
  (w, place) => functionExpression(w, place),
  (w, place) => arrow(w, place),
  (w, place) => arrow(w, place),
  (w, place) => x`(${classText(w, place, '')})`,
  (w, place, e) => x`${arrow(w, place)}(${e()})`,
  (w, place, e) => x`few([...${functionExpression(w, place, 'generator')}(${e()})])`,
  (w, _, e) => x`noisy('n${w.below(9)}', ${e()})`,
  (w) => x`spy('s${w.below(9)}')`,
  (w, place) => x`spy('s${w.below(9)}', ${functionExpression(w, place, 'plain')})`,
  (w, _, e) => x`box('b${w.below(9)}', ${e()})`,
  (w) => x`steps('i${w.below(9)}', ${w.below(3)})`,
  (w, _, e) => x`thenable('t${w.below(9)}', ${e()})`,
  (_w, _p, e) => x`log(${e()})`,
  (w, _, e) => x`here(new Error(${w.below(9)}, { cause: ${e()} }))`,
  (_w, _p, e) => x`about(${e()})`,
  (w, _, e) => x`Promise.${w.pick(['resolve', 'reject', 'all', 'race'])}(${e()})`,
  (w, place) =>
    !place.strict ? x`eval('${w.pick(['var z', ''])}${w.variable(place)}')` : x`eval('${w.variable(place)}')`,
  (_w, place, e) => (place.canAwait ? x`(await ${e()})` : x`(0, ${e()})`),
  (_w, place, e) => (place.canAwait ? x`(await ${e()})` : x`(${e()}, ${e()})`),
  (_w, place, e) => (place.canYield ? x`(yield ${e()})` : e()),
  (_w, place, e) => (place.canYield ? x`(yield* few(${e()}))` : e()),
  (w, place, e) =>
    place.canYield ? x`(yield* ${w.pick([() => x`steps('d', 2)`, e, () => x`${w.callee(place, 'fn')}()`])()})` : e(),
  (_w, place, e) => (place.super === 'method' ? x`super.m(${e()})` : e()),
  (w, place, e) => (place.secrets.length > 0 ? x`(${w.pick(place.secrets)} in ${e()})` : e()),
  (w, place, e) => (place.secrets.length > 0 ? x`${e()}?.${w.pick(place.secrets)}` : e()),
  (w, place, e) => (place.ownArguments ? x`(arguments[${w.below(2)}] = ${e()})` : e()),
  (w) => (w.mode === 'module' ? x`(typeof import.meta.url)` : x`(this === globalThis)`),
];

/** `([a, b] = value)`. @param {Writer} w @param {Place} place @returns {Piece} */
function assignPattern(w, place) {
  const name = () => (place.names.length > 0 && w.chance(0.8) ? w.variable(place) : `box('t', 0).p`);
  return x`(${pattern(w, place, name)} = ${source(w, place)})`;
}

/** @param {Writer} w @param {Place} place @param {number} depth how many levels at most @returns {Piece} */
export function expression(w, place, depth = 3) {
  if (depth <= 0 || place.depth <= 0 || w.budget <= 0 || w.chance(0.15)) return leaf(w, place);
  w.budget--;
  return w.pick(RULES)(w, place, () => expression(w, place, depth - 1));
}
