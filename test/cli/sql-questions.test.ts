import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSidecar, readRecording, runSql, type Recording, type Sidecar } from '../../packages/store/src/index.ts';
import { openProject } from '../support/programs.ts';
import { Project } from './tracer-command.ts';

const DOCUMENT = readFileSync(new URL('../../docs/SQL.md', import.meta.url), 'utf8');

/** The worked questions of docs/SQL.md. */
const QUESTIONS = [...DOCUMENT.matchAll(/^## (\d+)\. (.+)\n\n```sql\n([\s\S]+?)\n```/gm)].map(
  ([, number, question, query]) => [Number(number), question!, query!] as const,
);

let project: Project;
const opened = new Map<string, { recording: Recording; sidecar: Sidecar }>();

beforeAll(async () => {
  project = new Project();
  const files = { scripted: project.record('scripted.db'), demo: `${project.folder}/.tracer/demo.db` };
  const { exitCode } = await openProject('examples/demo').record(['main.ts'], files.demo);
  if (exitCode === null) throw new Error('the demo was ended by a signal');
  for (const [name, file] of Object.entries(files)) {
    const recording = readRecording(file);
    opened.set(name, { recording, sidecar: openSidecar(recording) });
  }
});
afterAll(() => {
  for (const { recording, sidecar } of opened.values()) {
    sidecar.close();
    recording.close();
  }
});

function rows(name: string, query: string): Record<string, unknown>[] {
  const { recording, sidecar } = opened.get(name)!;
  return runSql(recording, sidecar, query).rows;
}

test('there are twenty of them, numbered', () => {
  expect(QUESTIONS.map(([number]) => number)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('answers for the scripted recording', async () => {
  let text = '';
  for (const [number, question, query] of QUESTIONS) {
    const found = rows('scripted', query);
    text += `${number}. ${question}\n${found.map((row) => `   ${JSON.stringify(row)}\n`).join('')}\n`;
  }
  await expect(text).toMatchFileSnapshot('fixtures/sql-questions.txt');
});

test('answers for the demo', () => {
  const answers = new Map<number, Record<string, unknown>[]>();
  for (const [number, , query] of QUESTIONS) answers.set(number, rows('demo', query));
  expect(answers.get(20)).toHaveLength(opened.get('demo')!.recording.threads().length);
  for (const number of [1, 2, 4, 5, 6, 9, 15, 17, 19]) {
    expect([number, answers.get(number)!.length > 0]).toEqual([number, true]);
  }
  expect(answers.get(9)![0]).toMatchObject({ file: expect.stringMatching(/pricing/) as string });
});
