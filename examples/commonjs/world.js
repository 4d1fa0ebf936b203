'use strict';

const { Player } = require('./player');
const { Room } = require('./room');

/** Everything there is: the rooms, what lies in them, and the player. */
class World {
  constructor({ rooms, start, carryLimit, goal }) {
    this.rooms = new Map(Object.entries(rooms).map(([id, room]) => [id, new Room(id, room)]));
    this.player = new Player({ room: this.room(start), carryLimit });
    this.goal = goal;
  }

  room(id) {
    const room = this.rooms.get(id);
    if (!room) throw new Error(`The map has no room "${id}"`);
    return room;
  }

  get isWon() {
    const { bring, to } = this.goal;
    return this.player.room.id === to && this.player.find(bring) !== undefined;
  }
}

module.exports = { World };
