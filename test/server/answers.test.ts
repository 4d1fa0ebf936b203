/* The methods of the protocol over a recording of the demo: several processes and threads, an error to find. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  decodeValue,
  FLAME_MERGED,
  type AsyncGraph,
  type At,
  type Opened,
  type Params,
} from '../../packages/server/src/protocol.ts';
import { PRELOAD, run } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { ViewerServer, type PageClient } from './viewer-server.ts';

const DEMO = new URL('../../examples/demo', import.meta.url).pathname;

const folder = scratchFolder();
let server: ViewerServer;
let page: PageClient;
let opened: Opened;
/** Where the error is thrown. */
let thrown: At;

beforeAll(async () => {
  const file = join(folder, 'demo.db');
  await run(process.execPath, ['--import', PRELOAD, join(DEMO, 'main.ts')], {
    cwd: DEMO,
    env: { TRACER_OUT: file, TRACER_QUIET: '1' },
  });
  server = await ViewerServer.start(folder, file);
  page = await server.page();
  opened = await page.ask('open', {});
  thrown = { ...opened.start!.moment, timeNs: opened.start!.timeNs };
});

afterAll(async () => {
  page?.close();
  await server?.stop();
});

const INVOICE = 'examples/demo/invoicing/invoice.ts';
const VOUCHERS = 'examples/demo/pricing/vouchers.ts';

/** The call that throws. */
async function failing() {
  const { items } = await page.ask('calls', { threw: true, function: 'writeInvoice' });
  expect(items.length).toBe(1);
  return items[0]!;
}

test('open: where to begin, and what can be trusted', () => {
  const { overview, start, running } = opened;
  expect(start).toMatchObject({ kind: 'threw', why: expect.stringContaining('order 1010 of Jonas') as string });
  expect(running).toBe(false);
  expect(overview).toMatchObject({ rec: 'demo.db', state: 'complete' });
  expect(overview.processes.map(({ exitCode }) => exitCode)).toEqual([1, 0, 0]);
  expect(overview.threads.map(({ kind }) => kind).sort()).toEqual(['main', 'main', 'main', 'worker', 'worker']);
  const { produced, stored, dropped, pruned } = overview.events;
  expect(produced).toBe(stored + dropped + pruned);
  expect(overview.beginNs).toBeGreaterThan(0);
  expect(overview.beginNs).toBeLessThanOrEqual(Math.min(...overview.threads.map(({ last }) => last!.timeNs)));
  for (const { first, last } of overview.threads) expect(last!.event).toBeGreaterThan(first!.event);
});

test('film and flame: pictures of a span', async () => {
  const span = { fromNs: 0, toNs: opened.overview.durationNs };
  expect(await page.ask('index', {})).toEqual({ built: true });
  const film = await page.ask('film', { span, columns: 300 });
  expect(film.exact).toBe(true);
  expect(film.lanes).toEqual(opened.overview.threads.map(({ id }) => id));
  expect(film.calls.length).toBe(film.columns * film.lanes.length);
  expect(film.calls.reduce((sum, calls) => sum + calls, 0)).toBe(opened.overview.calls);
  expect(film.throws.reduce((sum, throws) => sum + throws, 0)).toBe(opened.overview.throws);
  for (const thread of film.lanes) {
    const flame = await page.ask('flame', { thread, span, columns: 300 });
    const boxes = [...flame.counts].reduce((sum, count) => sum + count, 0);
    const { calls } = opened.overview.threads.find(({ id }) => id === thread)!;
    // A call that sleeps has a box for each of its pieces.
    expect(boxes).toBeGreaterThanOrEqual(calls);
    for (let i = 0; i < flame.depths.length; i++) {
      expect(flame.endsNs[i]).toBeGreaterThanOrEqual(flame.startsNs[i]!);
      expect(flame.flags[i]! & FLAME_MERGED ? flame.calls[i]! : -1).toBe(-1);
    }
  }
});

describe('a moment', () => {
  test('has a stack with variables', async () => {
    const { thread, event } = thrown;
    const state = await page.ask('state', { moment: { thread, event } });
    expect(state.at).toEqual(thrown);
    expect(state.event).toMatchObject({ kind: 'throw', function: 'writeInvoice' });
    expect(state.frames.map((frame) => frame.function)).toEqual(['writeInvoice', 'replyTo', '(anonymous)']);
    const [top] = state.frames;
    expect(top!.place.file).toBe(INVOICE);
    const names = new Map(
      top!.scopes.flatMap(({ variables }) => variables).map((variable) => [variable.name, variable]),
    );
    expect(names.get('payableCents')).toMatchObject({ value: null, type: 'null', source: 'argument', note: null });
    expect(names.get('netCents')).toMatchObject({ type: 'uninitialized' });
  });

  test('marks what differs from another one', async () => {
    const { items } = await page.ask('executions', { file: VOUCHERS, line: 11 });
    const { thread, event } = items[0]!.at;
    const state = await page.ask('state', { moment: { thread, event }, since: { thread, event: event - 1 } });
    const changed = state.frames[0]!.scopes.flatMap(({ variables }) => variables).filter(
      (variable) => variable.changed,
    );
    expect(changed.map(({ name }) => name)).toEqual(['candidate']);
  });

  test('marks nothing of a module that was written before', async () => {
    const call = (await page.ask('calls', { function: 'quoteFor', limit: 1 })).items[0]!;
    const { frames } = await page.ask('state', { moment: call.start! });
    const { thread, event } = (await page.ask('call', { call: frames.at(-1)!.call })).call.start!;
    const state = await page.ask('state', { moment: { thread, event }, since: { thread, event: event - 1 } });
    const variables = state.frames[0]!.scopes.flatMap((scope) => scope.variables);
    expect(variables.filter(({ changed }) => changed).map(({ name }) => name)).toEqual(['request']);
    expect(variables.map(({ name }) => name)).toContain('prices');
  });

  test('is found by name and by time', async () => {
    const call = await failing();
    expect(await page.ask('resolve', { text: call.call })).toEqual(call.start);
    const { moments } = await page.ask('momentsAt', { timeNs: thrown.timeNs });
    expect(moments.find(({ thread }) => thread === thrown.thread)?.event).toBe(thrown.event);
    for (const { timeNs } of moments) expect(timeNs).toBeLessThanOrEqual(thrown.timeNs);
  });

  test('is shown in one answer, wherever the question leads', async () => {
    const { thread, event } = thrown;
    const since = { thread, event: event - 1 };
    const state = await page.ask('state', { moment: { thread, event }, since });
    const lineValues = await page.ask('lineValues', { call: state.frames[0]!.call, moment: { thread, event } });
    const there = { at: thrown, state, lineValues };
    const visit = (to: Params<'visit'>['to']) => page.ask('visit', { to, since });
    expect(await visit({ kind: 'moment', moment: { thread, event } })).toEqual({ ...there, why: '' });
    expect(await visit({ kind: 'time', timeNs: thrown.timeNs, thread })).toEqual({ ...there, why: '' });
    const move = { from: { thread, event: 1 }, kind: 'throw', direction: 'forward' } as const;
    expect(await visit({ kind: 'move', move })).toEqual({ ...there, why: 'an error is thrown' });
    const outer = state.frames[1]!.call;
    const asked = await page.ask('visit', { to: { kind: 'moment', moment: { thread, event } }, call: outer });
    expect(asked.lineValues!.call).toBe(outer);
    const nothing = { at: null, why: expect.any(String), state: null, lineValues: null };
    const back = { from: { thread, event: 0 }, kind: 'throw', direction: 'back' } as const;
    expect(await visit({ kind: 'move', move: back })).toEqual(nothing);
    expect(await visit({ kind: 'time', timeNs: -1, thread })).toEqual(nothing);
  });

  test('leads to others', async () => {
    const { thread, event } = thrown;
    const from = { thread, event };
    const out = await page.ask('move', { from, kind: 'out', direction: 'back' });
    const call = await failing();
    expect(out.at?.event).toBe(call.start!.event - 1);
    expect((await page.ask('move', { from, kind: 'call start', direction: 'back' })).at).toEqual(call.start);
    const before = await page.ask('move', { from: out.at!, kind: 'throw', direction: 'forward' });
    expect(before.at).toEqual(thrown);
    const stop = await page.ask('move', {
      from: { thread, event: 1 },
      kind: 'continue',
      direction: 'forward',
      throws: true,
      breakpoints: [{ file: INVOICE, line: 10 }],
    });
    expect(stop.at).toEqual(thrown);
  });

  test('go from one execution of a line to the next, whatever thread it runs on', async () => {
    const place = { file: 'examples/demo/pricing/quote.ts', line: 8 };
    const { items } = await page.ask('executions', { ...place, limit: 1_000 });
    expect(new Set(items.map(({ at }) => at.thread)).size).toBe(2);
    const passed: At[] = [];
    let at: At | null = { thread: items[0]!.at.thread, event: 0, timeNs: 0 };
    while (at) {
      ({ at } = await page.ask('move', { from: at, kind: 'line', direction: 'forward', ...place }));
      if (at) passed.push(at);
    }
    expect(passed).toEqual(items.map((item) => item.at));
  });

  test('of the cause where there is none says why', async () => {
    const main = opened.overview.threads.find(({ kind }) => kind === 'main')!;
    const from = { thread: main.id, event: 2 };
    const { at, why } = await page.ask('move', { from, kind: 'cause', direction: 'back' });
    expect([at, why]).toEqual([null, 'nothing caused it: it runs since its thread began']);
  });

  test('stop at a line where a condition holds', async () => {
    const from = { thread: thrown.thread, event: 1 };
    const to = (condition: string) =>
      page.ask('move', {
        from,
        kind: 'continue',
        direction: 'forward',
        breakpoints: [{ file: INVOICE, line: 13, condition }],
      });
    const { at: stop, why } = await to('orderNumber === 1004');
    expect(why).toContain('orderNumber === 1004');
    const { frames } = await page.ask('state', { moment: { thread: stop!.thread, event: stop!.event } });
    const variables = frames[0]!.scopes.flatMap((scope) => scope.variables);
    expect(variables.find(({ name }) => name === 'orderNumber')?.value).toBe(1004);
    expect((await to('orderNumber === -1')).why).toBe('the end of what is recorded of this thread');
    await expect(to('orderNumber ===')).rejects.toMatchObject({ code: 'BAD_EXPRESSION' });
  });
});

describe('a line', () => {
  test('knows how often it ran, and when', async () => {
    const hits = await page.ask('hits', { file: VOUCHERS, wait: true });
    const count = hits.counts[hits.lines.indexOf(11)]!;
    expect(hits.coverage).toBe(1);
    // These leave no event of their own, or (12) not each time; whether line 19 ran, where `redeem` goes on, nothing tells.
    const { lines, by } = hits.blocks;
    expect([...lines].map((line, i) => [line, by[i]])).toEqual([
      [12, 11],
      [14, 8],
      [18, 17],
    ]);
    expect([...hits.never]).toEqual([]);
    // Each call of it was counted with the line, not each of its callback.
    expect(hits.counts[hits.lines.indexOf(10)]).toBe(count);
    const executions = await page.ask('executions', { file: VOUCHERS, line: 11, limit: 5 });
    expect(executions.total).toBe(count);
    expect(executions.items.length).toBe(5);
    expect(executions.items[0]!.values.map(({ name }) => name)).toEqual(['candidate']);
    const last = await page.ask('executions', { file: VOUCHERS, line: 11, offset: count - 1 });
    expect(last.items.length).toBe(1);
    const { at } = executions.items[3]!;
    expect((await page.ask('executions', { file: VOUCHERS, line: 11, around: at })).current).toBe(3);
  });

  test.runIf(process.platform === 'linux')('is counted behind whoever answers the cursor', async () => {
    await page.ask('hits', { file: VOUCHERS, wait: true });
    await page.ask('code', {});
    const tasks = `/proc/${server.child.pid}/task`;
    // Fields of proc(5) after the name, which is in brackets: nice is the 19th of all.
    const nices = readdirSync(tasks).map((task) =>
      Number(
        readFileSync(join(tasks, task, 'stat'), 'utf8')
          .split(') ')
          .at(-1)!
          .split(' ')[16],
      ),
    );
    expect(Math.max(...nices)).toBeGreaterThan(Math.min(...nices));
  });

  test('has the values of one call, and of one iteration', async () => {
    const where = [{ on: 'vouchers.length', op: '>=', value: '2' }] as const;
    const call = (await page.ask('calls', { function: 'lowestAfter', where: [...where] })).items[0]!;
    const whole = await page.ask('lineValues', { call: call.call, wait: true });
    const [loop] = whole.loops;
    expect(whole.loops.length).toBe(1);
    expect([loop!.line, loop!.endLine, loop!.count]).toEqual([9, 13, loop!.starts.length]);
    const second = { thread: call.thread, event: loop!.starts[1]! };
    const there = await page.ask('lineValues', { call: call.call, moment: second, wait: true });
    expect(there.loops[0]!.current).toBe(1);
    // The second iteration has just begun: what the first one wrote is not shown any more.
    expect(there.values.map(({ name }) => name)).toEqual(['vouchers', 'cents', 'lowest', 'voucher']);
    expect([...there.later]).toContain(11);
  });

  test('says of which variables the loop is over', async () => {
    const call = (await page.ask('calls', { function: 'quoteFor' })).items[0]!;
    const { steps } = await page.ask('steps', { call: call.call });
    const isOver = async (name: string) => {
      const { at: moment } = steps.find((step) => step.kind === 'call' && step.name === name)!;
      const { values } = await page.ask('lineValues', { call: call.call, moment, wait: true });
      return Object.fromEntries(values.map((value) => [value.name, value.isOver === true]));
    };
    expect(await isOver('PriceList.priceOf')).toMatchObject({ sku: false });
    expect(await isOver('lowestAfter')).toMatchObject({ sku: true, lineCents: true, goodsCents: false });
  });

  test('learns its loops without anybody waiting for them', async () => {
    const where = [{ on: 'vouchers.length', op: '>=', value: '2' }] as const;
    const call = (await page.ask('calls', { function: 'lowestAfter', where: [...where] })).items[0]!;
    const impatient = () => page.ask('lineValues', { call: call.call });
    await expect.poll(async () => (await impatient()).whole, { timeout: 10_000 }).toBe(true);
    expect((await impatient()).loops.map(({ line }) => line)).toEqual([9]);
  });

  test('has steps, calls among them with their results', async () => {
    const where = [{ on: 'vouchers.length', op: '>=', value: '1' }] as const;
    const call = (await page.ask('calls', { function: 'lowestAfter', where: [...where] })).items[0]!;
    const { steps, before, after } = await page.ask('steps', { call: call.call });
    expect([before, after]).toEqual([false, false]);
    expect(steps[0]!.kind).toBe('enter');
    expect(steps.at(-1)!.kind).toBe('return');
    const inner = steps.filter(({ kind, name }) => kind === 'call' && name === 'lowestAfter');
    expect(inner.length).toBeGreaterThan(0);
    for (const { value, end } of inner) {
      expect(typeof value).toBe('number');
      expect(end).not.toBeNull();
    }
  });
});

test('a source comes with its text and functions', async () => {
  const source = await page.ask('source', { file: VOUCHERS });
  expect(source.text).toContain('export function lowestAfter');
  expect(source.language).toBe('typescript');
  const { functions, modules } = await page.ask('code', {});
  expect(modules.some(({ files }) => files.includes(VOUCHERS))).toBe(true);
  expect(functions.filter(({ file }) => file === VOUCHERS).map(({ name }) => name)).toContain('lowestAfter');
});

test('a variable has a history', async () => {
  const call = (await page.ask('calls', { function: 'lowestAfter', limit: 1 })).items[0]!;
  const of = { kind: 'variable', call: call.call, name: 'lowest', instance: 0 } as const;
  const history = await page.ask('history', { of, moment: { thread: call.thread, event: call.end!.event } });
  expect(history.total).toBeGreaterThan(0);
  expect(history.current).toBe(history.total! - 1);
  expect(history.items.every((item) => item.call === call.call && item.name === 'lowest')).toBe(true);
  const everywhere = await page.ask('history', { of: { kind: 'place', place: 'writeInvoice', name: 'payableCents' } });
  expect(everywhere.total).toBe(12);
  expect(everywhere.items.filter(({ value }) => value === null).length).toBe(1);
  expect(everywhere.plot!.values.length).toBe(11);
});

test('a value has an origin', async () => {
  const { call } = await failing();
  const of = { kind: 'variable', call, name: 'payableCents', instance: 0 } as const;
  const { thread, event } = thrown;
  const { steps, end } = await page.ask('origin', { moment: { thread, event }, of });
  expect(steps[0]).toMatchObject({ kind: 'parameter', name: 'payableCents', value: null });
  expect(end).not.toBe('');
});

test('a property of a literal has a history and an origin: across threads, from the literal on', async () => {
  const call = (await page.ask('calls', { function: 'reply', limit: 1 })).items[0]!;
  const { thread, event } = call.start!;
  const moment = { thread, event };
  const { frames } = await page.ask('state', { moment });
  const message = frames[0]!.scopes[0]!.variables.find(({ name }) => name === 'message')!.value as { i: number };
  const of = { kind: 'property', thread, object: message.i, name: 'id' } as const;
  const { items } = await page.ask('history', { of, moment });
  expect(items).toMatchObject([{ operator: 'made', note: '', place: { line: 12 } }]);
  const { steps } = await page.ask('origin', { of, moment });
  expect(steps[0]).toMatchObject({ kind: 'property', name: 'id', text: 'request.id' });
  expect(steps.some((step) => step.kind === 'message' && step.at.thread !== thread)).toBe(true);
});

test('what a message set off leads back to where it was sent, and so does its arrival', async () => {
  const call = (await page.ask('calls', { function: 'quoteFor', limit: 1 })).items[0]!;
  const from = { thread: call.thread, event: call.start!.event };
  const back = async (moment: typeof from) =>
    (await page.ask('move', { from: moment, kind: 'cause', direction: 'back' })).at;
  const sent = (await back(from))!;
  expect(sent.thread).not.toBe(from.thread);
  const sender = await page.ask('state', { moment: sent });
  expect(sender.event!.kind).toBe('send');
  const { frames } = await page.ask('state', { moment: from });
  const handler = (await page.ask('call', { call: frames.at(-1)!.call })).call.start!;
  const arrival = { thread: from.thread, event: handler.event - 1 };
  expect((await page.ask('state', { moment: arrival })).event!.kind).toBe('receive');
  expect(await back(arrival)).toEqual(sent);
  const made = (await back({ thread: from.thread, event: 3 }))!;
  expect((await page.ask('state', { moment: made })).event!.kind).toBe('send');
});

test('what came from outside says where it was seen first', async () => {
  const call = (await page.ask('calls', { function: 'quoteFor', limit: 1 })).items[0]!;
  const moment = { thread: call.thread, event: call.start!.event };
  const { frames } = await page.ask('state', { moment });
  const order = frames[0]!.scopes[0]!.variables.find(({ name }) => name === 'order')!.value as { i: number };
  const of = { kind: 'property', thread: call.thread, object: order.i, name: 'number' } as const;
  const { items } = await page.ask('history', { of, moment });
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({ operator: 'seen' });
  expect(items[0]!.note).toContain('how it got there was not recorded');
  const nothing = await page.ask('history', { of: { ...of, name: 'nonsense' }, moment });
  expect(nothing.items).toEqual([]);
});

test('a log point after the fact', async () => {
  const found = await page.ask('logPoint', {
    file: VOUCHERS,
    line: 11,
    expression: 'cents',
    condition: 'cents > 10000',
  });
  expect(found.executions).toBeGreaterThan(found.total!);
  expect(found.items.length).toBe(Math.min(200, found.total!));
  for (const { value } of found.items) expect(value).toBeGreaterThan(10_000);
  expect(found.min!.value).toBeGreaterThan(10_000);
  const wrong = page.ask('logPoint', { file: VOUCHERS, line: 11, expression: 'cents +' });
  await expect(wrong).rejects.toMatchObject({ code: 'BAD_EXPRESSION' });
});

test('a moment has its counterpart in the other run, here itself', async () => {
  const { items } = await page.ask('calls', { limit: 200 });
  const moments = items.flatMap(({ end }) => end ?? []).filter((_end, i) => i % 20 === 0);
  for (const { thread, event } of [thrown, ...moments]) {
    const found = await page.ask('counterpart', { other: 'demo.db', moment: { thread, event } });
    expect(found).toMatchObject({ at: { thread, event }, exact: true, why: '' });
  }
  const apart = await page.ask('counterpart', { other: 'demo.db', moment: { thread: 1, event: 0 } });
  expect(apart).toMatchObject({ at: null, exact: false });
  expect(apart.why).not.toBe('');
});

test('a run is the same as itself', async () => {
  expect(await page.ask('diff', { other: 'demo.db' })).toMatchObject({ same: true, differences: [], more: false });
});

describe('calls', () => {
  test('in pages', async () => {
    const all = await page.ask('calls', { function: 'lowestAfter' });
    const some = await page.ask('calls', { function: 'lowestAfter', offset: 2, limit: 3 });
    expect(some.items).toEqual(all.items.slice(2, 5));
    expect(some.more).toBe(true);
  });

  test('sorted and filtered by values', async () => {
    const cheap = await page.ask('calls', {
      function: 'writeInvoice',
      where: [{ on: 'payableCents', op: '<', value: '5000' }],
      sort: { by: 'payableCents', descending: true },
    });
    const cents = cheap.items.map(
      (call) => call.arguments.find(({ name }) => name === 'payableCents')!.value as number,
    );
    expect(cents.length).toBeGreaterThan(1);
    expect(cents).toEqual([...cents].sort((a, b) => b - a));
    for (const value of cents) expect(value).toBeLessThan(5000);
    const failed = await page.ask('calls', {
      function: 'writeInvoice',
      where: [{ on: 'error', op: 'contains', value: '1010' }],
    });
    expect(failed.items.length).toBe(1);
    expect(failed.total).toBe(1);
  });

  test('as a tree that goes deeper on demand', async () => {
    const { roots } = await page.ask('tree', { depth: 0, limit: 2_000 });
    expect(roots.every(({ children }) => children.length === 0)).toBe(true);
    const parent = roots.find(({ omitted }) => omitted > 0)!;
    const below = await page.ask('tree', { root: parent.call.call, depth: 1 });
    expect(below.roots[0]!.children.length).toBe(parent.omitted);
  });

  test('with what surrounds them', async () => {
    const call = await failing();
    const detail = await page.ask('call', { call: call.call });
    // Through the message to the invoicing process, and the request to the shop, to the customers.
    const callers = detail.callers.map((caller) => caller.function);
    expect(callers.slice(0, 2)).toEqual(['replyTo', '(anonymous)']);
    expect(callers).toEqual(expect.arrayContaining(['OrderDesk.place', 'ShopClient.orderAll']));
    expect(detail.call.exception?.message).toContain('order 1010');
  });

  test('as graphs', async () => {
    const graph = await page.ask('asyncGraph', { call: (await failing()).call });
    expect(graph.nodes.length).toBeGreaterThan(1);
    for (const { from, to } of graph.links)
      expect(graph.nodes[from]!.start.timeNs).toBeLessThanOrEqual(graph.nodes[to]!.start.timeNs);
    // From the request, over its price in a worker, to its invoice in another process; the client is a chain of its own.
    expect(kindsAcross(graph)).toEqual(['message']);
    const { items: starts } = await page.ask('edges', { kinds: ['worker', 'process'] });
    const whole = await page.ask('asyncGraph', { call: starts[0]!.toCall! });
    expect(kindsAcross(whole)).toEqual(['message', 'process', 'worker']);
    const place = (await page.ask('calls', { function: 'OrderDesk.place', threw: true })).items[0]!;
    const { participants, messages } = await page.ask('sequence', { root: place.call });
    expect(participants.length).toBeGreaterThan(2);
    expect(messages.some(({ kind }) => kind === 'message')).toBe(true);
    for (const { answers } of messages) expect(answers < 0 || messages[answers] !== undefined).toBe(true);
  });
});

/** What goes from thread to thread in a graph. */
function kindsAcross({ nodes, links }: AsyncGraph): string[] {
  const across = links.filter(({ from, to }) => nodes[from]!.thread !== nodes[to]!.thread);
  return [...new Set(across.map(({ kind }) => kind))].sort();
}

test('facts are listed, each with its moment', async () => {
  const logs = await page.ask('logs', { text: 'jonas' });
  expect(logs.items.map(({ text }) => text).join('')).toContain('1010');
  const exceptions = await page.ask('exceptions', {});
  expect(exceptions.items[0]).toMatchObject({ name: 'RangeError', at: thrown });
  const requests = await page.ask('requests', { text: '/orders' });
  expect(requests.total).toBeGreaterThanOrEqual(12);
  const incoming = requests.items.filter(({ direction }) => direction === 'incoming');
  expect(incoming.length).toBeGreaterThan(0);
  for (const { start, handler } of incoming) {
    expect(handler!.start.timeNs).toBeGreaterThanOrEqual(start.timeNs);
    expect((await page.ask('state', { moment: handler!.start })).frames[0]!.call).toBe(handler!.call);
  }
  const edges = await page.ask('edges', { kinds: ['await'] });
  expect(edges.items.every(({ kind, to }) => kind === 'await' && to !== null)).toBe(true);
  const across = await page.ask('edges', { acrossThreads: true, limit: 500 });
  expect(new Set(across.items.map(({ kind }) => kind))).toEqual(new Set(['http', 'message', 'process', 'worker']));
  const messages = across.items.filter(({ kind }) => kind === 'message');
  expect(messages.length).toBeGreaterThan(20);
  expect(messages.some(({ content }) => content !== null)).toBe(true);
  const early = messages.filter(({ to, handler }) => handler && handler.start.event <= to!.event);
  expect(early).toEqual([]);
  for (const { from, to, fromCall, fromThread, toThread } of messages) {
    expect(from).toMatchObject({ thread: fromThread });
    expect(to).toMatchObject({ thread: toThread });
    expect(from!.timeNs).toBeLessThan(to!.timeNs);
    expect((await page.ask('state', { moment: from! })).frames.some(({ call }) => call === fromCall)).toBe(true);
  }
  const { facts } = await page.ask('overview', {});
  expect(facts).toMatchObject({ exceptions: exceptions.total, requests: (await page.ask('requests', {})).total });
  expect(facts.logs).toBe((await page.ask('logs', {})).total);
  const near = await page.ask('logs', { aroundNs: thrown.timeNs, limit: 4 });
  expect(near.items.length).toBe(4);
});

test('a moment belongs to a request, whatever ran beside it, across threads and processes', async () => {
  const begins = async (name: string) => {
    const { items } = await page.ask('calls', { function: name, sort: { by: 'start', descending: false } });
    return items.map(({ start }) => ({ thread: start!.thread, event: start!.event }));
  };
  const requestAt = async (moment: { thread: number; event: number }) =>
    (await page.ask('requestOf', { moment })).request?.id;
  const ids = async (name: string) => Promise.all((await begins(name)).map(requestAt));
  const { items } = await page.ask('requests', {});
  const orders = items.filter(({ direction, url }) => direction === 'incoming' && url.includes('order'));
  const wanted = orders.map(({ id }) => id).sort();
  expect(wanted.length).toBe(12);
  // In the server, in its worker threads, and in the process that writes invoices.
  for (const name of ['OrderDesk.place', 'quoteFor', 'writeInvoice']) expect((await ids(name)).sort()).toEqual(wanted);
  // What belongs to none says so.
  const { moments } = await page.ask('momentsAt', { timeNs: 0 });
  for (const moment of moments) expect(await requestAt(moment)).toBeUndefined();
});

test('search finds names, text and values', async () => {
  const { hits, coverage } = await page.ask('search', { text: 'payable' });
  expect(coverage).toBe(1);
  expect(new Set(hits.map(({ kind }) => kind))).toContain('source');
  const values = await page.ask('search', { text: 'NaN', kinds: ['value'] });
  expect(values.hits.some(({ value }) => Number.isNaN(decodeValue(value!)))).toBe(true);
  const where = await page.ask('search', { text: 'orderNumber > 1010', kinds: ['value'] });
  expect(where.hits.length).toBeGreaterThan(0);
  for (const hit of where.hits) expect(decodeValue(hit.value!)).toBeGreaterThan(1010);
  expect((await page.ask('search', { text: 'Afternoon', kinds: ['log'] })).hits[0]).toMatchObject({ kind: 'log' });
  const byName = await page.ask('search', { text: 'lowestafter' });
  expect(byName.hits[0]).toMatchObject({ kind: 'function', title: 'lowestAfter' });
});

test('functions by time, types and the map', async () => {
  const hot = await page.ask('hot', { sort: 'calls' });
  expect(hot.items[0]!.calls).toBeGreaterThanOrEqual(hot.items[1]!.calls);
  const { functionId } = await failing();
  const types = await page.ask('types', { functionId });
  expect(types.names.find(({ name }) => name === 'payableCents')!.types).toEqual([
    { type: 'number', count: 11 },
    { type: 'null', count: 1 },
  ]);
  const map = await page.ask('map', {});
  const vouchers = map.files.find(({ file }) => file === VOUCHERS)!;
  expect(vouchers.functions.map(({ name }) => name)).toContain('lowestAfter');
  expect(map.links.every(({ from, to }) => map.files[from] !== undefined && map.files[to] !== undefined)).toBe(true);
});

test('SQL and its schema', async () => {
  const { views, examples } = await page.ask('schema', {});
  expect(views.find(({ name }) => name === 'calls')!.columns).toContain('function');
  for (const { query } of examples) {
    const { columns, rows } = await page.ask('sql', { query });
    expect(rows.filter((row) => row.length !== columns.length)).toEqual([]);
  }
});

test('frames stand at the calls that they make, those of a long text as soon as it is looked through', async () => {
  const dir = scratchFolder();
  const padding = Array.from({ length: 2_000 }, (_, i) => `// line ${i} of a text that takes a while to go through`);
  const program = [
    'function inner() {',
    '  return 1;',
    '}',
    'let n = 0;',
    '',
    'inner();',
    'console.log(1);',
    ...padding,
  ];
  writeFileSync(join(dir, 'app.cjs'), program.join('\n'));
  const file = join(dir, 'app.db');
  await run(process.execPath, ['--import', PRELOAD, 'app.cjs'], {
    cwd: dir,
    env: { TRACER_OUT: file, TRACER_QUIET: '1' },
  });
  const other = await ViewerServer.start(dir, file);
  const client = await other.page();
  try {
    await client.ask('open', {});
    const [call] = (await client.ask('calls', { function: 'inner' })).items;
    const { thread, event } = call!.start!;
    const waited = await client.ask('state', { moment: { thread, event }, wait: true });
    expect(waited.placesPending).toBe(false);
    expect(waited.frames[1]!.place).toEqual({ file: 'app.cjs', line: 6, column: 0, inferred: true });
    let state = await client.ask('state', { moment: { thread, event } });
    for (let asked = 0; state.placesPending && asked < 100; asked++) {
      // Until then it says where the frame was last seen.
      expect(state.frames[1]!.place).toMatchObject({ line: 4 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      state = await client.ask('state', { moment: { thread, event } });
    }
    expect(state.frames).toEqual(waited.frames);
    const [output] = (await client.ask('logs', {})).items;
    expect(output!.place).toMatchObject({ line: 7 });
  } finally {
    client.close();
    await other.stop();
  }
});
