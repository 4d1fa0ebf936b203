'use strict';

const config = require('./world.json');
const { createInterpreter } = require('./interpreter');
const { World } = require('./world');

const world = new World(config);
const interpret = createInterpreter(world);

console.log(`${config.title}\n`);
for (const line of config.walkthrough) {
  console.log(`> ${line}`);
  console.log(interpret(line));
  if (world.isWon) break;
}
console.log(`\n${world.isWon ? 'You won' : 'You gave up'} after ${interpret.moves} moves.`);
