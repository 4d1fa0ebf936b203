'use strict';

const tooDark = 'It is too dark to see anything.';

/**
 * The words a player can begin a line with. Each command returns what to say and, if it changed something, how to take
 * that back: `{ text, undo? }`.
 */
function createCommands(world) {
  const { player } = world;

  const look = () => ({ text: player.canSee ? player.room.describe() : tooDark });

  const examine = (id) => {
    const thing = player.find(id) ?? (player.canSee && player.room.find(id));
    return { text: thing ? `${thing.text} It is ${thing.whereabouts}.` : `You see no ${id}.` };
  };

  const go = (direction) => {
    const from = player.room;
    const exit = from.exits[direction];
    if (!exit) return { text: `You cannot go ${direction} from here.` };
    player.room = world.room(exit);
    return {
      text: world.isWon ? world.goal.text : `You come to the ${player.room.name.toLowerCase()}.`,
      undo: () => {
        player.room = from;
      },
    };
  };

  const take = (id) => {
    if (!player.canSee) return { text: tooDark };
    const thing = player.room.find(id);
    if (!thing) return { text: `There is no ${id} here.` };
    if (!player.canCarry(thing)) return { text: `The ${id} is too heavy with all you carry.` };
    return move(thing, player, `You take the ${id}. ${thing.text}`);
  };

  const drop = (id) => {
    const thing = player.find(id);
    if (!thing) return { text: `You have no ${id}.` };
    return move(thing, player.room, `You drop the ${id}.`);
  };

  const light = (id) => {
    const thing = player.find(id);
    if (!thing?.isLight) return { text: `You have no ${id} that could be lit.` };
    thing.isLit = true;
    return {
      text: `The ${id} burns.`,
      undo: () => {
        thing.isLit = false;
      },
    };
  };

  const inventory = () => {
    const labels = player.things.map((thing) => thing.label);
    return { text: `You carry ${labels.join(', ') || 'nothing'} (${player.load} of ${player.carryLimit}).` };
  };

  return { look, examine, go, take, drop, light, inventory };
}

function move(thing, target, text) {
  const { holder } = thing;
  thing.moveTo(target);
  return { text, undo: () => thing.moveTo(holder) };
}

module.exports = { createCommands };
