import { describe, expect, test } from 'vitest';
import { buildSeekIndex, readState, seekLookup } from '../src/index/seek-index.ts';
import { openSidecar } from '../src/index/sidecar.ts';
import { readRecording } from '../src/read/recording.ts';
import { stateAt, type State } from '../src/read/state.ts';
import { eventAt } from '../src/stage/event-at.ts';
import { makeRecording } from './make-recording.ts';
import { randomNumbers, randomProgram } from './random-program.ts';
import { allEvents, slowState, type SlowFrame } from './slow-interpreter.ts';

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);
const MOMENTS_PER_PROGRAM = 25;

/** Our state in the form of the slow interpreter. */
function comparable(state: State): SlowFrame[] {
  return state.frames.map((frame) => ({
    call: frame.call,
    function: frame.function,
    line: frame.line,
    variables: Object.fromEntries(
      frame.scopes.flatMap((scope) =>
        scope.variables
          .filter(({ source }) => source === 'write' || source === 'argument')
          .map(({ name, value, event }) => [`${scope.kind}@${scope.line} ${name}`, { value, event }]),
      ),
    ),
  }));
}

describe('state at a moment', () => {
  test.each(SEEDS)('equals a slow interpreter of all events, program %i', (seed) => {
    const { writer, maker } = randomProgram(seed, 400);
    const file = makeRecording(writer, maker.table);
    const events = allEvents(writer);
    const recording = readRecording(file);
    const sidecar = openSidecar(recording);
    const random = randomNumbers(seed + 1000);
    for (let i = 0; i < MOMENTS_PER_PROGRAM; i++) {
      const { event } = events[Math.floor(random() * events.length)]!;
      const expected = slowState(events, maker.table, event);
      const found = readState(recording, sidecar.db, { thread: 1, event });
      const asleep = found.suspended.map(({ call }) => call).sort((a, b) => a - b);
      expect({ event, frames: comparable(found), asleep }).toEqual({ event, ...expected });
      const unindexed = stateAt(recording, 1, event);
      expect({ event, frames: comparable(unindexed) }).toEqual({ event, frames: expected.frames });
    }
    sidecar.close();
    recording.close();
  });
});

describe('states that are asked for in turns', () => {
  test.each(SEEDS.slice(0, 20))('are those that a fresh look finds, program %i', (seed) => {
    const { writer, maker } = randomProgram(seed, 400);
    const recording = readRecording(makeRecording(writer, maker.table));
    const sidecar = openSidecar(recording);
    buildSeekIndex(recording, sidecar.db);
    const index = seekLookup(sidecar.db);
    const events = allEvents(writer);
    const random = randomNumbers(seed + 3000);
    let at = 0;
    for (let i = 0; i < 60; i++) {
      // As somebody moves: a few steps on, sometimes back, sometimes to anywhere.
      const step = Math.floor(random() * 6) - 1;
      at = random() < 0.15 ? Math.floor(random() * events.length) : at + step;
      at = Math.max(0, Math.min(events.length - 1, at));
      const { event } = events[at]!;
      // The same index to somebody else: what was gone through belongs to who asks.
      const fresh = stateAt(recording, 1, event, Object.create(index) as typeof index);
      expect(stateAt(recording, 1, event, index)).toEqual(fresh);
    }
    sidecar.close();
    recording.close();
  });
});

describe('an event', () => {
  test.each(SEEDS.slice(0, 20))('is told the same with the state after it as without, program %i', (seed) => {
    const { writer, maker } = randomProgram(seed, 300);
    const recording = readRecording(makeRecording(writer, maker.table));
    for (const { event } of allEvents(writer)) {
      const told = eventAt(recording, 1, event, undefined, stateAt(recording, 1, event))!;
      expect({ ...told, depth: 0 }).toEqual({ ...eventAt(recording, 1, event)!, depth: 0 });
    }
    recording.close();
  });
});

describe('a scope around a function', () => {
  test('is described, or only named where it is large', () => {
    const { writer, maker } = randomProgram(3, 300);
    const recording = readRecording(makeRecording(writer, maker.table));
    const scopes = allEvents(writer).flatMap(({ event }) => {
      const whole = stateAt(recording, 1, event).frames.flatMap((frame) => frame.scopes);
      const short = stateAt(recording, 1, event, undefined, { outerVariablesMax: 0 }).frames.flatMap(
        (frame) => frame.scopes,
      );
      return short.map((scope, i) => ({ scope, whole: whole[i]! }));
    });
    const named = scopes.filter(({ scope }) => scope.omitted.length > 0);
    expect(named.length).toBeGreaterThan(0);
    for (const { scope, whole } of named) expect(scope.omitted).toEqual(whole.variables.map(({ name }) => name));
    const described = scopes.filter(({ scope }) => scope.omitted.length === 0);
    expect(described.map(({ scope }) => scope)).toEqual(described.map(({ whole }) => whole));
    recording.close();
  });
});
