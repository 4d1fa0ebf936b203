'use strict';

const { createCommands } = require('./commands');

/** Returns a function that carries out one line and answers with text. It remembers what was done, for `undo`. */
function createInterpreter(world) {
  const commands = new Map(Object.entries(createCommands(world)));
  const done = [];
  let moves = 0;

  function undo() {
    const last = done.pop();
    if (!last) return 'There is nothing to undo.';
    last.undo();
    return `Taken back: ${last.line}.`;
  }

  function interpret(line) {
    moves += 1;
    const [verb, ...rest] = line.trim().toLowerCase().split(/\s+/);
    if (verb === 'undo') return undo();
    const command = commands.get(verb);
    if (!command) return `You do not know how to ${verb}.`;
    const result = command(rest.join(' '));
    if (result.undo) done.push({ line, undo: result.undo });
    return result.text;
  }

  Object.defineProperty(interpret, 'moves', { get: () => moves });
  return interpret;
}

module.exports = { createInterpreter };
