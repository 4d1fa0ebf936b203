import { inside } from './context.mjs';
import { expression } from './expressions.mjs';
import { anyKind, arrow, classText, functionExpression, functionWithName } from './functions.mjs';
import { pattern, source } from './patterns.mjs';
import { list, s } from './tree.mjs';

/** @import { Place, Writer } from './context.mjs' */
/** @import { List, Node, Piece } from './tree.mjs' */

/** @typedef {(w: Writer, place: Place) => Node} Rule */

/** @param {Writer} w @param {Place} place @param {number} count @returns {Node[]} */
export function statements(w, place, count) {
  /** @type {Node[]} */
  const items = [];
  for (let i = 0; i < count && w.budget > 0; i++) items.push(statement(w, place));
  return items;
}

/** `{ statements }` without the braces. @param {Writer} w @param {Place} place @param {Partial<Place>} [changes] @returns {List} */
function block(w, place, changes) {
  return list(statements(w, inside(place, changes), 1 + w.below(3)));
}

/** @param {Writer} w @param {Place} place */
function declareName(w, place, prefix = w.pick(['a', 'b', 'c'])) {
  const name = w.fresh(place, prefix);
  place.names.push(name);
  return name;
}

/** A name for `var`, which no `let` may have in between. @param {Writer} w @param {Place} place */
function declareVar(w, place) {
  const name = w.fresh();
  place.names.push(name);
  return name;
}

/** @type {Rule} */
function declaration(w, place) {
  const e = () => expression(w, place);
  const name = () => declareName(w, place);
  return w.pick([
    () => s`${w.pick(['let', 'const'])} ${name()} = ${e()};`,
    () => s`${w.pick(['let', 'const'])} ${name()} = ${e()};`,
    () => s`let ${name()}, ${name()} = ${e()};`,
    () => s`const ${declareName(w, place, 'fn')} = ${w.chance(0.5) ? arrow(w, place) : functionExpression(w, place)};`,
    () => s`${w.pick(['let', 'const'])} ${pattern(w, place, name)} = ${source(w, place)};`,
    () => s`var ${declareVar(w, place)} = ${e()}, ${declareVar(w, place)};`,
    () => s`var ${pattern(w, place, () => declareVar(w, place))} = ${source(w, place)};`,
  ])();
}

/** @type {Rule} */
function loop(w, place) {
  const label = w.chance(0.4) ? `l${++w.count}` : '';
  const changes = {
    inLoop: true,
    inSwitch: false,
    labels: label === '' ? place.labels : [...place.labels, `+${label}`],
  };
  const before = label === '' ? '' : `${label}: `;
  const i = w.fresh();
  const inner = inside(place, { ...changes, names: [...place.names, i] });
  const e = () => expression(w, place, 2);
  const heads = [
    () => s`for (let ${i} = 0; tick() && ${i} < 3; ${i}++)`,
    () => s`for (let ${i} = 0, o${i} = () => ${i}; tick() && ${i} < 2; ${i}++, ${expression(w, inner, 2)})`,
    () => s`for (var ${i} = 2; tick() && ${i} > 0; ${i}--)`,
    () => s`for (${w.pick(['let', 'const', 'var'])} ${i} of few(${e()}))`,
    () => s`for (const ${i} of steps('f', ${w.below(4)}))`,
    () => s`for (${w.pick(['let', 'const', 'var'])} ${i} in ${e()})`,
    () =>
      s`for (const ${pattern(w, place, () => {
        const name = w.fresh();
        inner.names.push(name);
        return name;
      })} of [${source(w, place)}, ${source(w, place)}])`,
    () => s`for (${w.pick(place.names.length > 0 ? [w.variable(place)] : ['box("l", 1).p'])} of few(${e()}))`,
    () => s`for (box('l', 1).p of [${e()}, 2])`,
  ];
  if (place.canAwait) {
    heads.push(
      () => s`for await (const ${i} of ${w.chance(0.5) ? s`steps('w', ${w.below(3)}, true)` : s`few(${e()})`})`,
      () => s`for await (let ${i} of [${e()}, Promise.resolve(${e()})])`,
    );
  }
  if (w.chance(0.15)) {
    const counter = w.fresh();
    return s`let ${counter} = 0; ${before}${
      w.chance(0.5)
        ? s`while (tick() && ${counter}++ < 3) {${block(w, place, changes)}}`
        : s`do {${block(w, place, changes)}} while (tick() && ${counter}++ < 2 && ${e()});`
    }`;
  }
  const head = w.pick(heads)();
  const body = list([s`tick();`, ...statements(w, inner, 1 + w.below(3))]);
  return s`${before}${head} {${body}}`;
}

/** @type {Rule} */
function tryStatement(w, place) {
  const name = w.fresh();
  const caught = inside(place);
  caught.names.push(name);
  caught.declared.add(name);
  const e = () => expression(w, place, 2);
  const body = list([...statements(w, inside(place), 2), ...(w.chance(0.4) ? [s`throw ${e()};`] : [])]);
  const handler = w.pick([
    () => s`catch (${name}) { log(where(${name})); ${list(statements(w, caught, 2))}}`,
    () => s`catch (${name}) { log(where(${name})); ${list(statements(w, caught, 2))}}`,
    () => s`catch {${block(w, place)}}`,
    () => s`catch ({ message: ${name} = ${e()}, ...o${name} }) { log(${name}); ${list(statements(w, caught, 2))}}`,
  ])();
  const last = s`finally {${block(w, place)}}`;
  return w.pick([
    () => s`try {${body}} ${handler}`,
    () => s`try {${body}} ${handler} ${last}`,
    () => s`try {${body}} ${last}`,
  ])();
}

/** @type {Rule} */
function leave(w, place) {
  const e = () => expression(w, place, 2);
  /** @type {(() => Piece)[]} */
  const ways = [() => s`throw ${e()};`, () => s`throw new Error(cap(${e()}));`];
  if (place.inFunction)
    ways.push(
      () => s`return ${e()};`,
      () => s`return ${e()};`,
      () => s`return;`,
    );
  if (place.inLoop)
    ways.push(
      () => s`continue;`,
      () => s`break;`,
      () => s`break;`,
    );
  if (place.inSwitch) ways.push(() => s`break;`);
  for (const label of place.labels) {
    ways.push(() => s`break ${label.replace('+', '')};`);
    if (label.startsWith('+')) ways.push(() => s`continue ${label.slice(1)};`);
  }
  return w.chance(0.7) ? s`if (${e()}) ${w.pick(ways)()}` : w.pick(ways)();
}

/** @type {Rule} */
function switchStatement(w, place) {
  const inner = inside(place, { inSwitch: true });
  const e = () => expression(w, place, 2);
  const cases = () => s`case ${e()}: ${list(statements(w, inner, 2))}`;
  return s`switch (${e()}) {${list([cases(), cases(), s`default: ${list(statements(w, inner, 1))}`, cases()])}}`;
}

/** @type {Rule} */
function later(w, place) {
  const e = () => expression(w, place, 2);
  const f = () => arrow(w, place);
  const name = `t${++w.count}`;
  return w.pick([
    () => s`queueMicrotask(() => { log('${name}'); ${block(w, place, closed(place))} });`,
    () => s`process.nextTick(() => { log('${name}'); ${block(w, place, closed(place))} });`,
    () => s`setImmediate(() => { log('${name}'); ${block(w, place, closed(place))} });`,
    () => s`Promise.resolve(${e()}).then(${f()}).then((v) => log('${name}', v), (v) => log('${name} no', where(v)));`,
    () =>
      s`Promise.reject(${e()}).catch(${f()}).finally(${f()}).then((v) => log('${name}', v), () => log('${name} no'));`,
    () =>
      s`new Promise((yes, no) => { ${block(w, place, closed(place))} ${w.pick(['yes', 'no'])}(${expression(w, { ...place, canAwait: false, canYield: false }, 2)}); }).then((v) => log('${name}', v), (v) => log('${name} no', where(v)));`,
    () =>
      s`${functionExpression(w, place, 'async')}(${e()}).then((v) => log('${name}', v), (v) => log('${name} no', where(v)));`,
  ])();
}

/** The body of an arrow function. @param {Place} place @returns {Partial<Place>} */
function closed(place) {
  return {
    inFunction: true,
    inLoop: false,
    inSwitch: false,
    labels: [],
    canAwait: false,
    canYield: false,
    super: place.super === '' ? '' : 'method',
  };
}

/** @type {Rule} */
function drive(w, place) {
  const g = `g${++w.count}`;
  const e = () => expression(w, place, 2);
  const asynchronous = w.chance(0.4);
  const steps = Array.from({ length: 2 + w.below(3) }, () => {
    const call = w.pick([
      () => s`${g}.next(${e()})`,
      () => s`${g}.next(${e()})`,
      () => s`${g}.return(${e()})`,
      () => s`${g}.throw(${e()})`,
    ])();
    return asynchronous
      ? s`${call}.then((v) => log('${g}', v), (v) => log('${g} no', where(v)));`
      : s`try { log('${g}', ${call}); } catch (e) { log('${g} no', where(e)); }`;
  });
  const maker = functionExpression(w, place, asynchronous ? 'async generator' : 'generator');
  return s`{ const ${g} = ${maker}(${e()}, ${e()}); ${list(steps)} }`;
}

/** @type {Rule} */
function define(w, place) {
  const kind = anyKind(w);
  const name = declareName(w, place, 'fn');
  return functionWithName(w, place, name, kind);
}

/** @type {Rule} */
const classDeclaration = (w, place) => classText(w, place, declareName(w, place, 'K'));

/** @type {Rule[]} */
const RULES = [
  (w, place) => s`log('l${++w.count}', ${expression(w, place)});`,
  (w, place) => s`log('l${++w.count}', ${expression(w, place)}, ${expression(w, place, 2)});`,
  declaration,
  declaration,
  declaration,
  (w, place) => s`(${expression(w, place)});`,
  (w, place) => s`(${expression(w, place)});`,
  (w, place) => s`if (${expression(w, place, 2)}) {${block(w, place)}} else {${block(w, place)}}`,
  loop,
  loop,
  loop,
  tryStatement,
  tryStatement,
  tryStatement,
  leave,
  leave,
  switchStatement,
  later,
  drive,
  define,
  define,
  classDeclaration,
  (w, place) => {
    const label = `l${++w.count}`;
    return s`${label}: {${block(w, place, { labels: [...place.labels, label] })}}`;
  },
  (w, place) => s`{${block(w, place)}}`,
  (w, place) => (place.strict ? s`log(globals());` : s`with (${expression(w, place, 2)}) {${block(w, place)}}`),
  (w, place) => s`about(${w.variable(place)});`,
];

/** @type {Rule} */
export function statement(w, place) {
  w.budget--;
  return w.pick(place.depth <= 0 ? RULES.slice(0, 7) : RULES)(w, place);
}
