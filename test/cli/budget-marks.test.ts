import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../packages/store/src/driver/index.ts';
import {
  degradedSpans,
  findFlowNow,
  lineHits,
  readRecording,
  SiteCounts,
  type Recording,
} from '../../packages/store/src/index.ts';
import { againNote, degradedNote } from '../../packages/store/src/read/budget-notes.ts';
import { ViewerServer } from '../server/viewer-server.ts';
import { makeProject } from '../support/programs.ts';

/* What is said of functions that a budget has degraded: as if it had done so while this program ran. */

const PROGRAM = `
function off(n) {
  const twice = n * 2;
  if (n > 5) {
    const never = 1;
  }
  return twice;
}
function counted(n) {
  const half = n / 2;
  return half;
}
for (let i = 0; i < 3; i++) {
  off(i);
  counted(i);
}
`;

let file: string;

beforeAll(async () => {
  const project = makeProject({ 'app.mjs': PROGRAM });
  file = join(project.dir, 'app.db');
  await project.record(['app.mjs'], file);
  const db = openDatabase(file);
  const note = (timeNs: number, text: string) =>
    db.prepare("INSERT INTO notes(process_id, time_ns, kind, text) VALUES(1, ?, 'budget', ?)").run(timeNs, text);
  note(1_000, degradedNote('off (app.mjs:2)', 2, 0.2));
  note(2_000, degradedNote('off (app.mjs:2)', 3, 0.2));
  note(3_000, againNote('off (app.mjs:2)', 2, 'it has cooled down'));
  note(4_000, againNote('off (app.mjs:2)', 0, 'it threw'));
  note(5_000, degradedNote('counted (app.mjs:9)', 2, 0.2));
  note(6_000, 'app.mjs: earlier runs showed that functions exceed the budget of 20%; left out (1): a (b)');
  db.close();
});

function using<Answer>(read: (recording: Recording) => Answer): Answer {
  const recording = readRecording(file);
  try {
    return read(recording);
  } finally {
    recording.close();
  }
}

test('the notes of a budget tell when functions were degraded', () => {
  const off = { process: 1, function: 'off', file: 'app.mjs', line: 2 };
  expect(using(degradedSpans)).toEqual([
    { ...off, fromNs: 1_000, toNs: 2_000, isCounted: true, isOff: false },
    { ...off, fromNs: 2_000, toNs: 3_000, isCounted: false, isOff: true },
    { ...off, fromNs: 3_000, toNs: 4_000, isCounted: true, isOff: false },
    {
      process: 1,
      function: 'counted',
      file: 'app.mjs',
      line: 9,
      fromNs: 5_000,
      toNs: Infinity,
      isCounted: true,
      isOff: false,
    },
  ]);
});

test('lines of a function that was switched off ran at least as often, and nobody says that they never did', () => {
  const { lines, atLeast } = using((recording) =>
    lineHits(recording, new SiteCounts(recording), 'app.mjs', findFlowNow),
  );
  expect([...atLeast].sort((a, b) => a - b)).toEqual([2, 3, 4, 7]);
  expect(lines.get(3)).toEqual({ kind: 'ran', count: 3 });
  expect(lines.get(5)).toBeUndefined();
  // What was counted is counted exactly.
  expect(lines.get(10)).toEqual({ kind: 'ran', count: 3 });
});

test('a picture of the run marks where no call was recorded for it', async () => {
  const server = await ViewerServer.start(dirname(file), file);
  const page = await server.page();
  try {
    const { overview } = await page.ask('open', {});
    await page.ask('index', {});
    const film = await page.ask('film', { span: { fromNs: 0, toNs: overview.durationNs }, columns: 100 });
    const marked = [...film.missing].flatMap((why, column) => (why === 2 ? [column] : []));
    expect(marked.length).toBeGreaterThan(0);
    expect(marked.filter((column) => film.calls[column]! > 0)).toEqual([]);
    // Before the thread began nothing could be recorded.
    const began = Math.floor(overview.threads[0]!.startNs / film.columnNs);
    expect(marked.filter((column) => column < began)).toEqual([]);
  } finally {
    page.close();
    await server.stop();
  }
});
