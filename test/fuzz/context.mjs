import { Random } from './random.mjs';

/**
 * Where in a program something is written.
 *
 * @typedef {object} Place
 * @property {string[]} names variables that are in scope, some of them in their dead zone, constant or functions
 * @property {Set<string>} declared names of the innermost scope alone
 * @property {boolean} strict
 * @property {string[]} labels labels that can be left
 * @property {boolean} inLoop
 * @property {boolean} inSwitch
 * @property {boolean} inFunction `return` is allowed
 * @property {boolean} ownArguments `arguments` and `new.target` are allowed
 * @property {boolean} canAwait
 * @property {boolean} canYield
 * @property {'' | 'method' | 'derived'} super what `super` may do
 * @property {string[]} secrets private names
 * @property {number} depth what is left
 */

/** @typedef {'sloppy' | 'strict' | 'module'} Mode */

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** One program being written: its random numbers, its mode, and how much may still be written. */
export class Writer {
  /** @param {number} seed @param {Mode} mode @param {number} budget */
  constructor(seed, mode, budget) {
    this.random = new Random(seed);
    this.mode = mode;
    this.budget = budget;
    this.count = 0;
  }

  /** @param {number} limit */
  below(limit) {
    return this.random.below(limit);
  }

  /** @param {number} share */
  chance(share) {
    return this.random.chance(share);
  }

  /** @template T @param {readonly T[]} items @returns {T} */
  pick(items) {
    return this.random.pick(items);
  }

  /** A name that no other variable of the program has, or now and then one that hides another. @param {Place} [place] @param {string} [prefix] */
  fresh(place, prefix = this.pick(NAMES)) {
    const hidden = place && this.chance(0.05) ? this.variable(place) : 'undefined';
    const name = hidden === 'undefined' || place?.declared.has(hidden) ? `${prefix}${++this.count}` : hidden;
    place?.declared.add(name);
    return name;
  }

  /** A variable in scope. @param {Place} place */
  variable(place) {
    return place.names.length === 0 ? 'undefined' : this.pick(place.names);
  }

  /** A variable that is likely to hold a function or, with `K`, a class. @param {Place} place @param {'fn' | 'K'} prefix */
  callee(place, prefix) {
    const likely = place.names.filter((name) => name.startsWith(prefix));
    return likely.length > 0 && this.chance(0.8) ? this.pick(likely) : this.variable(place);
  }

  /** A name of a property. */
  property() {
    return this.pick(['p', 'q', 'm', 'x', 'y', 'length', 'name']);
  }
}

/** The place inside another: what is declared there stays there. @param {Place} place @param {Partial<Place>} [changes] @returns {Place} */
export function inside(place, changes = {}) {
  return { ...place, names: [...place.names], declared: new Set(), depth: place.depth - 1, ...changes };
}

/** @param {Mode} mode @returns {Place} */
export function outermost(mode) {
  return {
    names: [],
    declared: new Set(),
    strict: mode !== 'sloppy',
    labels: [],
    inLoop: false,
    inSwitch: false,
    inFunction: false,
    ownArguments: false,
    canAwait: false,
    canYield: false,
    super: '',
    secrets: [],
    depth: 7,
  };
}
