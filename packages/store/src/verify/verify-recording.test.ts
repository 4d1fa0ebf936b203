import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../driver/open.ts';
import type { Database } from '../driver/types.ts';
import { Inbox } from '../recorder/inbox.ts';
import { Recorder } from '../recorder/recorder.ts';
import { scratchFolder } from '../../test/scratch-folder.ts';
import { FakeWriter } from '../../test/recorder/fake-writer.ts';
import { recorderOptions } from '../../test/recorder/start-worker.ts';
import { verifyRecording, type Problem } from './verify-recording.ts';

let db: Database;

/** A recording of three chunks in several fragments, with events dropped between the second and the third. */
beforeEach(() => {
  const file = join(scratchFolder(), 'a.db');
  const writer = new FakeWriter(2, 4096);
  const { port1, port2 } = new MessageChannel();
  const recorder = new Recorder(recorderOptions(file, writer, port2), new Inbox(() => {}, [port2]));
  writer.call(1, 1);
  writer.publish();
  recorder.flush('published');
  writer.dropping = true;
  while (writer.dropped < 10) writer.call(1, 1);
  recorder.flush('full');
  writer.call(1, 1);
  writer.publish();
  recorder.flush('published');
  writer.call(1, 2);
  writer.publish();
  recorder.flush('published');
  recorder.finish({ type: 'process-exit', timeNs: 1, exitCode: 0, signal: null });
  port1.close();
  db = openDatabase(file);
});
afterEach(() => db.close());

const problems = (deep = false): Problem[] => verifyRecording(db, { deep }).problems;

test('a recording as it was made is sound', () => {
  const { problems: found, chunks, threads } = verifyRecording(db, { deep: true });
  expect(found).toEqual([]);
  expect(chunks).toBe(3);
  expect(threads).toMatchObject([{ id: 1, pruned: 0 }]);
  expect(threads[0]!.dropped).toBeGreaterThanOrEqual(10);
  expect(db.prepare('SELECT chunk, fragment, final FROM chunks ORDER BY id').all()).toEqual([
    { chunk: 0, fragment: 0, final: 0 },
    { chunk: 0, fragment: 1, final: 1 },
    { chunk: 1, fragment: 0, final: 1 },
    { chunk: 2, fragment: 0, final: 0 },
    { chunk: 2, fragment: 1, final: 1 },
  ]);
});

describe('what is wrong is found', () => {
  const damages: [what: string, sql: string, kind: Problem['kind'], text: RegExp][] = [
    ['a missing chunk', 'DELETE FROM chunks WHERE chunk = 1', 'continuity', /chunk 2 fragment 0: follows chunk 0/],
    ['a missing fragment', 'DELETE FROM chunks WHERE chunk = 0 AND fragment = 0', 'continuity', /first fragment/],
    ['a missing beginning', 'DELETE FROM chunks WHERE chunk = 0', 'continuity', /expected chunk 0/],
    ['a missing end of a chunk', 'DELETE FROM chunks WHERE chunk = 0 AND fragment = 1', 'continuity', /not complete/],
    ['a gap without a row', 'DELETE FROM gaps', 'accounts', /dropped is \d+, but gaps has 0/],
    ['a wrong sum', 'UPDATE threads SET produced = produced + 1', 'accounts', /produced is/],
    ['lost events', 'UPDATE threads SET stored = stored - 1, produced = produced - 1', 'accounts', /stored is/],
    [
      'pruned events without a row',
      'UPDATE threads SET pruned = 5, produced = produced + 5',
      'accounts',
      /pruned is 5/,
    ],
    [
      'a wrong event number',
      'UPDATE chunks SET first_event = first_event + 1 WHERE chunk = 2',
      'continuity',
      /begins with/,
    ],
    ['a wrong call number', 'UPDATE chunks SET first_call = 9 WHERE chunk = 1', 'continuity', /begins with call 9/],
    ['a wrong length', 'UPDATE chunks SET words = words - 1 WHERE chunk = 1', 'content', /bytes, expected/],
    ['an unknown thread', 'UPDATE gaps SET thread_id = 7', 'reference', /rows of gaps have a thread_id/],
    ['an unknown process', 'INSERT INTO notes(process_id) VALUES(9)', 'reference', /rows of notes have a process_id/],
  ];
  test.each(damages)('%s', (_what, sql, kind, text) => {
    db.exec(sql);
    expect(problems()).toContainEqual(expect.objectContaining({ kind, text: expect.stringMatching(text) }));
  });

  test('words that are not those events, by the deep look alone', () => {
    const row = db.prepare('SELECT id, data FROM chunks WHERE chunk = 1').get<{ id: number; data: Uint8Array }>()!;
    const data = Buffer.from(row.data);
    data.writeInt32LE(0, data.length - 4);
    db.prepare('UPDATE chunks SET data = ? WHERE id = ?').run(data, row.id);
    expect(problems()).toEqual([]);
    expect(problems(true)).toMatchObject([
      { kind: 'content', thread: 1, text: expect.stringMatching(/holds \d+ events/) },
    ]);
  });

  test('at most as many as asked for', () => {
    db.exec('UPDATE chunks SET words = 1');
    expect(verifyRecording(db, { problemsMax: 2 }).problems.length).toBeLessThanOrEqual(3);
  });
});
