import { H, K } from '@execution-cinema/format';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRecording } from '../../test/make-recording.ts';
import { makeScenario, type Scenario } from '../../test/scenario.ts';
import { SitesMaker } from '../../test/sites-maker.ts';
import { ThreadWriter } from '../../test/thread-writer.ts';
import { openDatabase } from '../driver/index.ts';
import { buildRows, rowCoverage } from '../index/row-index.ts';
import { readState } from '../index/seek-index.ts';
import { openSidecar } from '../index/sidecar.ts';
import { recordingSummaries } from './catalog.ts';
import { listEvents } from './event-list.ts';
import { recordingInfo } from './info.ts';
import { parseRange, resolveCall, resolveMoment } from './moments.ts';
import { readRecording, type Recording } from './recording.ts';
import { stateAt, type State } from './state.ts';
import { valueHistory } from './value-history.ts';
import { verifyEvents } from './verify-events.ts';
import { dirname, join } from 'node:path';
import { copyFileSync, writeFileSync } from 'node:fs';

let scenario: Scenario;
let recording: Recording;
beforeAll(() => {
  scenario = makeScenario();
  recording = readRecording(scenario.file);
});
afterAll(() => recording.close());

const variablesOf = (state: State, frame = 0): Record<string, unknown> =>
  Object.fromEntries(
    state.frames[frame]!.scopes.flatMap(({ variables }) => variables).map(({ name, value }) => [name, value]),
  );

describe('moments', () => {
  test.each([
    ['1:3', 'sum'],
    ['3ms', 'total=15'],
    ['3000000', 'total=15'],
    ['5ms', 'last of chunk 1'],
    ['start', 'start'],
    ['end', 'end'],
  ])('%s', (text, event) => {
    expect(resolveMoment(recording, text)).toEqual({ thread: 1, event: scenario.at[event] });
  });

  test('by number are taken as they are', () => {
    expect(resolveMoment(recording, '1@7')).toEqual({ thread: 1, event: 7 });
  });

  test.each([
    ['yesterday', 'does not name a moment'],
    ['9@1', 'no such thread'],
    ['1:999', 'not in the recording'],
  ])('%s is refused', (text, message) => {
    expect(() => resolveMoment(recording, text)).toThrow(message);
  });

  test('calls and ranges', () => {
    expect(resolveCall(recording, '1:3')).toEqual({ thread: 1, call: 3 });
    expect(resolveCall(recording, String(2 ** 40 + 3))).toEqual({ thread: 1, call: 3 });
    expect(() => resolveCall(recording, 'sum')).toThrow('does not name a call');
    expect(parseRange('250ms..1.5s')).toEqual({ fromNs: 250e6, toNs: 1.5e9 });
    expect(parseRange('..20us')).toEqual({ fromNs: 0, toNs: 20_000 });
    expect(() => parseRange('2s..1s')).toThrow('not a range');
    expect(() => parseRange('1s')).toThrow('not a range');
  });
});

describe('values', () => {
  const history = (place: string, name?: string): unknown[] =>
    [...valueHistory(recording, place, name)].map(({ call, kind, name: found, operator, value }) => {
      return [call, kind, found, operator, value];
    });

  test('of a function', () => {
    expect(history('Cart.sum')).toEqual([
      [3, 'parameter', 'this', '', expect.objectContaining({ name: 'Cart' })],
      [3, 'parameter', 'rate', '', 1.5],
      [3, 'variable', 'total', 'let', 10],
      [3, 'property', 'this.total', '=', 10],
      [3, 'variable', 'total', '+=', 15],
    ]);
  });

  test('of a variable wherever it is written', () => {
    expect(history('start', 'count')).toEqual([
      [2, 'variable', 'count', 'let', 0],
      [4, 'variable', 'count', '+=', 1],
    ]);
    expect(history(`app.js:${scenario.lines['count+=']}`, 'count')).toHaveLength(2);
    expect(history('Cart.sum', 'this.total')).toEqual([[3, 'property', 'this.total', '=', 10]]);
  });

  test('of a line', () => {
    expect(history(`app.js:${scenario.lines['total+=']}`)).toEqual([[3, 'variable', 'total', '+=', 15]]);
    expect(() => history('app.js:9999')).toThrow('nothing recorded matches');
  });
});

describe('events', () => {
  test('are listed with place and value, filtered by function, file and time', () => {
    const kinds = (filter: Parameters<typeof listEvents>[1]): string[] =>
      [...listEvents(recording, filter)].map(({ kind, name }) => (name ? `${kind} ${name}` : kind));
    expect(kinds({ function: 'sum' })).toEqual([
      'enter',
      'write total',
      'property this.total',
      'write total',
      'return',
    ]);
    expect(kinds({ file: 'other.js' })).toEqual([]);
    expect(kinds({ range: { fromNs: 10e6, toNs: 10.5e6 } })[0]).toBe('resume');
    expect([...listEvents(recording)]).toHaveLength(scenario.writer.event);
  });

  test('show objects as they were then', () => {
    const [enter] = listEvents(recording, { function: 'sum' });
    expect(enter!.values[0]).toMatchObject({ name: 'Cart', items: [2] });
  });
});

describe('state', () => {
  test('shows objects with what was written to them since', () => {
    const { frames } = stateAt(recording, 1, scenario.at['total=10']!);
    expect(frames.map((frame) => frame.function)).toEqual(['Cart.sum', 'start', '(module)']);
    expect(frames[0]!.this).toMatchObject({ keys: ['items', 'total'], items: [2, 10] });
  });

  test('knows arguments, position and older values in a later chunk', () => {
    const state = stateAt(recording, 1, scenario.at['total=15']!);
    expect(variablesOf(state)).toMatchObject({ total: 15, rate: 1.5 });
    expect(variablesOf(state, 1)).toMatchObject({ count: 0 });
    expect(state.frames[0]).toMatchObject({ line: scenario.lines['total+='], startEvent: scenario.at['sum'] });
  });

  test('shows closures what they share', () => {
    expect(variablesOf(stateAt(recording, 1, scenario.at['count=1']!))).toEqual({ count: 1 });
  });

  test('lists calls that sleep, across chunks with the index', () => {
    const sidecar = openSidecar(recording);
    const at = (event: number) => readState(recording, sidecar.db, { thread: 1, event });
    const suspended = [{ call: 5, function: 'pay', line: scenario.lines['await'] }];
    expect(at(scenario.at['asleep']!).suspended).toMatchObject(suspended);
    expect(at(scenario.at['caught']!).suspended).toMatchObject(suspended);
    const woken = at(scenario.at['woken']!);
    expect(woken.suspended).toEqual([]);
    expect(variablesOf(woken)).toMatchObject({
      amount: 15,
      receipt: expect.objectContaining({ type: 'uninitialized' }),
    });
    expect(woken.suspendedComplete).toBe(true);
    sidecar.close();
  });

  test('shows a string that was cut as such, also where it is only referred to', () => {
    const sites: Record<string, number> = {};
    const maker = new SitesMaker((self) => {
      sites['f'] = self.addFunction('f', {}, () => {
        sites['x='] = self.write(self.variable('x'), 'let');
        sites['y='] = self.write(self.variable('y'), 'let');
      });
    });
    const writer = new ThreadWriter();
    writer.enter(100);
    writer.enter(sites['f']!);
    writer.values(K.WRITE, sites['x=']!, 'x'.repeat(100));
    writer.values(K.WRITE, sites['y=']!, 'x'.repeat(100));
    const reading = readRecording(makeRecording(writer, maker.table));
    const cut = expect.objectContaining({ type: 'cut string', name: 'x'.repeat(80), length: 100 });
    expect(variablesOf(stateAt(reading, 1, writer.last))).toEqual({ x: cut, y: cut });
    reading.close();
  });

  test('is refused before the first event that is stored', () => {
    expect(() => stateAt(recording, 2, 0)).toThrow('nothing stored');
  });
});

describe('lost events', () => {
  const sites: Record<string, number> = {};
  const maker = new SitesMaker((self) => {
    sites['f'] = self.addFunction('f', {}, () => {
      sites['x='] = self.write(self.variable('x'), 'let');
      sites['y='] = self.write(self.variable('y', 'var'), 'var');
    });
    sites['g'] = self.addFunction('g', { kind: 'async' }, () => undefined);
  });

  test('are doubted, and calls that ended meanwhile are told as such', () => {
    const writer = new ThreadWriter();
    writer.enter(100);
    writer.enter(sites['f']!);
    writer.values(K.WRITE, sites['x=']!, 1);
    writer.enter(sites['f']!);
    writer.enter(sites['g']!);
    writer.drop(() => {
      writer.leave();
      writer.leave();
      writer.values(K.WRITE, sites['x=']!, 2);
    });
    writer.values(K.LOG, 1, 'after');
    const after = writer.last;
    const reading = readRecording(makeRecording(writer, maker.table));
    const state = stateAt(reading, 1, after);
    expect(state.frames.map(({ call }) => call)).toEqual([2, 1]);
    const [x, y] = state.frames[0]!.scopes[0]!.variables;
    expect(x).toMatchObject({ value: 1, source: 'write', note: '3 events were dropped since' });
    expect(y).toMatchObject({ source: 'unknown', note: '3 events were dropped since its scope began' });
    const sidecar = openSidecar(reading);
    buildRows(reading, sidecar.db);
    expect(sidecar.db.prepare('SELECT id % 10 AS call, outcome FROM call_rows ORDER BY id').all()).toEqual([
      { call: (2 ** 40 + 1) % 10, outcome: 'terminated' },
      { call: (2 ** 40 + 2) % 10, outcome: 'terminated' },
      { call: (2 ** 40 + 3) % 10, outcome: 'terminated' },
      { call: (2 ** 40 + 4) % 10, outcome: 'suspended' },
    ]);
    expect(recordingInfo(reading).events).toEqual({ produced: 9, stored: 6, dropped: 3, pruned: 0 });
    sidecar.close();
    reading.close();
  });
});

describe('damage', () => {
  test('costs what lies behind it in the chunk, and is reported', () => {
    const writer = new ThreadWriter();
    const maker = new SitesMaker(() => undefined);
    writer.enter(100);
    writer.values(K.LOG, 1, 'one');
    writer.damage();
    writer.values(K.LOG, 1, 'two');
    writer.cut();
    writer.values(K.LOG, 1, 'three');
    writer.leave();
    const file = makeRecording(writer, maker.table);
    const db = openDatabase(file);
    db.close();
    const reading = readRecording(file);
    const damage: string[] = [];
    const events = [
      ...listEvents(reading, {}, (thread, chunk, reason) => damage.push(`${thread}/${chunk}: ${reason}`)),
    ];
    expect(events.map(({ kind }) => kind)).toEqual(['enter', 'log', 'log', 'return']);
    expect(damage).toEqual([expect.stringMatching(/^1\/0: unknown event kind 238 at word/)]);
    const sidecar = openSidecar(reading);
    buildRows(reading, sidecar.db);
    expect(rowCoverage(reading, sidecar.db)[0]!.damaged).toEqual([
      { chunk: 0, reason: expect.stringContaining('238') },
    ]);
    expect(sidecar.db.prepare('SELECT text FROM logs ORDER BY id').all()).toEqual([{ text: 'one' }, { text: 'three' }]);
    expect(stateAt(reading, 1, 4).frames).toHaveLength(1);
    sidecar.close();
    reading.close();
  });

  test('of a whole chunk leaves the others readable', () => {
    const { file } = makeScenario();
    const db = openDatabase(file);
    db.exec("UPDATE chunks SET data = x'00000000' WHERE chunk = 1 AND fragment = 0");
    db.close();
    const reading = readRecording(file);
    const damage: string[] = [];
    const events = [...listEvents(reading, {}, (_thread, chunk, reason) => damage.push(`${chunk}: ${reason}`))];
    expect(damage).toEqual(['1: chunk has 1 words, expected at least 20']);
    expect(events.length).toBeGreaterThan(10);
    const sidecar = openSidecar(reading);
    buildRows(reading, sidecar.db);
    expect(readState(reading, sidecar.db, { thread: 1, event: scenario.at['end']! }).frames).toEqual([]);
    sidecar.close();
    reading.close();
  });

  test('of a file shows in the list of recordings', () => {
    const { file } = makeScenario();
    const folder = dirname(file);
    writeFileSync(join(folder, 'broken.db'), 'no database'.repeat(200));
    copyFileSync(file, join(folder, 'copy.db'));
    const other = openDatabase(join(folder, 'other.db'));
    other.exec('CREATE TABLE t(x)');
    other.close();
    const summaries = recordingSummaries(folder);
    expect(summaries.map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
      'broken.db unreadable',
      'copy.db complete',
      'test.db complete',
    ]);
    expect(summaries.find(({ name }) => name === 'test.db')).toMatchObject({
      events: scenario.writer.event,
      threads: 1,
      exitCode: 0,
      durationNs: 11e6,
    });
    expect(recordingSummaries(join(folder, 'missing'))).toEqual([]);
  });
});

describe('info', () => {
  test('counts functions by level, and what is not there', () => {
    expect(recordingInfo(recording)).toMatchObject({
      state: 'complete',
      calls: 7,
      throws: 2,
      functions: { eligible: 4, instrumented: 4, byLevel: { locals: 4 } },
      events: { dropped: 0 },
      skipped: [],
    });
  });
});

describe('verifying events', () => {
  test('finds nothing in a sound recording', () => {
    expect(verifyEvents(recording)).toEqual([]);
  });

  test('finds joints that do not fit, unknown sites and damage', () => {
    const { file } = makeScenario();
    const db = openDatabase(file);
    const row = db.prepare('SELECT id, data FROM chunks WHERE chunk = 2').get<{ id: number; data: Uint8Array }>()!;
    const words = new Int32Array(new Uint8Array(row.data).buffer);
    words[H.H_NEXT_CALL] = 99;
    words[words.length - 1] = 0xee;
    db.prepare('UPDATE chunks SET data = ? WHERE id = ?').run(new Uint8Array(words.buffer), row.id);
    db.exec('UPDATE loads SET count = 5');
    db.close();
    const reading = readRecording(file);
    const texts = verifyEvents(reading).map(({ kind, thread, text }) => `${kind} ${thread} ${text}`);
    reading.close();
    expect(texts).toContain('content 1 chunk 2: begins with call 99, expected 7');
    expect(texts).toContainEqual(expect.stringMatching(/^content 1 chunk 2: unknown event kind 238 at word \d+$/));
    expect(texts).toContainEqual(expect.stringMatching(/^content 1 chunk 0: names \d+ sites that no module has/));
  });
});
