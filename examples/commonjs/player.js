'use strict';

const { Holder } = require('./holder');

class Player extends Holder {
  constructor({ room, carryLimit }) {
    super();
    this.room = room;
    this.carryLimit = carryLimit;
  }

  get load() {
    return this.things.reduce((sum, thing) => sum + thing.weight, 0);
  }

  get hasLight() {
    return [...this.things, ...this.room.things].some((thing) => thing.isLit);
  }

  get canSee() {
    return !this.room.isDark || this.hasLight;
  }

  canCarry(thing) {
    return this.load + thing.weight <= this.carryLimit;
  }
}

module.exports = { Player };
