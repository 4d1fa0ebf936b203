import { inspect, isDeepStrictEqual } from 'node:util';
import { decodeEvents, H, K, R } from '@execution-cinema/format';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHarness, show } from '../testing/harness.ts';

/** Fixed, so that a failure is the same everywhere. */
const SEED = 20_250_702;
const SLOTS = 3;

type Step =
  | { does: 'enter' | 'leave' | 'tick' | 'take' | 'pause' | 'resume' | 'throw' }
  | { does: 'write'; count: number; text: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('write' as const),
      count: fc.nat(4000),
      text: fc.string({ maxLength: 300 }),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ does: fc.constantFrom('enter', 'leave', 'tick', 'take', 'throw', 'pause', 'resume') }),
  },
);

/** Everything the ring has to keep, as plain arrays: what happened, event by event, and how deep the stack was. */
class Model {
  readonly events: string[] = [];
  readonly depths: number[] = [];
  depth = 0;

  add(event: string, depth = this.depth): void {
    this.depths.push(this.depth);
    this.events.push(event);
    this.depth = depth;
  }
}

/** Reads like the recorder and compares with the model. */
function createReader(harness: ReturnType<typeof createHarness>, model: Model) {
  const complaints: string[] = [];
  const chunks = new Set<number>();
  let nextEvent = 0;
  let droppedBefore = 0;
  const expectSame = (what: string, expected: unknown, seen: unknown): void => {
    if (!isDeepStrictEqual(expected, seen))
      complaints.push(`${what}: expected ${inspect(expected)}, read ${inspect(seen)}`);
  };
  return {
    complaints,
    /** Events stored so far. */
    storedEvents: () => nextEvent - droppedBefore,
    read: (): void => {
      for (const { header, events } of harness.take()) {
        if (!chunks.has(header.chunk)) {
          chunks.add(header.chunk);
          expectSame('gap', header.dropped, header.firstEvent - nextEvent);
          expectSame('reason', header.dropped === 0, header.dropReason === 'none');
          expectSame(
            'depth',
            model.depths[header.firstEvent] ?? model.depth,
            header.frames.length + header.framesOmitted,
          );
          droppedBefore += header.dropped;
        }
        const expected = model.events.slice(header.firstEvent, header.firstEvent + events.length);
        expectSame('events', expected, events.map(show));
        nextEvent = header.firstEvent + events.length;
        expectSame('last number', nextEvent - 1, events.at(-1)?.event ?? nextEvent - 1);
      }
    },
  };
}

test('what is stored and what is dropped add up, and every stored event is the one that happened', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const harness = createHarness({ slots: SLOTS });
      const { b, e1, u, w, x } = harness.load();
      const model = new Model();
      model.add('SCOPE_OPEN @1');
      const tokens: number[] = [];
      const reader = createReader(harness, model);

      for (const [index, { does, ...rest }] of steps.entries()) {
        if (does === 'write') {
          const { count, text } = rest as { count: number; text: string };
          for (let i = 0; i < count; i++) {
            w(b + 6, i);
            model.add(`WRITE @6 ${i}`);
          }
          w(b + 7, `${index}${text}`.slice(0, 256));
          model.add(`WRITE @7 ${JSON.stringify(`${index}${text}`.slice(0, 256))}`);
        } else if (does === 'enter') {
          tokens.push(e1(b + 5, index));
          model.add(`ENTER @5 ${index}`, model.depth + 1);
        } else if (does === 'leave' && tokens.length > 0) {
          u(tokens.pop()!);
          model.add('LEAVE_UNDEFINED @0', model.depth - 1);
        } else if (does === 'throw' && tokens.length > 0) {
          x(tokens.pop()!, 0);
          model.add('LEAVE_THROW @0', model.depth - 1);
        } else if (does === 'tick') harness.tick();
        else if (does === 'take') reader.read();
        else if (does === 'pause') harness.runtime.pause();
        else if (does === 'resume') harness.runtime.resume();
      }
      reader.read();
      expect(reader.complaints).toEqual([]);
      const { produced, dropped } = harness.runtime.counts();
      expect(produced).toBe(model.events.length);
      expect(reader.storedEvents() + dropped).toBe(produced);
    }),
    { seed: SEED, numRuns: 30, endOnFailure: true },
  );
});

test('the counters of a full slot say what lies in it', () => {
  const { load, control, take } = createHarness({ slots: 2 });
  const { b, e1, x, w } = load();
  for (let i = 0; i < 9000; i++) {
    const f = e1(b + 5, i);
    if (i % 3 === 0) w(b + 6, i);
    x(f, 0);
  }
  const at = R.slotControlWords(0);
  expect(control[at + R.S_STATE]).toBe(R.SLOT_FULL);
  const counted = [R.S_EVENTS, R.S_CALLS, R.S_THROWS].map((word) => control[at + word]);
  const { events, words } = take()[0]!;
  const ofKind = (kind: number): number => events.filter((event) => event.kind === kind).length;
  expect(counted).toEqual([events.length, ofKind(K.ENTER_0 + 1), ofKind(K.LEAVE_THROW)]);
  expect(control[at + R.S_PUBLISHED]).toBe(words.length);
});

test('what was counted of a slot that is being written says what lies in the words counted', () => {
  const { load, control, tick, take } = createHarness({ slots: 2 });
  const { b, e1, x, w } = load();
  for (let i = 0; i < 90; i++) {
    const f = e1(b + 5, i);
    if (i % 3 === 0) w(b + 6, i);
    x(f, 0);
    if (i % 40 === 0) tick();
  }
  const at = R.slotControlWords(0);
  const counted = [R.S_EVENTS, R.S_CALLS, R.S_THROWS].map((word) => control[at + word]);
  expect(control[at + R.S_COUNTING]).toBe(control[at + R.S_COUNTED]);
  expect(control[at + R.S_PUBLISHED]).toBe(control[at + R.S_COUNTED]);
  const { header, words } = take()[0]!;
  const end = control[at + R.S_COUNTED]!;
  const events = [...decodeEvents(words.slice(0, end), header)];
  const ofKind = (kind: number): number => events.filter((event) => event.kind === kind).length;
  expect(counted).toEqual([events.length, ofKind(K.ENTER_0 + 1), ofKind(K.LEAVE_THROW)]);
  expect(H.u53(control[at + R.S_TIME]!, control[at + R.S_TIME + 1]!)).toBe(events.at(-1)!.timeNs);
});
