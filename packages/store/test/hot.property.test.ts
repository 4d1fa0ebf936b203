import { K } from '@execution-cinema/format';
import { describe, expect, test } from 'vitest';
import { functionFacts } from '../src/facts/hot.ts';
import { functionId } from '../src/index/row-ids.ts';
import { openSidecar } from '../src/index/sidecar.ts';
import type { TimeRange } from '../src/read/moments.ts';
import { readRecording, type Recording } from '../src/read/recording.ts';
import { ThreadReplay } from '../src/read/replay.ts';
import { makeRecording } from './make-recording.ts';
import { randomNumbers, randomProgram } from './random-program.ts';

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);

/** Looks at the whole stack between any two events. */
function slowly(recording: Recording, range: TimeRange): Map<number, unknown> {
  const replay = new ThreadReplay(recording.resolver(1));
  const found = new Map<number, { calls: number; throws: number; selfNs: number; totalNs: number }>();
  const of = (site: NonNullable<ReturnType<typeof replay.resolver.resolve>>) => {
    const id = functionId(site);
    if (!found.has(id)) found.set(id, { calls: 0, throws: 0, selfNs: 0, totalNs: 0 });
    return found.get(id)!;
  };
  const clamp = (timeNs: number): number => Math.min(range.toNs, Math.max(range.fromNs, timeNs));
  let beforeNs = 0;
  for (const info of recording.chunks(1)) {
    const chunk = recording.chunk(1, info);
    replay.beginChunk(chunk.header);
    for (const event of chunk.events()) {
      const lasted = clamp(event.timeNs) - clamp(beforeNs);
      beforeNs = event.timeNs;
      const sites = replay.stack.map(({ site }) => site!);
      if (sites.length > 0) of(sites.at(-1)!).selfNs += lasted;
      for (const site of new Set(sites)) of(site).totalNs += lasted;
      const frame = replay.step(event);
      const isIn = event.timeNs >= range.fromNs && event.timeNs <= range.toNs;
      if (replay.entered && isIn) of(replay.entered.site!).calls++;
      if (event.kind === K.LEAVE_THROW && event.timeNs > range.fromNs && event.timeNs < range.toNs)
        of(frame!.site!).throws++;
    }
  }
  return found;
}

describe('calls and time per function', () => {
  test.each(SEEDS)('equal a look at every event, program %i', (seed) => {
    const { writer, maker } = randomProgram(seed, 600);
    const recording = readRecording(makeRecording(writer, maker.table));
    const sidecar = openSidecar(recording);
    const random = randomNumbers(seed);
    const endNs = writer.timeNs;
    const ranges: (TimeRange | undefined)[] = [undefined];
    for (let i = 0; i < 6; i++) {
      const fromNs = Math.floor(random() * endNs);
      ranges.push({ fromNs, toNs: fromNs + Math.floor(random() * endNs * 0.5) });
    }
    for (const range of ranges) {
      const facts = functionFacts(recording, sidecar.db, range ? { range } : {});
      const expected = slowly(recording, range ?? { fromNs: 0, toNs: Number.MAX_SAFE_INTEGER });
      for (const { id, calls, throws, selfNs, totalNs } of facts) {
        const nothing = { calls: 0, throws: 0, selfNs: 0, totalNs: 0 };
        expect({ id, calls, throws, selfNs, totalNs }).toEqual({ id, ...(expected.get(id) ?? nothing) });
      }
    }
    sidecar.close();
    recording.close();
  });
});
