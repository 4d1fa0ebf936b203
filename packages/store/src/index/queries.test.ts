import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeScenario, type Scenario } from '../../test/scenario.ts';
import { readRecording, type Recording } from '../read/recording.ts';
import { findCalls } from './calls.ts';
import { rowCoverage } from './row-index.ts';
import { openSidecar, type Sidecar } from './sidecar.ts';
import { runSql } from './sql.ts';
import { callTree, type TreeNode } from './tree.ts';

let scenario: Scenario;
let recording: Recording;
let sidecar: Sidecar;
beforeAll(() => {
  scenario = makeScenario();
  recording = readRecording(scenario.file);
  sidecar = openSidecar(recording);
});
afterAll(() => {
  sidecar.close();
  recording.close();
});

const THREAD = 2 ** 40;
const sql = (query: string) => runSql(recording, sidecar, query).rows;

describe('sql', () => {
  test('builds only what a query reads', () => {
    expect(sql('SELECT name, calls FROM functions ORDER BY id')).toEqual([
      { name: '(module)', calls: 1 },
      { name: 'start', calls: 1 },
      { name: 'start.counter', calls: 3 },
      { name: 'Cart.sum', calls: 1 },
      { name: 'pay', calls: 1 },
    ]);
    expect(rowCoverage(recording, sidecar.db).map(({ chunksCovered }) => chunksCovered)).toEqual([0, 0, 0]);
    expect(sql("SELECT count(*) AS n FROM calls WHERE function = 'pay'")).toEqual([{ n: 1 }]);
    expect(rowCoverage(recording, sidecar.db).map(({ chunksCovered }) => chunksCovered)).toEqual([3, 0, 0]);
  });

  test('shows calls with arguments and outcome', () => {
    expect(
      sql('SELECT function, parent_id, depth, outcome, result, result_type, process_id, file FROM calls ORDER BY id'),
    ).toMatchObject([
      { function: '(module)', parent_id: null, depth: 0, outcome: 'returned', process_id: 1, file: 'app.js' },
      { function: 'start', parent_id: THREAD + 1, outcome: 'returned', result: '{"$type":"undefined"}' },
      { function: 'Cart.sum', parent_id: THREAD + 2, outcome: 'returned', result: '15', result_type: 'number' },
      { function: 'start.counter', outcome: 'returned', result: '1' },
      { function: 'pay', outcome: 'threw', result: null },
      { function: 'start.counter', outcome: 'threw' },
      { function: 'start.counter', outcome: 'returned', parent_id: null },
    ]);
    expect(sql(`SELECT position, name, value, type, object_id FROM arguments WHERE call_id = ${THREAD + 3}`)).toEqual([
      {
        position: 0,
        name: 'this',
        value: '{"$type":"object","$class":"Cart","$id":1,"$cut":"depth"}',
        type: 'Cart',
        object_id: THREAD + 1,
      },
      { position: 1, name: 'rate', value: '1.5', type: 'number', object_id: null },
    ]);
  });

  test('names the exception that ended a call, thrown by recorded code or not', () => {
    const rows = sql(
      `SELECT c.function, x.name, x.message, x.caught, x.call_id FROM calls c JOIN exceptions x ON x.id = c.exception_id
       ORDER BY c.id`,
    );
    expect(rows).toEqual([
      { function: 'pay', name: 'PaymentError', message: 'declined', caught: 0, call_id: THREAD + 5 },
      { function: 'start.counter', name: 'SyntaxError', message: 'bad token', caught: 1, call_id: THREAD + 2 },
    ]);
  });

  test('shows suspensions, edges and correlations across chunks', () => {
    expect(sql('SELECT call_id, time_ns, resumed_ns, kind, line FROM suspensions')).toEqual([
      { call_id: THREAD + 5, time_ns: 5e6, resumed_ns: 10e6, kind: 'await', line: scenario.lines['await'] },
    ]);
    expect(sql('SELECT kind, from_call, to_call FROM edges')).toEqual([
      { kind: 'await', from_call: THREAD + 4, to_call: THREAD + 5 },
    ]);
    expect(sql('SELECT correlation_id FROM calls ORDER BY id').map((row) => row['correlation_id'])).toEqual([
      THREAD + 1,
      THREAD + 1,
      THREAD + 1,
      THREAD + 1,
      THREAD + 1,
      THREAD + 1,
      -(THREAD + 7),
    ]);
  });

  test('shows writes with place, owner and scope', () => {
    expect(
      sql('SELECT name, kind, value, operator, line, owner_id, scope_id, call_id FROM writes ORDER BY id'),
    ).toEqual([
      expect.objectContaining({
        name: 'count',
        value: '0',
        operator: 'let',
        scope_id: THREAD + 2,
        call_id: THREAD + 2,
      }),
      expect.objectContaining({ name: 'total', value: '10', line: scenario.lines['total='], scope_id: null }),
      expect.objectContaining({ name: 'total', kind: 'property', value: '10', owner_id: THREAD + 1 }),
      expect.objectContaining({ name: 'total', kind: 'variable', value: '15', operator: '+=' }),
      expect.objectContaining({ name: 'count', value: '1', operator: '+=', call_id: THREAD + 4 }),
      expect.objectContaining({ name: 'receipt', value: '"R1"' }),
    ]);
  });

  test('shows logs, requests, marks, objects and raw events', () => {
    expect(sql('SELECT stream, text, call_id FROM logs')).toEqual([
      { stream: 'stdout', text: 'opening', call_id: THREAD + 2 },
    ]);
    expect(sql('SELECT direction, method, url, status, start_ns, end_ns FROM requests')).toEqual([
      { direction: 'in', method: 'GET', url: '/cart', status: 200, start_ns: 11e6, end_ns: expect.any(Number) },
    ]);
    expect(sql('SELECT name, data FROM marks')).toEqual([{ name: 'milestone', data: '{"done":true}' }]);
    expect(sql('SELECT class FROM objects ORDER BY id').map((row) => row['class'])).toEqual([
      'Cart',
      'SyntaxError',
      'PaymentError',
      'Object',
    ]);
    expect(sql('SELECT count(*) AS n FROM events')).toEqual([{ n: scenario.writer.event }]);
    expect(sql('SELECT key FROM meta ORDER BY key LIMIT 1')).toEqual([{ key: 'boot_id' }]);
    expect(sql('SELECT exit_code FROM processes')).toEqual([{ exit_code: 0 }]);
  });

  test.each([
    ['DELETE FROM calls', 'only one reading statement'],
    ["ATTACH '/tmp/x.db' AS x", 'only one reading statement'],
    ["VACUUM INTO '/tmp/x.db'", 'only one reading statement'],
    ['SELECT 1; SELECT 2', 'only one reading statement'],
    ['-- nothing', 'only one reading statement'],
    ['WITH x AS (SELECT 1) DELETE FROM call_rows', 'this statement writes'],
    ['SELECT absent FROM calls', 'no such column'],
  ])('refuses %s', (query, message) => {
    expect(() => sql(query)).toThrow(message);
  });

  test('takes comments, semicolons in strings and one at the end', () => {
    expect(sql("/* first */ SELECT ';' AS a; -- done")).toEqual([{ a: ';' }]);
  });

  test('limits rows and time', () => {
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
    expect(runSql(recording, sidecar, numbers, { rowsMax: 3 })).toEqual({
      rows: [{ i: 1 }, { i: 2 }, { i: 3 }],
      truncated: true,
    });
    expect(() => runSql(recording, sidecar, numbers, { timeLimitMs: 20 })).toThrow('longer than it may');
  });
});

describe('calls', () => {
  const names = (filter: Parameters<typeof findCalls>[2]): string[] =>
    findCalls(recording, sidecar.db, filter).calls.map((call) => `${call.name} ${call.function}`);

  test('are found by function, file, outcome, correlation and request', () => {
    expect(names({ function: 'counter' })).toEqual(['1:4 start.counter', '1:6 start.counter', '1:7 start.counter']);
    expect(names({ function: 'Cart.*' })).toEqual(['1:3 Cart.sum']);
    expect(names({ threw: true })).toEqual(['1:5 pay', '1:6 start.counter']);
    expect(names({ correlation: 'GET /cart' })).toEqual(['1:7 start.counter']);
    expect(names({ correlation: '1:1', file: 'app.js', limit: 2 })).toEqual(['1:1 (module)', '1:2 start']);
    const [request] = sql('SELECT id FROM requests');
    expect(names({ request: String(request!['id']) })).toEqual(['1:7 start.counter']);
    expect(names({ range: { fromNs: 9e6, toNs: 10.5e6 } })).toEqual(['1:5 pay']);
  });

  test('of a place that does not exist are an error', () => {
    expect(() => names({ function: 'nothing' })).toThrow('nothing recorded matches');
    expect(() => names({ file: 'other.js' })).toThrow('nothing recorded matches');
    expect(() => names({ correlation: 'POST /' })).toThrow('nothing recorded matches');
  });

  test('carry arguments, result and exception', () => {
    const { calls, more } = findCalls(recording, sidecar.db, { limit: 3 });
    expect(more).toBe(true);
    expect(calls[2]).toMatchObject({
      arguments: [
        { name: 'this', value: { $class: 'Cart', $id: 1 }, type: 'Cart' },
        { name: 'rate', value: 1.5 },
      ],
      result: { value: 15, type: 'number' },
      exception: null,
    });
    const [pay] = findCalls(recording, sidecar.db, { function: 'pay' }).calls;
    expect(pay!.exception).toMatchObject({ name: 'PaymentError', message: 'declined', caught: false });
  });
});

describe('tree', () => {
  const text = (nodes: readonly TreeNode[], indent = ''): string[] =>
    nodes.flatMap(({ call, children, omitted, scheduled }) => [
      `${indent}${scheduled ? '~' : ''}${call.function}${omitted > 0 ? ` +${omitted}` : ''}`,
      ...text(children, `${indent}  `),
    ]);

  test('shows who called whom', () => {
    const { roots, omitted } = callTree(recording, sidecar.db);
    expect(omitted).toBe(0);
    expect(text(roots)).toEqual([
      '(module)',
      '  start',
      '    Cart.sum',
      '    start.counter',
      '    pay',
      '    start.counter',
      'start.counter',
    ]);
  });

  test('can be cut by depth, limit and root', () => {
    expect(text(callTree(recording, sidecar.db, { depth: 1 }).roots)).toEqual([
      '(module)',
      '  start +4',
      'start.counter',
    ]);
    expect(text(callTree(recording, sidecar.db, { limit: 4 }).roots)).toEqual([
      '(module)',
      '  start +3',
      '    Cart.sum',
      'start.counter',
    ]);
    expect(text(callTree(recording, sidecar.db, { root: { thread: 1, call: 3 } }).roots)).toEqual(['Cart.sum']);
  });
});
