import { expect, test } from 'vitest';
import { K, type DecodedEvent, type Value } from '@execution-cinema/format';
import { buildSeekIndex, seekLookup } from '../src/index/seek-index.ts';
import { openSidecar } from '../src/index/sidecar.ts';
import { readRecording } from '../src/read/recording.ts';
import { history, lastWrite } from '../src/travel/history.ts';
import { ThreadAt } from '../src/read/thread-at.ts';
import { makeRecording } from './make-recording.ts';
import { randomNumbers } from './random-program.ts';
import { SitesMaker } from './sites-maker.ts';
import { allEvents } from './slow-interpreter.ts';
import { ThreadWriter, type TestObject } from './thread-writer.ts';

/*
 * Objects that refer to each other, written to at random over many chunks, and compared with a plain list of what was
 * done to them.
 */

const OBJECTS = 5;
const KEYS = ['a', 'b', 'c'];

interface World {
  file: string;
  /** What each object held after each event. */
  after: Map<number, Map<number, Record<string, number | { ref: number }>>>;
  events: DecodedEvent[];
  /** Writes of properties: event, object, key. */
  writes: { event: number; object: number; key: string }[];
}

function randomWorld(seed: number): World {
  const random = randomNumbers(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const sites: number[] = [];
  let computed = 0;
  let held = 0;
  let run = 0;
  const maker = new SitesMaker((self) => {
    run = self.addFunction('run', {}, () => {
      held = self.write(self.variable('held', 'var'), '=');
      for (const key of KEYS) sites.push(self.property(key, 'o'));
      computed = self.computedProperty('o');
    });
  });
  const writer = new ThreadWriter();
  const world: Record<string, number | { ref: number }>[] = Array.from({ length: OBJECTS }, () => ({}));
  const after: World['after'] = new Map();
  const writes: World['writes'] = [];
  const shown = (object: number): TestObject => ({
    id: object + 1,
    className: 'Object',
    fields: Object.fromEntries(
      // Identity alone: the writer of words captures an object once in a chunk, as it is when it is seen first.
      Object.entries(world[object]!).map(([key, value]) => [
        key,
        typeof value === 'object' ? 1_000 + value.ref : value,
      ]),
    ),
  });
  const note = (): void => {
    const copy = new Map(world.map((fields, object) => [object + 1, { ...fields }]));
    after.set(writer.last, copy as Map<number, Record<string, number>>);
  };
  writer.scopeOpen(101, 0, false);
  note();
  writer.enter(100);
  note();
  writer.enter(run);
  note();
  writer.values(K.WRITE, held, shown(0));
  note();
  for (let i = 0; i < 120; i++) {
    const object = below(OBJECTS);
    const key = KEYS[below(KEYS.length)]!;
    const owner = shown(object);
    if (random() < 0.15) writer.values(K.WRITE, held, owner);
    else {
      world[object]![key] = i;
      writes.push({ event: writer.event, object: object + 1, key });
      if (random() < 0.5) writer.values(K.PROPERTY, sites[KEYS.indexOf(key)]!, owner, i);
      else writer.values(K.PROPERTY_COMPUTED, computed, owner, key, i);
    }
    note();
    if (random() < 0.12) writer.cut();
  }
  const file = makeRecording(writer, maker.table);
  return { file, after, events: allEvents(writer), writes };
}

const plain = (value: Value): unknown =>
  typeof value === 'object' && value !== null && value.type === 'object'
    ? Object.fromEntries(value.keys.map((key, i) => [String(key), value.items[i]]))
    : value;

test.each(Array.from({ length: 20 }, (_, i) => i + 1))('objects are as they were then, world %i', (seed) => {
  const { file, after, events, writes } = randomWorld(seed);
  const random = randomNumbers(seed + 50);
  for (const indexed of [false, true]) {
    // Opened afresh, so that what the index stores is read instead of what was worked out before.
    const recording = readRecording(file);
    const sidecar = openSidecar(recording);
    if (indexed) buildSeekIndex(recording, sidecar.db);
    const index = indexed ? seekLookup(sidecar.db) : undefined;
    for (let i = 0; i < 15; i++) {
      const { event } = events[4 + Math.floor(random() * (events.length - 4))]!;
      const at = new ThreadAt(recording, 1, event, index);
      const frame = at.frame()!;
      const variable = at.variableOf(frame, 'held')!;
      const { value } = variable;
      const id = (value as { id: number }).id;
      expect({ event, indexed, fields: plain(value) }).toEqual({ event, indexed, fields: after.get(event)!.get(id) });
      const object = 1 + Math.floor(random() * OBJECTS);
      const key = KEYS[Math.floor(random() * KEYS.length)]!;
      const expected = writes
        .filter((write) => write.object === object && write.key === key)
        .map((write) => write.event);
      const target = { kind: 'property', object, key } as const;
      const found = history(recording, index, { thread: 1, event }, target).map(({ moment }) => moment.event);
      expect(found).toEqual(expected);
      const last = lastWrite(recording, index, { thread: 1, event }, target)?.moment.event;
      expect(last).toBe(expected.filter((write) => write <= event).at(-1));
    }
    sidecar.close();
    recording.close();
  }
});
