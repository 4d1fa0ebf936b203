import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { Project } from './tracer-command.ts';

/** Which recording a command means, what it says when there is none, and what becomes of old ones. */
const OLD = '2026-03-01T10-00-00-000-1.db';
const MIDDLE = '2026-03-01T11-00-00-000-2.db';
const NEW = '2026-03-02T10-00-00-000-3.db';

let project: Project;

beforeEach(() => {
  project = new Project();
});

function recordThree(): void {
  project.record(NEW, { startedAt: '2026-03-02T10:00:00.000Z' });
  project.record(OLD, { startedAt: '2026-03-01T10:00:00.000Z', cutOff: true });
  project.record(MIDDLE, { startedAt: '2026-03-01T11:00:00.000Z' });
}

async function fileOf(...args: string[]): Promise<string> {
  const { stdout, stderr } = await project.tracer('info', '--json', ...args);
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as { file: string }).file;
}

describe('REC', () => {
  beforeEach(recordThree);

  test('left out: the newest by its name, whatever was written last', async () => {
    expect(await fileOf()).toBe(join(project.folder, '.tracer', NEW));
  });

  test('is also found from a folder below the root', async () => {
    project.write('src/deep/x.js', '');
    const { stdout } = await project.tracerWith({ cwd: join(project.folder, 'src/deep') }, 'info', '--json');
    expect((JSON.parse(stdout) as { file: string }).file).toBe(join(project.folder, '.tracer', NEW));
  });

  test.each([
    ['beginning of a name', '2026-03-02', NEW],
    ['name without its ending', '2026-03-01T10-00-00-000-1', OLD],
    ['path', `.tracer/${MIDDLE}`, MIDDLE],
    ['folder', '.tracer', NEW],
    ['project', '.', NEW],
  ])('%s', async (_name, rec, found) => {
    expect(await fileOf(rec)).toBe(join(project.folder, '.tracer', found));
    expect(await fileOf('--rec', rec)).toBe(join(project.folder, '.tracer', found));
  });

  test('the beginning of several names is refused with their names', async () => {
    const { code, stderr } = await project.tracer('info', '2026-03-01');
    expect(code).toBe(1);
    expect(stderr).toBe(`tracer info: 2026-03-01 is the beginning of 2 recordings:\n  ${MIDDLE}\n  ${OLD}\n`);
  });

  test('no such name lists the newest', async () => {
    const { code, stderr } = await project.tracer('verify', 'nothing');
    expect(code).toBe(1);
    expect(stderr).toContain('no recording nothing: no such file, and no name in .tracer begins so');
    expect(stderr).toContain(`The newest in .tracer:\n  ${NEW}\n`);
    expect(stderr).toContain('If it is the name of a function: -f nothing');
    expect((await project.tracer('verify', '2031-01')).stderr).not.toContain('-f');
  });

  test('given twice is wrong use', async () => {
    expect(await project.tracer('info', 'a', '--rec', 'b')).toMatchObject({ code: 2 });
  });
});

describe('what cannot be read', () => {
  const READERS = [
    ['info'],
    ['verify'],
    ['dump'],
    ['state', '--at', 'end'],
    ['tree'],
    ['calls'],
    ['events'],
    ['index'],
  ];

  test.each(READERS)('%s in a project without recordings says how to make one', async (...args) => {
    const { code, stdout, stderr } = await project.tracer(...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `tracer ${args[0]}: no recording in .tracer\nMake one with: node --import tracer app.js   (or: tracer run -- npm test)\n`,
    );
  });

  test.each(READERS)('%s of a text file', async (...args) => {
    const text = project.write('notes.db', 'not a database, but long enough to be mistaken for one. '.repeat(20));
    const { code, stdout, stderr } = await project.tracer(...args, '--rec', 'notes.db');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('not a recording');
    expect(stderr).toContain('tracer ls');
    expect(existsSync(`${text}.index.db`)).toBe(false);
  });

  test.each(READERS)('%s of a damaged recording', async (...args) => {
    const file = project.record('damaged.db');
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 4096, bytes.length / 2);
    writeFileSync(file, bytes);
    const { code, stdout, stderr } = await project.tracer(...args, '--rec', 'damaged.db');
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/damaged|malformed/);
  });

  test.each(READERS)('%s of a recording that a newer version made', async (...args) => {
    const file = project.record('newer.db');
    const bytes = readFileSync(file);
    bytes.writeUInt32BE(99, 60); // PRAGMA user_version
    writeFileSync(file, bytes);
    const { code, stdout, stderr } = await project.tracer(...args, '--rec', 'newer.db');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('newer version');
    expect(stderr).toContain('Update the tracer');
  });
});

describe('ls', () => {
  test('lists newest first, with state and command', async () => {
    recordThree();
    const { code, stdout, stderr } = await project.tracer('ls');
    expect([code, stderr]).toEqual([0, '']);
    const rows = stdout.trimEnd().split('\n').slice(1);
    expect(rows.map((row) => row.split('  ')[0])).toEqual([NEW, MIDDLE, OLD]);
    expect(rows[0]).toMatch(/exit 0 +node \/home\/user\/shop\/src\/main\.js --fast$/);
    expect(rows[2]).toMatch(/cut off +node /);
  });

  test('names a damaged one with its error instead of failing', async () => {
    project.record(OLD);
    project.write('.tracer/2026-04-01T00-00-00-000-9.db', 'scrap');
    const { code, stdout } = await project.tracer('ls');
    expect(code).toBe(0);
    expect(stdout).toMatch(/unreadable .*not a recording/);
    const listed = JSON.parse((await project.tracer('ls', '--json')).stdout) as { state: string }[];
    expect(listed.map(({ state }) => state)).toEqual(['unreadable', 'complete']);
  });

  test('of an empty project says how to make one, and --json is an empty array', async () => {
    const { code, stdout, stderr } = await project.tracer('ls');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('no recording in .tracer');
    expect(JSON.parse((await project.tracer('ls', '--json')).stdout)).toEqual([]);
  });

  test('of another folder', async () => {
    copyFileSync(project.record(OLD), project.write('kept/a.db', ''));
    expect((await project.tracer('ls', 'kept')).stdout).toContain('a.db');
  });
});

describe('prune', () => {
  beforeEach(recordThree);

  async function left(): Promise<string[]> {
    const { stdout } = await project.tracer('ls', '--json');
    return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  }

  test('without flags keeps what fits the default', async () => {
    const { code, stdout } = await project.tracer('prune');
    expect(code).toBe(0);
    expect(stdout).toContain('deleted 0 recordings');
    expect(await left()).toEqual([NEW, MIDDLE, OLD]);
  });

  test('--keep-last, first as a dry run', async () => {
    const dry = await project.tracer('prune', '--keep-last', '1', '--dry-run');
    expect(dry.stdout).toContain('would delete 2 recordings');
    expect(await left()).toHaveLength(3);
    expect((await project.tracer('prune', '--keep-last', '1')).stdout).toContain('deleted 2 recordings');
    expect(await left()).toEqual([NEW]);
  });

  test('--keep-total', async () => {
    const { stdout } = await project.tracer('prune', '--keep-total', '1.2MB', '--json');
    const { deleted } = JSON.parse(stdout) as { deleted: unknown[] };
    expect(deleted).toHaveLength(2);
    expect(await left()).toHaveLength(1);
  });

  test('--older-than looks at the last change', async () => {
    expect((await project.tracer('prune', '--older-than', '1h')).stdout).toContain('deleted 0 recordings');
    expect((await project.tracer('prune', '--older-than', '0s')).stdout).toContain('deleted 3 recordings');
  });

  test('by name, exactly that one with its index', async () => {
    await project.tracer('state', '--at', 'end', '--rec', OLD);
    const index = join(project.folder, '.tracer', `${OLD}.index.db`);
    expect(existsSync(index)).toBe(true);
    expect((await project.tracer('prune', '2026-03-01T10')).code).toBe(0);
    expect(await left()).toEqual([NEW, MIDDLE]);
    expect(existsSync(index)).toBe(false);
  });

  test('never touches what is no recording', async () => {
    const file = project.write('.tracer/notes.db', 'mine');
    const { code, stderr } = await project.tracer('prune', '.tracer/notes.db');
    expect([code, existsSync(file)]).toEqual([1, true]);
    expect(stderr).toContain('is not a recording; it was left alone');
    await project.tracer('prune', '--all');
    expect(existsSync(file)).toBe(true);
  });

  test('names and criteria together are wrong use', async () => {
    expect(await project.tracer('prune', NEW, '--all')).toMatchObject({ code: 2 });
    expect(await left()).toHaveLength(3);
  });
});
