import { describe, expect, test } from 'vitest';
import { makeRecording } from '../../test/make-recording.ts';
import { randomProgram } from '../../test/random-program.ts';
import { readRecording } from '../read/recording.ts';
import { findCalls, type CallFilter, type CallInfo } from './calls.ts';
import { refreshFacts } from './facts.ts';
import { buildRows } from './row-index.ts';
import { openSidecar } from './sidecar.ts';

const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);

/** Correlations follow a chain of causes, which reading some chunks alone cannot; errors of the random program share identities. */
function withoutChain({ correlation: _correlation, exception, ...rest }: CallInfo): unknown {
  return { ...rest, hasException: exception !== null };
}

function calls(file: string, filter: CallFilter, indexed: boolean): { calls: unknown[]; more: boolean } {
  const recording = readRecording(file);
  const sidecar = openSidecar(recording);
  const { db } = sidecar;
  refreshFacts(recording, db);
  if (indexed) buildRows(recording, db);
  const found = findCalls(recording, db, filter);
  expect(db.prepare('SELECT count(*) > 0 AS has FROM call_rows').get()).toEqual({ has: indexed ? 1 : 0 });
  sidecar.close();
  recording.close();
  return { calls: found.calls.map(withoutChain), more: found.more };
}

describe('calls of one function', () => {
  test.each(SEEDS)('are read from the chunks as the rows have them, program %i', (seed) => {
    const { writer, maker } = randomProgram(seed, 600);
    const file = makeRecording(writer, maker.table);
    const other = makeRecording(writer, maker.table);
    for (const { name } of maker.table.functions.slice(0, 3)) {
      for (const limit of [2, 1000]) {
        expect(calls(file, { function: name, limit }, false)).toEqual(calls(other, { function: name, limit }, true));
      }
      expect(calls(file, { function: name, threw: true }, false)).toEqual(
        calls(other, { function: name, threw: true }, true),
      );
    }
  });
});
