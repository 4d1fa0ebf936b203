import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, PRELOAD, run, type Outcome, type Project } from '../support/programs.ts';

/* Where the recording cannot be written the program runs exactly as without, and one message says why. */

const Database = createRequire(new URL('../../packages/store/package.json', import.meta.url))('better-sqlite3') as new (
  file: string,
) => { exec(sql: string): void; close(): void };

/** The folder `nobody`'s processes may read and not write; an ordinary user stays what he is. */
const UNPRIVILEGED = process.getuid?.() === 0 ? 65_534 : undefined;

const FILES = {
  'app.js': `function work(n) { const text = 'line ' + n + 'x'.repeat(200); return text.length; }
let sum = 0;
const pause = new Int32Array(new SharedArrayBuffer(4));
for (let i = 0; i < 30_000; i++) {
  sum += work(i);
  if (i % 200 === 0) Atomics.wait(pause, 0, 0, 10);
}
console.log('sum', sum);
console.error('to stderr');
process.exitCode = 7;
`,
  'small.js': `function work(n) { return n + 1; }\nconsole.log(work(1));\nconsole.error('to stderr');\nprocess.exitCode = 7;\n`,
};

let project: Project;
beforeAll(() => {
  // `nobody` must get there; a temporary folder of root's own may be closed to others.
  project = makeProject(FILES, UNPRIVILEGED === undefined ? undefined : '/tmp');
});

/** What the tracer said, apart from what the program says; its output and exit code are checked on the way. */
async function saidBy(script: string, recorded: Outcome): Promise<string> {
  const plain = await project.plain([script]);
  const said = recorded.stderr.split('\n').filter((line) => line !== 'to stderr' && line !== '');
  expect({ ...recorded, stderr: 'to stderr\n' }).toEqual(plain);
  expect(recorded.stderr).toContain('to stderr\n');
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^tracer: /);
  return said[0]!;
}

describe('something else lies at TRACER_OUT', () => {
  const garbage = Buffer.alloc(20_000, 'not a database ');
  const header = Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8000, 0x5a)]);

  test.each([
    ['a file that is no database', garbage, /is not a recording/],
    ['an empty text', Buffer.from('hello'), /is not a recording/],
    ['a damaged database', header, /is damaged|is not a recording/],
  ])('%s stays untouched', async (name, bytes, message) => {
    const out = join(project.dir, `${name.replaceAll(' ', '-')}.db`);
    writeFileSync(out, bytes);
    const recorded = await project.record(['small.js'], out, { TRACER_QUIET: '' });
    expect(await saidBy('small.js', recorded)).toMatch(message);
    expect(readFileSync(out).equals(bytes)).toBe(true);
  });

  test("somebody else's SQLite database stays untouched", async () => {
    const out = join(project.dir, 'foreign.db');
    const database = new Database(out);
    database.exec("CREATE TABLE customers(id, name); INSERT INTO customers VALUES (1, 'Ada')");
    database.close();
    const before = readFileSync(out);
    const recorded = await project.record(['small.js'], out, { TRACER_QUIET: '' });
    expect(await saidBy('small.js', recorded)).toMatch(/is not a recording/);
    expect(readFileSync(out).equals(before)).toBe(true);
    expect(readdirSync(project.dir).filter((file) => file.startsWith('foreign.db-'))).toEqual([]);
  });

  test('a folder is said to be one', async () => {
    const out = join(project.dir, 'folder.db');
    mkdirSync(out);
    const recorded = await project.record(['small.js'], out, { TRACER_QUIET: '' });
    expect(await saidBy('small.js', recorded)).toMatch(/is a folder/);
    expect(readdirSync(out)).toEqual([]);
  });

  test('a file stands where its folder should be', async () => {
    const recorded = await project.record(['small.js'], join(project.dir, 'small.js/rec.db'), { TRACER_QUIET: '' });
    expect(await saidBy('small.js', recorded)).toMatch(/cannot be written/);
  });
});

describe('what may only be read', () => {
  test.each([
    ['the folder of the recording', (dir: string) => ({ TRACER_OUT: join(dir, 'locked/rec.db') })],
    ['the project', () => ({ TRACER_OUT: '' })],
  ])('%s', async (_, env) => {
    mkdirSync(join(project.dir, 'locked'), { recursive: true });
    const folders = [project.dir, join(project.dir, 'locked')];
    for (const folder of folders) chmodSync(folder, 0o555);
    try {
      const recorded = await run(process.execPath, ['--import', PRELOAD, 'small.js'], {
        cwd: project.dir,
        env: { ...env(project.dir), HOME: '/nonexistent' },
        ...(UNPRIVILEGED === undefined ? {} : { uid: UNPRIVILEGED }),
      });
      expect(await saidBy('small.js', recorded)).toMatch(/cannot be written/);
    } finally {
      for (const folder of folders) chmodSync(folder, 0o755);
    }
  });
});

describe('a disk without room', () => {
  /** A file system of so many MiB; undefined where nothing may be mounted. */
  function mountSmallDisk(mebibytes: number): string | undefined {
    const folder = join(project.dir, `disk-${mebibytes}`);
    mkdirSync(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
      return folder;
    } catch {
      return undefined;
    }
  }

  /** A file-size limit does what a full disk does, for everybody: writes fail from some length on. */
  async function recordLimited(kibibytes: number, out: string): Promise<Outcome> {
    const script = `ulimit -f ${kibibytes * 2}; exec "$0" --import "$1" app.js`;
    return run('sh', ['-c', script, process.execPath, PRELOAD], {
      cwd: project.dir,
      env: { TRACER_OUT: out },
    });
  }

  test.each([4, 3000])('files may have %i KiB', async (kibibytes) => {
    const out = join(project.dir, `limited-${kibibytes}.db`);
    const said = await saidBy('app.js', await recordLimited(kibibytes, out));
    expect(said).toMatch(/disk is full|disk reported an error|cannot be written/);
    expect(said).not.toMatch(/bug of the tracer/);
    if (kibibytes < 100) return;
    const info = (await project.ask('info', out)) as { events: Record<'produced' | 'stored' | 'dropped', number> };
    expect(info.events.stored).toBeGreaterThan(0);
    expect(info.events.dropped).toBeGreaterThan(0);
    expect(info.events.stored + info.events.dropped).toBe(info.events.produced);
    await project.print('verify', out);
  });

  test.each([2, 66])('the disk has %i MiB', async (mebibytes) => {
    const folder = mountSmallDisk(mebibytes);
    // Where nothing can be mounted a file-size limit stands for it, with another length than above.
    const recorded =
      folder === undefined
        ? await recordLimited(mebibytes * 10, join(project.dir, `disk-${mebibytes}.db`))
        : await project.record(['app.js'], join(folder, 'rec.db'), { TRACER_QUIET: '' });
    if (folder !== undefined) execFileSync('umount', ['-l', folder]);
    const wanted =
      folder === undefined ? /disk reported an error|cannot be written/ : /too little free disk space|disk is full/;
    expect(await saidBy('app.js', recorded)).toMatch(wanted);
  });
});
