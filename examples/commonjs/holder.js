'use strict';

/** Whatever can hold things: a room, or the player. */
class Holder {
  #things = new Map();

  get things() {
    return [...this.#things.values()];
  }

  find(id) {
    return this.#things.get(id);
  }

  put(thing) {
    this.#things.set(thing.id, thing);
    thing.holder = this;
  }

  remove(thing) {
    this.#things.delete(thing.id);
    thing.holder = undefined;
  }
}

module.exports = { Holder };
