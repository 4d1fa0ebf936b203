/* A program that still runs, seen by a page. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environment, Project } from '../cli/tracer-command.ts';
import { PRELOAD } from '../support/programs.ts';
import { ViewerServer, type PageClient } from './viewer-server.ts';

/** Prints a line and waits for one, over and over: the test decides when something happens. */
const PROGRAM = `
import { createInterface } from 'node:readline';
function answer(word) { const text = 'heard ' + word; console.log(text); return text; }
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) answer(line);
`;

let project: Project;
let server: ViewerServer;
let page: PageClient;
let program: ChildProcess;
let lines: AsyncIterator<string>;

beforeAll(async () => {
  project = new Project();
  const script = project.write('echo.mjs', PROGRAM);
  program = spawn(process.execPath, ['--import', PRELOAD, script], {
    cwd: project.folder,
    env: environment({ TRACER_OUT: `${project.folder}/.tracer/live.db`, TRACER_QUIET: '1' }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  lines = createInterface({ input: program.stdout! })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  if (value !== 'ready') throw new Error(`the program said ${String(value)}, expected ready`);
  server = await ViewerServer.start(project.folder);
  page = await server.page();
});

afterAll(async () => {
  page?.close();
  program?.kill('SIGKILL');
  await server?.stop();
});

/** Has the program do something, and waits until it has. */
async function say(word: string): Promise<void> {
  program.stdin!.write(`${word}\n`);
  expect((await lines.next()).value).toBe(`heard ${word}`);
}

test('grows in the page while the program goes on, and ends with it', async () => {
  const { overview, running } = await page.ask('open', {});
  expect(running).toBe(true);
  expect(overview.state).toBe('running');
  expect(await page.ask('watch', { on: true })).toEqual({ running: true });

  await say('one');
  const grown = await page.notice('grown', ({ events }) => events.stored > overview.events.stored);
  expect(grown.calls).toBeGreaterThan(overview.calls);
  expect(grown.threads[0]!.last!.event).toBeGreaterThan(overview.threads[0]?.last?.event ?? 0);

  // What the notice tells of can be asked for: state, calls and what was printed.
  const { thread, event } = grown.threads[0]!.last!;
  expect((await page.ask('state', { moment: { thread, event } })).at).toMatchObject({ thread, event });
  await say('two');
  await page.notice('grown', ({ calls }) => calls > grown.calls);
  const { items } = await page.ask('calls', { function: 'answer' });
  expect(items.map((call) => call.arguments[0]!.value)).toEqual(['one', 'two']);
  expect((await page.ask('logs', { text: 'heard' })).total).toBe(2);

  // Where nothing is recorded it goes on all the same.
  const lasts = await page.notice('lasts', ({ durationNs }) => durationNs > grown.durationNs + 1e9);
  expect((await page.ask('overview', {})).durationNs).toBeGreaterThanOrEqual(lasts.durationNs);

  program.stdin!.end();
  await once(program, 'exit');
  expect(await page.notice('ended')).toMatchObject({ state: 'complete' });
  expect((await page.ask('overview', {})).state).toBe('complete');
  expect((await page.ask('calls', { function: 'answer' })).total).toBe(2);
});

/** Makes calls in bursts, one for each line that it reads: enough of them to push out the oldest. */
const BURSTS = `
import { createInterface } from 'node:readline';
let sum = 0;
function add(n) { const next = sum + n; sum = next % 1_000_003; return sum; }
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  for (let i = 0; i < 60_000; i++) add(i);
  console.log('heard ' + line);
}
`;

test('a page that looks at a running flight recording hears what is pruned, and goes on', async () => {
  const script = project.write('bursts.mjs', BURSTS);
  const flight = spawn(process.execPath, ['--import', PRELOAD, script], {
    cwd: project.folder,
    env: environment({
      TRACER_OUT: `${project.folder}/.tracer/flight.db`,
      TRACER_QUIET: '1',
      TRACER_KEEP: '4MB',
      TRACER_CHUNK: '64KB',
    }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const heard = createInterface({ input: flight.stdout! })[Symbol.asyncIterator]();
    expect((await heard.next()).value).toBe('ready');
    const other = await server.page();
    const rec = 'flight.db';
    await other.ask('open', { rec });
    other.rec = rec;
    expect(await other.ask('watch', { on: true })).toEqual({ running: true });
    for (let burst = 0; burst < 8; burst++) {
      flight.stdin!.write(`${burst}\n`);
      expect((await heard.next()).value).toBe(`heard ${burst}`);
    }
    const { threads } = await other.notice('pruned');
    expect(threads[0]!.pruned).toBeGreaterThan(0);
    expect(threads[0]!.produced).toBe(threads[0]!.stored + threads[0]!.dropped + threads[0]!.pruned);
    // What is gone says so; what is left answers.
    await expect(other.ask('state', { moment: { thread: 1, event: 1 } })).rejects.toMatchObject({ message: /stored/ });
    const newest = async (): Promise<boolean> => {
      const { thread, event } = (await other.ask('overview', {})).threads[0]!.last!;
      const asked = other.ask('state', { moment: { thread, event } });
      // Pruning may overtake the question as long as the recorder has work.
      return asked.then(
        ({ at }) => at.event === event,
        () => false,
      );
    };
    await expect.poll(newest, { timeout: 15_000 }).toBe(true);
    other.close();
  } finally {
    flight.kill('SIGKILL');
  }
});
