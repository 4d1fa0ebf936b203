import { K, R } from '@execution-cinema/format';
import fc from 'fast-check';
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

test('what is stored and what is dropped add up, and every stored event is the one that happened', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const harness = createHarness({ slots: SLOTS });
      const { b, e1, u, w, x } = harness.load();
      const model = new Model();
      model.add('SCOPE_OPEN @1');
      const tokens: number[] = [];
      let nextEvent = 0;
      let droppedBefore = 0;

      const read = (final: boolean): void => {
        for (const { header, events } of harness.take()) {
          if (header.firstEvent >= nextEvent) {
            // A chunk not seen before: it states what was dropped since the last one.
            expect(header.firstEvent - nextEvent).toBe(header.dropped);
            droppedBefore += header.dropped;
            expect(header.frames.length + header.framesOmitted).toBe(model.depths[header.firstEvent] ?? model.depth);
            expect(header.dropReason === 'none').toBe(header.dropped === 0);
          }
          const expected = model.events.slice(header.firstEvent, header.firstEvent + events.length);
          expect(events.map(show)).toEqual(expected);
          expect(events.map((event) => event.event)).toEqual(expected.map((_, i) => header.firstEvent + i));
          nextEvent = header.firstEvent + events.length;
        }
        const { produced, dropped } = harness.runtime.counts();
        expect(produced).toBe(model.events.length);
        if (final) expect(nextEvent + (dropped - droppedBefore)).toBe(produced);
      };

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
        else if (does === 'take') read(false);
        else if (does === 'pause') harness.runtime.pause();
        else if (does === 'resume') harness.runtime.resume();
      }
      read(true);
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
