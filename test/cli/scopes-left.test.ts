import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isCaptured, openRecording, typeOfValue } from '../../packages/tracer/src/read.ts';
import { makeProject } from '../support/programs.ts';

/*
 * What a frame sees of its loops and blocks: `sees` is given the names that are in scope where it is called, with `<`
 * before one that is declared further down.
 */
const PROGRAM = `
function sees(names) {}
const prices = new Map([['tea', 3], ['milk', 1]]);
sees('');
for (const [name, price] of prices) {
  sees('name price');
}
sees('');
for (let i = 0; i < 2; i++) {
  sees('i');
}
sees('');
{
  const inBlock = 1;
  sees('inBlock');
}
sees('');
function passes(list) {
  for (const item of list) {
    if (item > 1) {
      const half = item / 2;
      sees('half item');
    }
    sees('item');
  }
  sees('');
  for (let j = 0; j < 2; j++) sees('j');
  for (const key in { a: 1 }) {
    sees('key');
    const later = () => key;
    sees('key later');
  }
  sees('');
  try {
    throw new Error('x');
  } catch (error) {
    sees('error');
  }
  sees('');
}
passes([1, 2]);
let rounds = 0;
function isLast() {
  return ++rounds === 2;
}
// Of a block that was entered since the last event nothing is told.
const given = ['', 'value', '<value', 'value'].values();
function again() {
  do {
    sees(given.next().value);
    const value = 1;
    sees(given.next().value);
  } while (!isLast());
}
again();
sees('');
`;

test('variables of a loop or block are gone once it is left', async () => {
  const project = makeProject({ 'app.mjs': PROGRAM });
  const file = join(project.dir, 'app.db');
  expect(await project.record(['app.mjs'], file)).toMatchObject({ exitCode: 0 });
  const recording = openRecording(file);
  try {
    const { calls } = recording.calls({ function: 'sees' });
    expect(calls).toHaveLength(25);
    for (const call of calls) {
      const [, caller] = recording.stateAt(call.name).frames;
      const inner = caller!.scopes.filter(({ kind }) => kind !== 'function' && kind !== 'module');
      const seen = inner.flatMap(({ variables }) =>
        variables.map(({ name, value }) => (typeOfValue(value) === 'uninitialized' ? `<${name}` : name)),
      );
      const given = String(call.arguments[0]!.value)
        .split(' ')
        .filter((name) => name !== '');
      expect(seen.sort(), `line ${caller!.line}`).toEqual(given.sort());
    }
  } finally {
    recording.close();
  }
});

test('at the head of an iteration nothing is left of the one before', async () => {
  const project = makeProject({
    'app.mjs': `
      for (const [name, price] of [['tea', 3], ['milk', 1]]) {
        globalThis.last = name + price;
      }
    `,
  });
  const file = join(project.dir, 'app.db');
  await project.record(['app.mjs'], file);
  const recording = openRecording(file);
  try {
    const heads = [...recording.events()].filter(({ kind, name }) => kind === 'write' && name === 'name');
    const seen = heads.map(({ thread, event }) => {
      const { scopes } = recording.stateAt({ thread, event }).frames[0]!;
      return scopes[0]!.variables.map(({ value }) => (isCaptured(value) ? typeOfValue(value) : value));
    });
    expect(seen).toEqual([
      ['tea', 'uninitialized'],
      ['milk', 'uninitialized'],
    ]);
  } finally {
    recording.close();
  }
});
