import { expect, test } from 'vitest';
import type { TracerConfig } from '../config/index.ts';
import type { FileCounts } from '../loader/file-counts.ts';
import { endLine } from './end-line.ts';
import type { RecordingResult } from './recording.ts';

const CONFIG = { out: 'run.db', sources: {}, root: '.', budgetPercent: 20 } as unknown as TracerConfig;
/** What the main thread has loaded. */
const COUNTS = {
  instrumentedFiles: 1,
  instrumentedFunctions: 2,
  failed: new Map(),
  notSelected: new Map(),
} as unknown as FileCounts;
const RESULT: RecordingResult = { events: 120, dropped: 0, failure: undefined, notes: [] };

function said(more: Partial<RecordingResult>): string {
  return endLine(CONFIG, { ...RESULT, ...more }, COUNTS).replace(/ See it with.*/, '');
}

test('files and functions are those of all threads', () => {
  const tree = { processes: 1, storedEvents: 120, droppedEvents: 0, files: 3, functions: 9 };
  expect(said({ tree })).toBe('120 events in run.db; 3 files, 9 functions.');
  expect(said({})).toBe('120 events in run.db; 1 file, 2 functions.');
});

test('what a budget took is said in a few words, and nothing where it took nothing', () => {
  expect(said({ degraded: { counted: 0, off: 0, leftOut: 0 } })).toBe('120 events in run.db; 1 file, 2 functions.');
  expect(said({ degraded: { counted: 3, off: 1, leftOut: 2 } })).toBe(
    '120 events in run.db; 1 file, 2 functions; over the budget of 20%: 3 functions only counted for a time, 1 function not even counted for a time, 2 functions left out, as earlier runs showed (tracer info names them).',
  );
  const tree = { processes: 2, storedEvents: 300, droppedEvents: 0, files: 3, functions: 9 };
  expect(said({ tree, degraded: { counted: 1, off: 0, leftOut: 0 } })).toBe(
    '300 events in run.db; 2 processes, 3 files, 9 functions; over the budget of 20%: 1 function only counted for a time (tracer info names them).',
  );
});
