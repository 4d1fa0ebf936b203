import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isCaptured, openRecording, type Recording } from '../../packages/tracer/src/read.ts';
import { makeProject } from '../support/programs.ts';

/* Histories and origins by name: of entries of Maps and Sets (by the key, by a path, by the number of an object that is a key), of parameters. */

const PROGRAM = `
const prices = new Map([['tea', 3], ['milk', 1]]);
const [ada, bob] = [{ name: 'ada' }, { name: 'bob' }];
const debts = new Map();
debts.set(ada, 1);
debts.set(bob, 2);
debts.set(ada, 3);
prices.set('tea', 4);
const seen = new Set();
seen.add('a');
seen.add(bob);
function greet(name, times) {
  const text = 'hi ' + name;
  times = times + 1;
  return text;
}
function through(list) {
  const other = list[0];
  return other(ada, 1);
}
through([greet]);
let end = 1;
prices.delete('tea');
`;

let recording: Recording;

beforeAll(async () => {
  const project = makeProject({ 'app.mjs': PROGRAM });
  const file = join(project.dir, 'app.db');
  await project.record(['app.mjs'], file);
  recording = openRecording(file);
});
afterAll(() => recording?.close());

/** The moment at which all is there. */
function end() {
  const { thread, event } = [...recording.events()].find(({ name, kind }) => kind === 'write' && name === 'end')!;
  return { thread, event };
}

const lineOf = (text: string): number => PROGRAM.split('\n').indexOf(text) + 1;

test('an entry has a history, by its key and by what gets it', () => {
  for (const path of ['prices["tea"]', 'prices.get("tea")']) {
    const history = recording.pathHistory(end(), path);
    expect(history.map(({ value, operator, line }) => [operator, value, line])).toEqual([
      ['made', 3, lineOf("const prices = new Map([['tea', 3], ['milk', 1]]);")],
      ['set', 4, lineOf("prices.set('tea', 4);")],
      ['delete', undefined, lineOf("prices.delete('tea');")],
    ]);
    const { value, steps } = recording.origin(end(), path);
    expect([value, steps[0]!.line]).toEqual([4, lineOf("prices.set('tea', 4);")]);
  }
  expect(recording.origin(end(), 'seen[0]').value).toBe('a');
});

test('objects that are keys are told apart', () => {
  const of = (path: string) => recording.pathHistory(end(), path).map(({ value }) => value);
  expect(of('debts.get(ada)')).toEqual([1, 3]);
  expect(of('debts.get(bob)')).toEqual([2]);
  // As the viewer asks.
  const { scopes } = recording.stateAt(end()).frames[0]!;
  const held = (name: string) => scopes[0]!.variables.find((variable) => variable.name === name)!.value;
  const [debts, bob] = [held('debts'), held('bob')];
  if (!isCaptured(debts) || !isCaptured(bob)) throw new Error('they are objects');
  const target = { kind: 'property', object: debts.id, key: `#${bob.id}` } as const;
  expect(recording.history(end(), target).map(({ value }) => value)).toEqual([2]);
});

test('the steps of an origin show what a container held then', () => {
  const { value, steps } = recording.origin(end(), 'debts');
  expect(isCaptured(value) && value.items).toEqual([3, 2]);
  const made = steps.at(-1)!.value;
  expect(isCaptured(made) && [made.type, made.items]).toEqual(['map', []]);
});

test('a parameter that is never written again has no writes, and not those of others', () => {
  const { thread, event } = [...recording.events()].find(({ name, kind }) => kind === 'write' && name === 'times')!;
  const moment = { thread, event };
  expect(recording.pathHistory(moment, 'name')).toEqual([]);
  expect(recording.history(moment, { kind: 'variable', name: 'name' })).toEqual([]);
  expect(recording.pathHistory(moment, 'times').map(({ value }) => value)).toEqual([2]);
});

test('of a function that recorded code calls by another name it is not said that other code called it', () => {
  const { thread, event } = [...recording.events()].find(({ name, kind }) => kind === 'write' && name === 'times')!;
  expect(recording.origin({ thread, event }, 'name').reason).toBe(
    'through called greet by another name, or code that is not recorded did',
  );
});
