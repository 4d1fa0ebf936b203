'use strict';

const { Holder } = require('./holder');
const { Thing } = require('./thing');

class Room extends Holder {
  constructor(id, { name, text, exits, things, isDark = false }) {
    super();
    this.id = id;
    this.name = name;
    this.text = text;
    this.exits = exits;
    this.isDark = isDark;
    for (const thing of things) this.put(new Thing(thing));
  }

  describe() {
    const here = this.things.map((thing) => thing.label);
    return [
      `${this.name}. ${this.text}`,
      here.length > 0 ? `You see: ${here.join(', ')}.` : 'There is nothing to take.',
      `You can go ${Object.keys(this.exits).join(', ')}.`,
    ].join('\n');
  }
}

exports.Room = Room;
