import { decodeEvents, K, readChunkHeader } from '@execution-cinema/format';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { inflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { openForReading } from '../schema/open-recording.ts';
import { FakeWriter } from '../../test/recorder/fake-writer.ts';
import { bundle, scratchFolder } from '../../test/recorder/bundle.ts';
import { recorderOptions, startWorker } from '../../test/recorder/start-worker.ts';
import type { ModuleMessage, RecorderMessage } from './messages.ts';
import { Inbox } from './inbox.ts';
import { Recorder } from './recorder.ts';

let program: string;
beforeAll(async () => {
  program = await bundle('test/recorder/recorder-program.ts');
});

const MODULE: ModuleMessage = {
  type: 'module',
  key: 'app.js#1',
  file: 'app.js',
  url: 'file:///program/app.js',
  hash: 'h1',
  format: 'module',
  level: 2,
  source: 'let a',
  originals: null,
  sites: '{"version":1}',
  functions: 1,
  instrumented: true,
  skippedReason: null,
};

interface ChunkRow {
  chunk: number;
  fragment: number;
  first_event: number;
  events: number;
  first_call: number;
  calls: number;
  throws: number;
  dropped_before: number;
  words: number;
  final: number;
  data: Uint8Array;
}

/** All chunks of a recording, fragments joined, decoded: numbers of the arguments in order. */
function argumentsOf(file: string): { seen: number[]; rows: ChunkRow[] } {
  const db = openForReading(file);
  const rows = db.prepare('SELECT * FROM chunks ORDER BY thread_id, chunk, fragment').all<ChunkRow>();
  db.close();
  const seen: number[] = [];
  for (const chunk of new Set(rows.map((row) => row.chunk))) {
    const bytes = Buffer.concat(rows.filter((row) => row.chunk === chunk).map((row) => row.data));
    const words = new Int32Array(new Uint8Array(bytes).buffer);
    let count = 0;
    for (const event of decodeEvents(words)) {
      count++;
      if (event.kind === K.ENTER_0 + 1) seen.push(event.values[0] as number);
    }
    expect(count).toBe(rows.filter((row) => row.chunk === chunk).reduce((sum, row) => sum + row.events, 0));
    expect(readChunkHeader(words).chunk).toBe(chunk);
  }
  return { seen, rows };
}

describe('the recorder thread', () => {
  test('stores what a thread wrote, with its modules, and closes the recording as one file', async () => {
    const file = join(scratchFolder(), 'deep', 'a.db');
    const writer = new FakeWriter();
    const recorder = startWorker(program, file, writer);
    recorder.post(MODULE);
    recorder.post({ type: 'load', thread: 0, base: 1, count: 5, key: 'app.js#1', scopeInstance: 1, timeNs: 7 });
    for (let i = 0; i < 10_000; i++) {
      writer.timeNs += 10;
      writer.call(3, i);
    }
    writer.throwing(3);
    expect(writer.drain()).toBe(true);
    expect(await recorder.exit(writer)).toBe(true);

    const { seen, rows } = argumentsOf(file);
    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    expect(rows.reduce((sum, row) => sum + row.calls, 0)).toBe(10_001);
    expect(rows.reduce((sum, row) => sum + row.throws, 0)).toBe(1);
    const db = openForReading(file);
    const [thread] = db.prepare('SELECT * FROM threads').all();
    expect(thread).toMatchObject({ kind: 'main', produced: 20_002, stored: 20_002, dropped: 0, pruned: 0 });
    expect(db.prepare('SELECT * FROM processes').all()).toMatchObject([
      { complete: 1, exit_code: 0, argv: '["node","app.js"]' },
    ]);
    expect(db.prepare("SELECT value FROM meta WHERE key = 'state'").get()).toEqual({ value: 'complete' });
    const module = db.prepare('SELECT * FROM modules').get<{ sites: Uint8Array; file: string }>();
    expect(inflateRawSync(module!.sites).toString()).toBe('{"version":1}');
    expect(db.prepare('SELECT * FROM loads').all()).toEqual([
      { thread_id: 1, base: 1, count: 5, module_id: 1, scope_instance: 1, time_ns: 7 },
    ]);
    expect(db.prepare('SELECT typeof(events) t FROM chunks').get()).toEqual({ t: 'integer' });
    db.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
    expect(() => statSync(`${file}-wal`)).toThrow('ENOENT');
    const report = recorder.reports.find(({ type }) => type === 'closed');
    expect(report).toMatchObject({ storedEvents: 20_002, droppedEvents: 0 });
  });

  test('has what an event needs in the database before the event, whatever the order of the ports', () => {
    const file = join(scratchFolder(), 'a.db');
    const writer = new FakeWriter();
    const main = new MessageChannel();
    const loader = new MessageChannel();
    const recorder = new Recorder(recorderOptions(file, writer, main.port2), new Inbox(() => {}, [main.port2]));
    main.port1.postMessage({ type: 'port', port: loader.port2 } satisfies RecorderMessage, [loader.port2]);
    main.port1.postMessage({
      type: 'load',
      thread: 0,
      base: 0,
      count: 5,
      key: MODULE.key,
      scopeInstance: 1,
      timeNs: 1,
    });
    loader.port1.postMessage(MODULE);
    writer.call(1, 1);
    writer.publish();
    recorder.flush('published');
    const row = recorder.db
      .prepare('SELECT file, (SELECT count(*) FROM chunks) chunks FROM loads JOIN modules ON module_id = modules.id')
      .get();
    expect(row).toEqual({ file: 'app.js', chunks: 1 });
    recorder.finish({ type: 'process-exit', timeNs: 1, exitCode: 0, signal: null });
    main.port1.close();
    loader.port1.close();
  });

  test('takes a load before its module, and leaves out with a note what makes no sense', () => {
    const file = join(scratchFolder(), 'a.db');
    const writer = new FakeWriter();
    const { port1, port2 } = new MessageChannel();
    const recorder = new Recorder(recorderOptions(file, writer, port2), new Inbox(() => {}, [port2]));
    const load = { type: 'load', thread: 0, base: 0, count: 5, key: MODULE.key, scopeInstance: 1, timeNs: 1 } as const;
    port1.postMessage(load);
    port1.postMessage({ ...load, thread: 99 });
    port1.postMessage({ ...MODULE, key: 'bad', functions: [] });
    recorder.flush('published');
    expect(recorder.db.prepare('SELECT key, file FROM modules').all()).toEqual([{ key: MODULE.key, file: null }]);
    port1.postMessage(MODULE);
    recorder.flush('published');
    expect(recorder.db.prepare('SELECT id, key, file FROM modules').all()).toEqual([
      { id: 1, key: MODULE.key, file: 'app.js' },
    ]);
    expect(recorder.db.prepare('SELECT module_id FROM loads').all()).toEqual([{ module_id: 1 }]);
    const notes = recorder.db.prepare('SELECT kind, text FROM notes').all<{ kind: string; text: string }>();
    expect(notes.map(({ kind }) => kind)).toEqual(['recorder', 'recorder']);
    expect(notes.map(({ text }) => text).sort()[0]).toBe('message load could not be stored: thread 99 is not known');
    recorder.finish({ type: 'process-exit', timeNs: 1, exitCode: 0, signal: null });
    port1.close();
  });
});
