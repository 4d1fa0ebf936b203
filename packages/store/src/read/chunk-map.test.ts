import { expect, test } from 'vitest';
import { decodeEvents, EventScanner, isCaptured, readChunkHeader } from '@execution-cinema/format';
import { randomProgram } from '../../test/random-program.ts';
import { ChunkMapper, readChunkMap, type ChunkMap } from './chunk-map.ts';
import { Chunk } from './chunks.ts';

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);
/** The words end inside an event now and then; a map then reaches as far as they can be read. */
const ENDS = [1, 0.6];

function chunksOf(seed: number): Chunk[] {
  const { writer } = randomProgram(seed, 900);
  writer.cut();
  return writer.chunks.flatMap(({ fragments, endNs }) => {
    const words = Int32Array.from(fragments.flatMap((fragment) => [...fragment]));
    const { headerWords } = readChunkHeader(words);
    return ENDS.map((part) => new Chunk(words.slice(0, Math.max(headerWords, words.length * part)), endNs));
  });
}

function mapped(chunk: Chunk): ChunkMap {
  const mapper = new ChunkMapper(chunk, 0);
  chunk.scan((scanner) => mapper.note(scanner), mapper.found);
  return mapper.finish();
}

/** Heads of events, by a scan that knows nothing of maps. */
function headsOf(chunk: Chunk): number[] {
  const scanner = new EventScanner(chunk.words, chunk.header);
  const heads: number[] = [];
  try {
    while (scanner.next()) heads.push(scanner.at);
  } catch {
    // Cut inside an event.
  }
  return heads;
}

test.each(SEEDS)('a stored map leads where a scan does, program %i', (seed) => {
  for (const chunk of chunksOf(seed)) {
    const heads = headsOf(chunk);
    const made = mapped(chunk);
    const read = readChunkMap(chunk, made.encode());
    for (const map of [made, read]) {
      expect(map.eventCount).toBe(heads.length);
      // Backwards, so that what is between the stored heads is looked up out of order.
      for (let at = heads.length - 1; at >= 0; at--) expect(map.head(at)).toBe(heads[at]);
      for (const [at, head] of heads.entries()) {
        expect(map.eventOfWord(head)).toBe(at);
        expect(map.eventOfWord((heads[at + 1] ?? head + 1) - 1)).toBe(at);
      }
      expect(map.eventOfWord(chunk.header.headerWords - 1)).toBe(-1);
    }
    const ids = new Set<number>();
    try {
      for (const { values } of decodeEvents(chunk.words))
        for (const value of values) if (isCaptured(value)) ids.add(value.id);
    } catch {
      // Cut inside an event.
    }
    for (const id of [...ids, 0, 1e6]) {
      expect([...read.capturesOf(id)]).toEqual([...made.capturesOf(id)]);
      expect([...read.changesOf(id)]).toEqual([...made.changesOf(id)]);
    }
    expect(Array.from(read.strings)).toEqual(Array.from(made.strings));
    const times = (map: ChunkMap): number[] => heads.map((_, at) => map.timeline.at(chunk.header.firstEvent + at));
    expect(times(read)).toEqual(times(made));
    expect(times(read)).toEqual([...chunk.events()].map(({ timeNs }) => timeNs));
  }
});
