import { decodeEvents, K, readChunkHeader } from '@execution-cinema/format';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { openForReading } from '../schema/open-recording.ts';
import { FakeWriter } from '../testing/fake-writer.ts';
import { bundle, scratchFolder } from '../testing/bundle.ts';
import { startWorker } from '../testing/start-worker.ts';
import type { ModuleMessage } from './messages.ts';

let program: string;
beforeAll(async () => {
  program = await bundle('testing/recorder-program.ts');
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
    await recorder.exit(writer);

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
});
