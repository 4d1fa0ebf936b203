import { describe, expect, test } from 'vitest';
import { buildSeekIndex, seekLookup } from '../src/index/seek-index.ts';
import { openSidecar } from '../src/index/sidecar.ts';
import { readRecording } from '../src/read/recording.ts';
import { move } from '../src/travel/moves.ts';
import type { MoveOptions } from '../src/travel/types.ts';
import { makeRecording } from './make-recording.ts';
import { randomNumbers, randomProgram } from './random-program.ts';
import { allEvents } from './slow-interpreter.ts';
import { SlowMoves } from './slow-moves.ts';

const SEEDS = Array.from({ length: 14 }, (_, i) => i + 1);
const MOMENTS_PER_PROGRAM = 12;
const STEPS = 6;

describe('moves', () => {
  test.each(SEEDS)('equal a search through the list of all events, program %i', (seed) => {
    const { writer, maker } = randomProgram(seed, 400);
    const file = makeRecording(writer, maker.table);
    const events = allEvents(writer);
    const slow = new SlowMoves(events, maker.table);
    const recording = readRecording(file);
    const sidecar = openSidecar(recording);
    const random = randomNumbers(seed + 2000);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
    // One for all, since it remembers what it was asked and how far searches went.
    const index = seekLookup(sidecar.db);
    const check = (event: number, options: MoveOptions, indexed: boolean): number | undefined => {
      const expected = slow.move(event, options);
      const found = move(recording, indexed ? index : undefined, { thread: 1, event }, options);
      expect({ event, ...options, indexed, to: found?.event }).toEqual({ event, ...options, indexed, to: expected });
      return expected;
    };
    // The first half of the moments meets an index that covers a part only.
    buildSeekIndex(recording, sidecar.db, { threads: [1], untilEvent: pick(events).event });
    for (let i = 0; i < MOMENTS_PER_PROGRAM; i++) {
      if (i === MOMENTS_PER_PROGRAM / 2) buildSeekIndex(recording, sidecar.db);
      const { event } = pick(events);
      const moves: MoveOptions[] = [
        { kind: 'event' },
        { kind: 'into' },
        { kind: 'over' },
        { kind: 'out' },
        { kind: 'line' },
        { kind: 'line', file: 'app.js', line: pick(maker.table.sites)[3] },
        { kind: 'call' },
        { kind: 'call', function: pick(maker.table.functions).name },
        { kind: 'write' },
        { kind: 'write', name: pick(maker.table.variables).name },
        { kind: 'write', scope: 1 + Math.floor(random() * 5) },
        { kind: 'throw' },
      ];
      for (const options of moves) {
        for (const direction of ['forward', 'back'] as const) check(event, { ...options, direction }, true);
        check(event, { ...options, direction: pick(['forward', 'back'] as const) }, false);
      }
      for (let step = 0, at: number | undefined = event; step < STEPS && at !== undefined; step++) {
        at = check(at, { kind: pick(['into', 'over', 'out'] as const), direction: 'forward' }, true);
      }
      for (const kind of ['cause', 'effect'] as const) {
        check(event, { kind }, true);
        check(event, { kind }, false);
      }
    }
    sidecar.close();
    recording.close();
  });
});
