import { chmodSync, cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeProject, type Outcome, type Project } from '../support/programs.ts';

/*
 * Known ways in which load-time instrumentation breaks programs: each program prints what it sees of itself, and that
 * must be the same with and without us, at every level. docs/TRANSPARENCY.md says which row is covered where.
 */

const FIXTURES = fileURLToPath(new URL('../fixtures/hazards', import.meta.url));
const PROGRAMS = readdirSync(FIXTURES).filter((name) => /\.m?js$/.test(name));
const FLAGS: Readonly<Record<string, string[]>> = {
  'surroundings.js': ['--expose-gc'],
  'modules.mjs': ['--no-warnings'],
};

let project: Project;
beforeAll(() => {
  project = makeProject({});
  cpSync(FIXTURES, project.dir, { recursive: true });
  chmodSync(join(project.dir, 'language.js'), 0o755);
});

/** What differs from run to run by itself. */
function comparable({ stdout, stderr, ...rest }: Outcome): Outcome {
  const quiet = (text: string): string =>
    text.replaceAll(/\(node:\d+\)/g, '(node:PID)').replaceAll(/duration_ms:? [\d.]+|\([\d.]+ms\)/g, 'DURATION');
  return { stdout: quiet(stdout), stderr: quiet(stderr), ...rest };
}

describe.each(PROGRAMS)('%s', (program) => {
  test.each(['locals', 'expressions'])('at %s', async (level) => {
    const args = [...(FLAGS[program] ?? []), program];
    const plain = comparable(await project.plain(args));
    expect(plain.stdout).not.toBe('');
    const recording = join(project.dir, `${program}-${level}.db`);
    expect(comparable(await project.record(args, recording, { TRACER_LEVEL: level }))).toEqual(plain);
    const info = (await project.ask('info', recording)) as { calls: number; events: { dropped: number } };
    expect(info.calls).toBeGreaterThan(0);
    expect(info.events.dropped).toBe(0);
  });
});
