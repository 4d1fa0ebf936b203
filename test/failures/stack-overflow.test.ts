import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';

/*
 * A stack overflow can strike wherever something is called, so in the middle of any probe. A program that catches it goes
 * on, and must find its own accounts as it finds them without us.
 */

const OVERFLOWS = 1_000;
const FILES = {
  'app.cjs': `
    const results = {};
    const count = (what) => { results[what] = (results[what] ?? 0) + 1; };
    const outcome = (what, run) => {
      try {
        run();
      } catch (error) {
        count(what + (error instanceof RangeError ? '' : error));
      }
    };

    function down(n) { return down(n + 1) + 1; }

    let level = 0;
    function caught(n) { level++; try { caught(n + 1); } catch { /* the deepest one */ } level--; }

    let open = 0;
    function closing(n) { open++; try { return closing(n + 1); } finally { open--; } }

    function heavy(n, all) {
      const item = { n, list: [n, 'item ' + n], all };
      all.set(n, item);
      return heavy(n + 1, all).n + item.n;
    }

    function* numbers(n) { yield* numbers(n + 1); }

    class Item {
      constructor(n) { this.n = n; this.items = []; this.items.push(n); }
      grow() { const next = new Item(this.n + 1); this.items.push(next.n); next.grow(); }
    }

    const kinds = [
      () => outcome('down', () => down(0)),
      () => { level = 0; caught(0); count('levels ' + level); },
      () => { open = 0; outcome('closing', () => closing(0)); count('open ' + open); },
      () => outcome('heavy', () => heavy(0, new Map())),
      () => outcome('numbers', () => [...numbers(0)]),
      () => { const root = new Item(0); outcome('items', () => root.grow()); count('items ' + root.items); },
    ];
    for (let i = 0; i < ${OVERFLOWS}; i++) kinds[i % kinds.length]();
    console.log(results);
  `,
  'uncaught.js': `
    function down(n) {
      return down(n + 1) + 1;
    }
    down(0);
  `,
};
/** Kibibytes: less to record than with V8's own 984. */
const FLAGS = ['--stack-size=250', 'app.cjs'];

let project: Project;
beforeAll(() => {
  project = makeProject(FILES);
});

test.each(['boundaries', 'locals'])(
  'a program whose stack overflows again and again does what it does (%s)',
  async (level) => {
    const recording = join(project.dir, `${level}.db`);
    const plain = await project.plain(FLAGS);
    expect(plain).toMatchObject({ stderr: '', exitCode: 0 });
    expect(await project.record(FLAGS, recording, { TRACER_LEVEL: level })).toEqual(plain);
    const { ok, threads } = (await project.ask('verify', recording)) as { ok: boolean; threads: { dropped: number }[] };
    expect({ ok, dropped: threads.map(({ dropped }) => dropped) }).toEqual({ ok: true, dropped: [0] });
  },
);

test('one that nobody catches is reported with the line of the program', async () => {
  const { stderr, exitCode } = await project.record(['uncaught.js'], join(project.dir, 'uncaught.db'));
  expect(exitCode).toBe(1);
  const [place, text, , , message, ...frames] = stderr.split('\n');
  expect([place, text, message]).toEqual([
    `${join(project.dir, 'uncaught.js')}:2`,
    '    function down(n) {',
    'RangeError: Maximum call stack size exceeded',
  ]);
  expect(frames[0]).toContain('at down ');
  expect(stderr).not.toContain('preload.cjs');
});
