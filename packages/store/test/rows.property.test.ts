import { describe, expect, test } from 'vitest';
import type { Database } from '../src/driver/index.ts';
import { refreshFacts } from '../src/index/facts.ts';
import { buildRows } from '../src/index/row-index.ts';
import { openSidecar } from '../src/index/sidecar.ts';
import { ROW_GROUPS } from '../src/index/sidecar-schema.ts';
import { readRecording } from '../src/read/recording.ts';
import { addChunk, makeRecording, restart } from './make-recording.ts';
import { randomNumbers, randomProgram } from './random-program.ts';

const SEEDS = Array.from({ length: 25 }, (_, i) => i + 1);
const TABLES = [
  'call_rows',
  'arguments',
  'suspensions',
  'exceptions',
  'edge_rows',
  'write_rows',
  'expression_rows',
  'objects',
  'event_rows',
];

/** All rows of tier 2, in an order of their own. */
function rowsOf(db: Database): Record<string, unknown[]> {
  return Object.fromEntries(TABLES.map((table) => [table, db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()]));
}

function built(file: string, build: (recording: ReturnType<typeof readRecording>, db: Database) => void) {
  const recording = readRecording(file);
  const sidecar = openSidecar(recording);
  refreshFacts(recording, sidecar.db);
  build(recording, sidecar.db);
  const rows = rowsOf(sidecar.db);
  sidecar.close();
  recording.close();
  return rows;
}

describe('rows', () => {
  test.each(SEEDS)('are the same whatever is indexed first, program %i', (seed) => {
    const { writer, maker } = randomProgram(seed, 500);
    const expected = built(makeRecording(writer, maker.table), (recording, db) => buildRows(recording, db));
    const random = randomNumbers(seed + 7);
    const endNs = writer.timeNs;
    const found = built(makeRecording(writer, maker.table), (recording, db) => {
      for (let i = 0; i < 6; i++) {
        const fromNs = Math.floor(random() * endNs);
        const range = { fromNs, toNs: fromNs + Math.floor(random() * endNs * 0.4) };
        const groups = ROW_GROUPS.filter(() => random() < 0.7);
        buildRows(recording, db, { range, groups });
      }
      buildRows(recording, db);
    });
    expect(found).toEqual(expected);
  });

  test.each(SEEDS)('are the same when the recording grows meanwhile, program %i', (seed) => {
    const { writer, maker } = randomProgram(seed, 500);
    const expected = built(makeRecording(writer, maker.table), (recording, db) => buildRows(recording, db));
    const file = makeRecording(writer, maker.table);
    const growing = restart(file);
    const found = built(file, (recording, db) => {
      for (const chunk of writer.chunks) {
        for (let count = 1; count <= chunk.fragments.length; count++) {
          addChunk(growing.db, chunk, count === chunk.fragments.length, count);
          recording.refresh();
          buildRows(recording, db);
        }
      }
      growing.end();
      buildRows(recording, db);
    });
    expect(found).toEqual(expected);
  });

  test.each(SEEDS)('of exceptions are complete when only chunks that hold some are read, program %i', (seed) => {
    const { writer, maker } = randomProgram(seed, 500);
    const expected = built(makeRecording(writer, maker.table), (recording, db) => buildRows(recording, db));
    const found = built(makeRecording(writer, maker.table), (recording, db) =>
      buildRows(recording, db, { groups: ['calls'], fact: 'throws' }),
    );
    expect(found['exceptions']).toEqual(expected['exceptions']);
    expect(found['call_rows']!.length).toBeLessThanOrEqual(expected['call_rows']!.length);
  });
});
