'use strict';

// A room makes its things, and a thing asks whether a room holds it: the two files require each other. Whichever comes
// second sees unfinished exports, so `Room` is looked up when it is needed instead of being taken out here.
const rooms = require('./room');

class Thing {
  holder = undefined;
  isLit = false;

  constructor({ id, weight, text, isLight = false }) {
    this.id = id;
    this.weight = weight;
    this.text = text;
    this.isLight = isLight;
  }

  get whereabouts() {
    return this.holder instanceof rooms.Room ? `in the ${this.holder.name.toLowerCase()}` : 'in your hands';
  }

  get label() {
    return this.isLit ? `${this.id} (lit)` : this.id;
  }

  moveTo(holder) {
    this.holder?.remove(this);
    holder.put(this);
  }
}

exports.Thing = Thing;
