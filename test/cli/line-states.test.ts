import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  callSteps,
  findFlowNow,
  lineHits,
  readRecording,
  SiteCounts,
  skippedLines,
} from '../../packages/store/src/index.ts';
import { openRecording } from '../../packages/tracer/src/read.ts';
import { tracer } from './tracer-command.ts';

/*
 * What is said about lines, by the comment at their ends: `ran N`, `ran N of M` (an event of its own, left N times of M),
 * `ran N or more`, `block N` (no event of its own, its block ran N times),
 * `derived N` (no event of its own, what the function counted elsewhere leaves N times), `never`, `unknown`.
 */
const PROGRAM = `
const seen = []; // ran 1
function callee(value) { // ran 18
  return value; // block 18
}
function neverCalled(value) { // never
  const copy = value; // never
  callee(copy); // never
  // what is not code is dimmed as well // never
  return [ // never
    copy, // never
  ]; // never
} // never
function branches(flag) { // ran 3
  if (flag > 5) { // block 3
    callee(1); // never
    const big = 1; // never
    callee(big); // never
  } else if (flag > 1) { // derived 3
    const small = flag; // ran 2
    callee(small); // block 2
  }
  if (flag === 9) flag = 0; // block 3
  if (flag === 3) flag = 0; // ran 1 of 3
  return callee(flag); // block 3
}
function loops(list) { // ran 1
  for (const item of list) { // ran 2
    callee(item); // block 2
    if (item > 1) // block 2
      callee(item); // unknown
  }
  for (const none of []) { // block 1
    callee(none); // never
  }
  callee(list); // block 1
}
function callbacks(list) { // ran 1
  callee(1, () => callee(2)); // block 1
  list.push(() => { // ran 1
    const inner = 1; // never
    callee(inner); // never
  });
  list.length = 0; // ran 1
}
function chosen(kind) { // ran 2
  switch (kind) { // block 2
    case 'a': // block 2
      kind = 'A'; // ran 2
      break; // unknown
    case 'b': // never
      kind = 'B'; // never
      callee(kind); // never
  }
}
function failing() { // ran 1
  try { // block 1
    JSON.parse('{'); // unknown
    seen.length = 2; // unknown
    callee(2); // never
  } catch (error) { // ran 1
    callee(error); // block 1
  }
}
function brokenOff(flag) { // ran 1
  if (flag) { // block 1
    callee(1); // unknown
    const later = 1; // never
  }
  JSON.parse('{'); // block 1
}
function early(list) { // ran 4
  if (list.length === 0) { // block 4
    const why = 'empty'; // ran 1
    return why; // block 1
  }
  if (list.length > 2) throw new Error('long'); // ran 1 of 3
  callee(list); // derived 2
  return list.length; // derived 2
}
function either(flag) { // ran 2
  if (flag) return callee(1); // block 2
  return callee(2); // unknown
}
async function sleeps(flag) { // ran 1
  if (flag) { // block 1
    const never = new Promise(() => {}); // ran 1
    await never; // ran 1
  } else callee(1); // unknown
  return callee(2);
}
function* numbers() { // ran 1
  const first = 1; // ran 1
  for (const n of [first, 2]) { // ran 1
    yield n; // ran 1
  }
  return callee(3); // unknown
}
function sometimes(set, flag) { // ran 3
  set.add(1); // ran 1 of 3
  let total = flag; // ran 3
  if (flag) total = 5; else if (total === 0) total = 1; // ran 2 of 3
  if (flag) JSON.parse('{'); // block 3
  for (const n of [1]) { // ran 2
    if (n === total) total = 3; // ran 2
  }
}
function partly(flag) { // ran 3
  if (flag === 2) return callee(2); // block 3
  if (flag === 1) flag = 4; // ran 1 or more
  if (flag === 0) JSON.parse('{'); // unknown
}
function defaults(flag, box) { // ran 2
  flag ??= 5; // ran 1 of 2
  flag && (flag = 6); // ran 1 of 2
  box.filled ||= 1; // block 2
  box.none && (flag = 7); // block 2
  const held = box?.none?.deeper; // ran 2
  box?.none?.push(held); // block 2
}
class Shape { // ran 1
  size = 1; // ran 2
  area() { // ran 2
    return callee(this.size); // block 2
  }
  unused() { // never
    return 1; // never
  }
}
[1, 3, 2].forEach((flag) => branches(flag)); // block 1
loops([1, 2]); // block 1
callbacks([]); // block 1
chosen('a'); // block 1
chosen('a'); // block 1
failing(); // block 1
try { brokenOff(false) } catch {} // ran 1
early([]); // block 1
early([1]); // block 1
early([1, 2]); // block 1
try { early([1, 2, 3]) } catch {} // ran 1
either(true); // block 1
either(false); // block 1
sleeps(true); // block 1
for (const n of numbers()) break; // ran 1
const set = new Set(); // ran 1
sometimes(set, 0); // block 1
sometimes(set, 0); // block 1
try { sometimes(set, 1) } catch {} // ran 1
for (const flag of [2, 1, 0]) try { partly(flag) } catch {} // ran 3
defaults(0, { filled: 2 }); // block 1
defaults(undefined, { filled: 3 }); // block 1
new Shape().area(); // block 1
const shape = new Shape(); // ran 1
shape.area(); // block 1
`;

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracer-line-states-'));
  file = join(folder, 'app.mjs');
  writeFileSync(file, PROGRAM);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A line without its comment. */
function textAt(line: number): string {
  const text = PROGRAM.split('\n')[line - 1] ?? '';
  return text.replace(/ *\/\/.*/, '').trim();
}

async function states(level: string): Promise<string[]> {
  const out = join(folder, `${level}.db`);
  const { code } = await tracer(['run', '--quiet', '--level', level, '-o', out, file], { cwd: folder });
  expect(code).toBe(0);
  const recording = readRecording(out);
  try {
    const { lines, atLeast, within, coverage } = lineHits(recording, new SiteCounts(recording), 'app.mjs', findFlowNow);
    expect(coverage).toBe(1);
    // Handlers on one line, and how often they were called.
    expect([...within].map(([line, count]) => [textAt(line), count])).toEqual([
      ['const never = new Promise(() => {});', 1],
      ['[1, 3, 2].forEach((flag) => branches(flag));', 3],
    ]);
    return PROGRAM.split('\n').map((_, i) => {
      const state = lines.get(i + 1);
      if (!state || state.kind === 'never') return state?.kind ?? 'unknown';
      const isPart = state.kind === 'ran' && state.isPart;
      expect(atLeast.has(i + 1)).toBe(isPart ?? false);
      const all = state.kind === 'ran' && state.all ? ` of ${state.all.count}` : '';
      return `${state.kind} ${state.count}${all}${isPart ? ' or more' : ''}`;
    });
  } finally {
    recording.close();
  }
}

test('lines say what is known of them, and no more', async () => {
  const found = await states('locals');
  const told = PROGRAM.split('\n').flatMap((text, i) => {
    const wanted = /\/\/ ((?:ran|block|derived) \d+(?: of \d+| or more)?|never|unknown)$/.exec(text)?.[1];
    return wanted === undefined ? [] : [{ text, wanted, found: found[i] }];
  });
  expect(told.map(({ text, found: state }) => `${text.replace(/ \/\/ [^/]*$/, '')} // ${state}`)).toEqual(
    told.map(({ text }) => text),
  );
});

test('where every expression is recorded nothing is dimmed that ran', async () => {
  const found = await states('expressions');
  const falselyDimmed = PROGRAM.split('\n').filter(
    (text, i) => /(ran|block|derived) \d/.test(text) && found[i] === 'never',
  );
  expect(falselyDimmed).toEqual([]);
});

test('where calls alone are recorded nothing is dimmed that ran', async () => {
  const found = await states('boundaries');
  const falselyDimmed = PROGRAM.split('\n').filter(
    (text, i) => /(ran|block|derived) \d/.test(text) && found[i] === 'never',
  );
  expect(falselyDimmed).toEqual([]);
  expect(found.filter((state) => state === 'never').length).toBeGreaterThan(8);
});

test('a call says which lines it did not run', () => {
  const out = join(folder, 'locals.db');
  const [reader, recording] = [openRecording(out), readRecording(out)];
  try {
    const skipped = (wanted: string): string[][] =>
      reader.calls({ function: wanted }).calls.map(({ name }) => {
        const { thread, call } = reader.call(name);
        const lines = skippedLines(callSteps(recording, thread, call), findFlowNow);
        return lines.map(textAt);
      });
    const ofEmpty = ["const why = 'empty';", 'return why;'];
    const behind = ["if (list.length > 2) throw new Error('long');", 'callee(list);', 'return list.length;'];
    expect(skipped('early')).toEqual([behind, ofEmpty, ofEmpty, [...ofEmpty, ...behind.slice(1)]]);
    // Which of the two `return` it was leaves no event, and one that sleeps may go on.
    expect(skipped('either')).toEqual([[], []]);
    expect(skipped('sleeps')).toEqual([[]]);
    // Scopes are opened in its loops, and an exception of others ends the next.
    expect(skipped('loops')).toEqual([['callee(none);']]);
    expect(skipped('brokenOff')).toEqual([[]]);
  } finally {
    reader.close();
    recording.close();
  }
});
