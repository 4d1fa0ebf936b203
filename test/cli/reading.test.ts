import { beforeAll, describe, expect, test } from 'vitest';
import { Project } from './tracer-command.ts';

/** Every reading command on a recording of which every event is known: the texts stand in fixtures/. */
let project: Project;

beforeAll(() => {
  project = new Project();
  project.record('2026-03-01T10-00-00-000-4242.db');
});

const CASES: readonly [golden: string, args: string[]][] = [
  ['info', ['info']],
  ['verify', ['verify']],
  ['tree', ['tree']],
  ['tree-narrow', ['tree', '--width', '72']],
  ['tree-depth', ['tree', '--depth', '1']],
  ['tree-limit', ['tree', '--limit', '4']],
  ['tree-root', ['tree', '--root', '1:4']],
  ['tree-sync', ['tree', '--sync']],
  ['calls', ['calls']],
  ['calls-threw', ['calls', '--threw']],
  ['calls-function', ['calls', '-f', 'total', '--width', '90']],
  ['calls-file', ['calls', '--file', 'main.js']],
  ['calls-range', ['calls', '--range', '0.29ms..', '-f', 'priceOf']],
  ['events', ['events', '-n', '12']],
  ['events-call', ['events', '--call', '1:4', '--width', '100']],
  ['events-function', ['events', '-f', 'pay', '--file', 'src/*.js']],
  ['values', ['values', 'Cart.total', 'sum']],
  ['values-line', ['values', 'cart.js:8']],
  ['values-last', ['values', 'src/cart.js:17', 'sum', '--last', '1']],
  ['values-property', ['values', 'Cart', 'lines']],
  ['values-call', ['values', 'priceOf', '--call', '1:5']],
  ['values-path', ['values', '1:4', 'this.lines[0]']],
  ['sql', ['sql', 'SELECT function, outcome, result FROM calls ORDER BY id']],
  ['sql-narrow', ['sql', 'SELECT * FROM arguments ORDER BY call_id, position', '--width', '70']],
  ['state-deep', ['state', '--at', '1@18']],
  ['state-after-await', ['state', '--at', '1@25']],
  ['state-at-time', ['state', '--at', '0.3ms']],
  ['state-narrow', ['state', '--at', '1@18', '--width', '50']],
  ['hot-calls', ['hot', '--by', 'calls']],
  ['hot-range', ['hot', '--range', '0.1ms..0.3ms', '--by', 'total', '-n', '3']],
  ['hot-function', ['hot', '-f', 'priceOf']],
  ['types', ['types']],
  ['types-function', ['types', '-f', 'priceOf', '--width', '60']],
  ['search-value', ['search', 'sum > 50']],
  ['search-first', ['search', 'sum is number', '--first', '-f', 'pay']],
  ['search-argument', ['search', 'args[1] = 50']],
  ['search-error', ['search', 'error matches /too much/']],
  ['search-path', ['search', 'line.price = 20']],
  ['search-text', ['search', 'too much']],
  ['search-names', ['search', 'price', '--in', 'functions,files']],
  ['export-mermaid', ['export', '--format', 'mermaid']],
  ['export-chrome', ['export', '--format', 'chrome', '--range', '0..0.2ms']],
  ['step-over', ['step', 'over', '--at', '1@18']],
  ['step-back', ['step', 'into', '--back', '--at', '1@18', '-q']],
  ['step-write', ['step', 'write', '--name', 'sum', '--back', '--at', 'end', '-q']],
  ['step-throw', ['step', 'throw', '--at', 'start', '--all-threads']],
  ['logpoint', ['logpoint', 'src/cart.js:17', 'sum']],
  ['logpoint-if', ['logpoint', 'src/cart.js:17', 'sum * 2', '--if', 'sum > 50', '-n', '1']],
  ['origin', ['origin', '1:4', 'sum']],
  ['origin-element', ['origin', '1:4', 'this.lines[0]']],
  ['dump', ['dump']],
  ['dump-words', ['dump', '--thread', '1', '--chunk', '1', '--words', '--limit', '4']],
];

describe('texts', () => {
  test.each(CASES)('%s', async (golden, args) => {
    const { code, stdout, stderr } = await project.tracer(...args);
    expect(code).toBe(0);
    const messages = stderr.replaceAll(/^(?=.)/gm, 'stderr: ');
    await expect(project.stable(stdout + messages)).toMatchFileSnapshot(`fixtures/${golden}.txt`);
  });

  test('nothing is coloured in a pipe unless it is asked for', async () => {
    // One of each command: colour is a matter of the command, not of its flags.
    const ofEach = CASES.filter(([, args], i) => CASES.findIndex(([, [name]]) => name === args[0]) === i);
    for (const [, args] of ofEach) expect((await project.tracer(...args)).stdout).not.toContain('\x1b');
    const env = { FORCE_COLOR: '1' };
    expect((await project.tracerWith({ env }, 'info')).stdout).toContain('\x1b[1mRecording');
    expect((await project.tracerWith({ env: { ...env, NO_COLOR: '1' } }, 'info')).stdout).not.toContain('\x1b');
  });
});

describe('what is not there', () => {
  test.each([
    [['state', '--at', '1@99999999'], 'event 99999999 of thread 1 (stored: 0 to 54)'],
    [['tree', '--thread', '77'], 'there is no such thread in the recording: 77 (there are: 1)'],
    [['hot', '--thread', '77'], 'there is no such thread in the recording: 77'],
  ])('%j fails and says what there is', async (args, message) => {
    const { code, stdout, stderr } = await project.tracer(...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
  });
});

test('in a pipe lines are shortened, unless --width 0 asks for all; rows of SQL are whole', async () => {
  const wide = "SELECT replace(hex(zeroblob(400)), '0', 'x') AS wide";
  expect((await project.tracer('sql', wide)).stdout).toContain('x'.repeat(800));
  const lengths = async (...args: string[]): Promise<number> =>
    Math.max(...(await project.tracer(...args)).stdout.split('\n').map((line) => line.length));
  expect(await lengths('tree', '--width', '0')).toBeGreaterThan(72);
  expect(await lengths('tree', '--width', '72')).toBeLessThanOrEqual(72);
});

describe('--json', () => {
  const JSON_CASES: readonly [golden: string, args: string[]][] = [
    ['info', ['info']],
    ['verify', ['verify']],
    ['tree', ['tree', '--depth', '1']],
    ['calls', ['calls', '--threw']],
    ['events', ['events', '-n', '4']],
    ['values', ['values', 'Cart.total', 'sum', '-n', '2']],
    ['values-property', ['values', 'Cart', 'this.lines']],
    ['sql', ['sql', 'SELECT id, function, depth FROM calls LIMIT 3']],
    ['state', ['state', '--at', '1@18']],
    ['hot', ['hot', '-f', 'priceOf']],
    ['types', ['types', '-f', 'pay']],
    ['search', ['search', 'sum > 50']],
  ];

  test.each(JSON_CASES)('%s', async (golden, args) => {
    const { code, stdout } = await project.tracer(...args, '--json');
    expect(code).toBe(0);
    expect(() => JSON.parse(stdout) as unknown).not.toThrow();
    await expect(project.stable(stdout).replaceAll(/"bytes": \d+/g, '"bytes": 0')).toMatchFileSnapshot(
      `fixtures/${golden}.json`,
    );
  });

  test('dump: one object per line', async () => {
    const { stdout } = await project.tracer('dump', '--json', '--words');
    const entries = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; event?: number; words?: string[] });
    expect(entries.filter(({ type }) => type === 'chunk')).toHaveLength(2);
    const events = entries.filter(({ type }) => type === 'event');
    expect(events.map(({ event }) => event)).toEqual(Array.from({ length: 55 }, (_, i) => i));
    expect(events.every(({ words }) => words!.length > 0)).toBe(true);
  });
});
