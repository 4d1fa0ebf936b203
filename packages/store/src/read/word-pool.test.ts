import { expect, test } from 'vitest';
import { K } from '@execution-cinema/format';
import { makeRecording } from '../../test/make-recording.ts';
import { SitesMaker } from '../../test/sites-maker.ts';
import { ThreadWriter } from '../../test/thread-writer.ts';
import { chunkView } from './chunk-view.ts';
import { readRecording } from './recording.ts';
import { WordPool, type WordHolder } from './word-pool.ts';

const holder = (): WordHolder => ({ held: undefined, usedAt: 0 });

test('who has used its words for the longest time loses them', () => {
  const pool = new WordPool(2);
  const [first, second, third] = [holder(), holder(), holder()];
  pool.place(first, 10).fill(1);
  pool.place(second, 10).fill(2);
  first.usedAt = pool.now;
  pool.place(third, 4).fill(3);
  expect([first.held, second.held, third.held]).toEqual([
    new Int32Array(10).fill(1),
    undefined,
    new Int32Array(4).fill(3),
  ]);
});

test('words that are given back, and larger ones, find room', () => {
  const pool = new WordPool(1);
  const [first, second] = [holder(), holder()];
  pool.place(first, 10);
  pool.release(first);
  expect(first.held).toBeUndefined();
  expect(pool.place(second, 100_000)).toHaveLength(100_000);
  expect(pool.place(first, 5)).toHaveLength(5);
  expect(second.held).toBeUndefined();
});

const CHUNKS = 30;

/** One call that goes on over many chunks and writes other numbers and texts in each. */
function manyChunks(): { file: string; writes: { chunk: number; at: number; value: unknown }[] } {
  let run = 0;
  let held = 0;
  const maker = new SitesMaker((self) => {
    run = self.addFunction('run', {}, () => {
      held = self.write(self.variable('held', 'var'), '=');
    });
  });
  const writer = new ThreadWriter();
  const writes: { chunk: number; at: number; value: unknown }[] = [];
  writer.scopeOpen(101, 0, false);
  writer.enter(100);
  writer.enter(run);
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const first = chunk === 0 ? 0 : writer.event;
    for (const value of [
      chunk * 1000,
      `text ${chunk}`,
      { id: chunk + 1, className: `Class${chunk}`, fields: { chunk } },
    ]) {
      writes.push({ chunk, at: writer.event - first, value: typeof value === 'object' ? value.className : value });
      writer.values(K.WRITE, held, value);
    }
    writer.cut();
  }
  return { file: makeRecording(writer, maker.table), writes };
}

test('views whose words were taken for others read them again', () => {
  const { file, writes } = manyChunks();
  const recording = readRecording(file);
  const chunks = recording.chunks(1);
  // More than have room at the same time, each held on to.
  const views = chunks.map((info) => chunkView(recording, 1, info)!);
  expect(views.filter(({ held }) => held === undefined).length).toBeGreaterThan(0);
  const valueOf = ({ chunk, at }: { chunk: number; at: number }): unknown => {
    const [value] = views[chunk]!.event(at).values;
    return typeof value === 'object' && value !== null ? value.name : value;
  };
  expect(writes.map(valueOf)).toEqual(writes.map(({ value }) => value));
  expect(writes.toReversed().map(valueOf)).toEqual(writes.toReversed().map(({ value }) => value));
  const owned = views.map((view) => view.chunk);
  expect(owned.map(({ header }) => header.chunk)).toEqual(chunks.map(({ chunk }) => chunk));
  expect(writes.map(valueOf)).toEqual(writes.map(({ value }) => value));
  recording.close();
});
