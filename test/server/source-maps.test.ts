/* Code that was compiled before, with a source map: the viewer shows what people wrote. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProject, type Project } from '../support/programs.ts';
import { ViewerServer, type PageClient } from './viewer-server.ts';

const KEY = `AKIA${'IOSFODNN7EXAMPLE'}`;

const CART = `interface Item { n: number }

export function total(items: Item[]): number {
  let sum = 0;
  for (const item of items) sum += item.n;
  return sum; // ${KEY}
}`;

const GREETING = `type Name = string;
export function greet(name: Name): string {
  const text = 'hi ' + name;
  return text;
}
const name = 'x';
console.log(total([{ n: 1 }, { n: 2 }]), greet(name), lost(3));`;

const BUNDLE = `function total(items) {
  let sum = 0;
  for (const item of items) sum += item.n;
  return sum;
}
function greet(name) {
  const text = 'hi ' + name;
  return text;
}
function lost(n) {
  return n;
}
const name = 'x';
console.log(total([{ n: 1 }, { n: 2 }]), greet(name), lost(3));
`;

/* Each line leads to a line: \`total\` from the third of the first file on, \`greet\` from the second of the second one. */
const MAP = {
  version: 3,
  sources: ['../src/cart.ts', '../src/greeting.ts', '../src/lost.ts'],
  sourcesContent: [CART, null, null],
  names: [],
  mappings: 'AAEA;AACA;AACA,EAAE,WAAW,eAAe;AAC5B;AACA;ACLA;AACA;AACA;AACA;ACJA;AACA;AACA;ADGA;AACA',
};

let project: Project;
let server: ViewerServer;
let page: PageClient;

beforeAll(async () => {
  project = makeProject({
    'dist/bundle.js': `${BUNDLE}//# sourceMappingURL=bundle.js.map\n`,
    'dist/bundle.js.map': JSON.stringify(MAP),
    // Not in the map: read from its place.
    'src/greeting.ts': GREETING,
    'dist/inline.js': `${BUNDLE}//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify({ ...MAP, sources: ['inline.js', 'greeting.ts', 'lost.ts'] })).toString('base64')}\n`,
  });
  const file = join(project.dir, 'bundle.db');
  await project.record(['dist/bundle.js'], file);
  server = await ViewerServer.start(project.dir, file);
  page = await server.page();
});

afterAll(async () => {
  page?.close();
  await server?.stop();
  project?.remove();
});

test('the text of each original, from the map or from its file, without secrets', async () => {
  const cart = await page.ask('source', { file: 'src/cart.ts' });
  expect(cart.text?.replace(/\/\/ .*/, '')).toBe(CART.replace(/\/\/ .*/, ''));
  expect(cart.text).not.toContain(KEY);
  expect([...cart.recordableLines]).toEqual([3, 4, 5]);
  expect((await page.ask('source', { file: 'src/greeting.ts' })).text).toBe(GREETING);
});

test('an original without a text is no other text', async () => {
  const { text, reason } = await page.ask('source', { file: 'src/lost.ts' });
  expect([text, reason]).toEqual([null, 'its text is not in the recording']);
});

test('loops, text search and the code map know the originals', async () => {
  const { items } = await page.ask('calls', { function: 'total' });
  const { loops } = await page.ask('lineValues', { call: items[0]!.call, wait: true });
  expect(loops.map(({ line, count }) => [line, count])).toEqual([[5, 2]]);
  const { hits } = await page.ask('search', { text: "const text = 'hi '" });
  expect(hits.map(({ place }) => [place?.file, place?.line])).toContainEqual(['src/greeting.ts', 3]);
  const { files } = await page.ask('map', {});
  expect(files.map(({ file, functions }) => [file, functions.map(({ name }) => name)])).toEqual([
    ['src/cart.ts', ['total']],
    ['src/greeting.ts', ['greet']],
    ['src/lost.ts', []],
  ]);
});

test('an original of the name of the loaded file is not taken for it', async () => {
  const recording = join(project.dir, 'inline.db');
  await project.record(['dist/inline.js'], recording);
  const state = await project.print('state', recording, '--at', '1:2');
  expect(state).toContain('3 | export function total(items: Item[])');
});

test('top-level code is that of the file it was written in', async () => {
  const { frames } = await page.ask('state', { moment: { thread: 1, event: 3 } });
  expect(frames.map(({ function: name, place }) => [name, place?.file, place?.line])).toEqual([
    ['total', 'src/cart.ts', 3],
    ['(module)', 'src/greeting.ts', 6],
  ]);
});
