import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRecording } from '../../packages/tracer/src/read.ts';
import { tracer } from './tracer-command.ts';

/*
 * Frames stand at the calls that they make, as stack traces say. The program keeps a trace each time it calls `note`; its
 * state at these moments must show the same lines.
 */
const PROGRAM = `
const traces = [];
function note() {
  const kept = Error.prepareStackTrace;
  Error.prepareStackTrace = (_, sites) => sites.map((site) => [site.getFileName(), site.getLineNumber()]);
  traces.push(new Error().stack.filter(([file]) => file === __filename).map(([, line]) => line));
  Error.prepareStackTrace = kept;
  return 1;
}
function other() {
  return 2;
}
function branches(flag) {
  if (flag) {
    note();
  } else {
    other();
    note();
  }
  return other();
}
function same(flag) {
  let result = 0;
  if (flag > 1) {
    result = note(1);
  } else {
    result = note(2);
  }
  return result;
}
function twice() {
  note();
  other();
  note();
}
function nested() {
  return other(
    note(),
    other(),
    note(),
  );
}
function loops(list) {
  for (const item of list) {
    other(item);
    note();
  }
  for (let i = 0; i < 2; i++) {
    note();
  }
  let left = 2;
  while (left-- > 0)
    note();
  do {
    note();
  } while (other() < 2);
}
function callbacks(list) {
  other();
  list.forEach(function each(item) {
    note(item);
  });
  return list
    .map((item) => item + 1)
    .filter(
      (item) => note(item),
    );
}
function chosen(kind) {
  switch (kind) {
    case 'a':
      note();
      break;
    case 'b':
      other();
    default:
      other();
      note();
  }
}
function caught() {
  try {
    JSON.parse('{');
    note();
  } catch {
    note();
  } finally {
    note();
  }
}
class Base {
  constructor() {
    note();
  }
  get size() {
    return note();
  }
  set size(value) {
    note(value);
  }
}
class Derived extends Base {
  constructor() {
    other();
    super();
    this.name = 'x';
  }
  total() {
    const sum = other();
    return sum +
      this.size;
  }
}
function objects() {
  other();
  const made = new Derived();
  made
    .total()
    .toFixed();
  made.size = 2;
  return \`\${made.size}\`;
}
function indirect(callee) {
  other();
  callee(1, 2);
  return other();
}
const tag = (strings, ...values) => note(strings, values);
function short(value) {
  value && other();
  value ??= note();
  value ||
    note();
  return other();
}
function* numbers() {
  note();
  yield 1;
  note();
}
function iterated() {
  other();
  for (const number of numbers()) {
    other(number);
  }
  const more = numbers();
  other();
  more.next();
}
async function awaited() {
  other();
  await null;
  other();
  note();
  await note();
}
branches(true);
branches(false);
same(1);
same(2);
twice();
nested();
loops([1, 2]);
callbacks([1, 2]);
chosen('a');
chosen('b');
caught();
objects();
indirect((a, b) => note(a, b));
tag\`a\${1}b\`;
short(0);
short(3);
iterated();
awaited().then(() => {
  console.log(JSON.stringify(traces));
});
`;

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracer-call-places-'));
  file = join(folder, 'app.cjs');
  writeFileSync(file, PROGRAM);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function compare(level: string): Promise<{ frames: number; wrong: string[] }> {
  const out = join(folder, `${level}.db`);
  const { code, stdout } = await tracer(['run', '--quiet', '--level', level, '-o', out, file], { cwd: folder });
  expect(code).toBe(0);
  const traces = JSON.parse(stdout) as number[][];
  const recording = openRecording(out);
  try {
    const { calls } = recording.calls({ function: 'note' });
    expect(calls).toHaveLength(traces.length);
    const wrong: string[] = [];
    let frames = 0;
    for (const [i, call] of calls.entries()) {
      const found = recording.stateAt(call.name).frames.slice(1);
      const trace = traces[i]!.slice(1);
      expect(found).toHaveLength(trace.length);
      for (const [place, frame] of found.entries()) {
        frames++;
        if (frame.line !== trace[place]) wrong.push(`${frame.function} ${frame.line} for ${trace[place]}`);
      }
    }
    return { frames, wrong };
  } finally {
    recording.close();
  }
}

test('frames stand where stack traces say', async () => {
  const { frames, wrong } = await compare('locals');
  expect(wrong).toEqual([]);
  expect(frames).toBeGreaterThan(60);
});

test('where every value is recorded', async () => {
  expect((await compare('expressions')).wrong).toEqual([]);
});

test('where calls alone are recorded, only the first of calls that are alike is found', async () => {
  const { wrong } = await compare('boundaries');
  const functions = wrong.map((text) => text.split(' ')[0]);
  expect(functions.filter((name) => !['same', 'loops', 'short', 'iterated'].includes(name!))).toEqual([]);
});
