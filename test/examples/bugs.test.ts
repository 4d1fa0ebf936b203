import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import { openProject } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch-folder.ts';

/*
 * examples/bugs: every ANSWER.md asks for the origin of a value in a call, and names the line that is to blame. It was
 * written before the tool was run.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const BUGS = readdirSync(join(ROOT, 'examples/bugs'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

interface Origin {
  value: unknown;
  steps: { file: string; line: number; inputs: Origin[] }[];
  end: string;
}

const folder = scratchFolder();

function placesOf(origin: Origin): string[] {
  return origin.steps.flatMap(({ file, line, inputs }) => [
    `${file.split('/').pop()}:${line}`,
    ...inputs.flatMap((input) => placesOf(input)),
  ]);
}

test('there are ten', () => expect(BUGS).toHaveLength(10));

test.each(BUGS)('%s: the way of the wrong value passes the line that is to blame', async (name) => {
  const answer = readFileSync(join(ROOT, 'examples/bugs', name, 'ANSWER.md'), 'utf8');
  const [, variable, which, fn] = /does `(.+)` come from in the (first|last) call of `(.+)`/.exec(answer)!;
  const [, culprit] = /Culprit: `(.+)`/.exec(answer)!;
  const project = openProject(`examples/bugs/${name}`);
  const recording = join(folder, `${name}.db`);
  const right = await project.plain(['main.js', 'ok']);
  const wrong = await project.plain(['main.js']);
  expect({ right: right.exitCode, wrong: wrong.exitCode }).toEqual({ right: 0, wrong: 0 });
  expect(wrong.stdout).not.toBe(right.stdout);
  expect(await project.record(['main.js'], recording)).toEqual(wrong);
  const calls = (await project.ask('calls', recording, '-f', fn!)) as { call: string }[];
  const call = (which === 'first' ? calls[0] : calls.at(-1))!.call;
  const origin = (await project.ask('origin', recording, call, variable!)) as Origin;
  expect(placesOf(origin)).toContain(culprit);
  expect(origin.end).not.toBe('not recorded');
});
