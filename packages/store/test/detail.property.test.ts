import { K } from '@execution-cinema/format';
import { describe, expect, test } from 'vitest';
import { DetailReader } from '../src/detail/detail-reader.ts';
import { SLICE_OUTCOMES, type ThreadDetail } from '../src/detail/types.ts';
import { buildSeekIndex } from '../src/index/seek-index.ts';
import { openSidecar } from '../src/index/sidecar.ts';
import { readRecording, type Recording } from '../src/read/recording.ts';
import { ThreadReplay } from '../src/read/replay.ts';
import { makeRecording } from './make-recording.ts';
import { randomNumbers } from './random-program.ts';
import { SitesMaker } from './sites-maker.ts';
import { ThreadWriter } from './thread-writer.ts';

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);

interface Slice {
  startNs: number;
  endNs: number;
  call: number;
  depth: number;
  site: number;
  outcome: string;
}

/** A run of calls, awaits, throws and lines of output in many small chunks; some parts are dropped. */
function randomCalls(seed: number): string {
  const random = randomNumbers(seed);
  const sites: number[] = [];
  let suspendSite = 0;
  const maker = new SitesMaker((self) => {
    for (const kind of ['function', 'async'] as const) {
      sites.push(
        self.addFunction(`${kind}_`, { shared: false, parameters: [], kind }, () => (suspendSite = self.suspend())),
      );
    }
  });
  const writer = new ThreadWriter();
  const step = (): void => {
    // Long pauses, bursts and events at one and the same time.
    writer.timeNs += Math.floor(random() < 0.05 ? random() * 5e6 : random() < 0.5 ? random() * 900 : 0);
    const choice = random();
    const depth = writer.stack.length;
    if (choice < 0.4 && depth < 12) writer.enter(sites[random() < 0.5 ? 0 : 1]!);
    else if (choice < 0.7 && depth > 0) {
      if (random() < 0.8) writer.leave(1);
      else writer.leaveBy(random() < 0.7 ? K.LEAVE_THROW : K.LEAVE_CLOSED);
    } else if (choice < 0.75 && depth > 0) writer.suspend(suspendSite);
    else if (choice < 0.8 && writer.asleep.size > 0) writer.resume([...writer.asleep.keys()][0]!);
    else if (choice < 0.82 && depth > 2) writer.unwind(2);
    else if (choice < 0.85) writer.values(K.LOG, 1, 'line');
    if (random() < 0.02) writer.cut(1 + Math.floor(random() * 3));
    if (random() < 0.003) {
      writer.drop(() => {
        for (let i = 0; i < 5; i++) {
          if (writer.stack.length > 0 && random() < 0.5) writer.leave(1);
          else writer.enter(sites[0]!);
        }
      });
    }
  };
  for (let i = 0; i < 3000; i++) step();
  return makeRecording(writer, maker.table);
}

/** The same from the decoded events, one by one. */
function slowly(recording: Recording): { events: { timeNs: number; kind: number; depth: number }[]; slices: Slice[] } {
  const replay = new ThreadReplay(recording.resolver(1));
  const events: { timeNs: number; kind: number; depth: number }[] = [];
  const slices: Slice[] = [];
  const open = new Map<number, { startNs: number; depth: number; site: number }>();
  const close = (call: number, endNs: number, outcome: string): void => {
    const begun = open.get(call)!;
    open.delete(call);
    slices.push({ call, endNs, outcome, ...begun });
  };
  for (const info of recording.chunks(1)) {
    const chunk = recording.chunk(1, info);
    const lost = replay.beginChunk(chunk.header);
    for (const frame of lost) {
      close(frame.call, chunk.header.startNs, frame.site?.function.kind === 'async' ? 'suspended' : 'terminated');
    }
    replay.stack.forEach(({ call, siteId }, depth) => {
      if (!open.has(call)) open.set(call, { startNs: chunk.header.startNs, depth, site: siteId });
    });
    // No event, but it says how deep the stack is.
    events.push({ timeNs: chunk.header.startNs, kind: 0, depth: replay.stack.length });
    for (const event of chunk.events()) {
      replay.step(event);
      for (const { frame, outcome } of replay.ended) close(frame.call, event.timeNs, outcome);
      if (replay.slept) close(replay.slept.call, event.timeNs, 'suspended');
      const begun = replay.entered ?? replay.woken;
      if (begun) open.set(begun.call, { startNs: event.timeNs, depth: replay.stack.length - 1, site: begun.siteId });
      events.push({ timeNs: event.timeNs, kind: event.kind, depth: replay.stack.length });
    }
  }
  const endNs = recording.threads()[0]!.endNs!;
  for (const call of open.keys()) close(call, endNs, 'terminated');
  return { events, slices };
}

function expected(all: ReturnType<typeof slowly>, detail: ThreadDetail): unknown {
  const { fromNs, toNs, columnNs } = detail;
  const count = (toNs - fromNs) / columnNs;
  const columns = Array.from({ length: count }, () => ({ events: 0, calls: 0, throws: 0, logs: 0, depth: 0 }));
  let depth = 0;
  let at = 0;
  for (const event of all.events) {
    const column = Math.floor((event.timeNs - fromNs) / columnNs);
    for (; at <= Math.min(column, count - 1); at++) columns[at]!.depth = Math.max(columns[at]!.depth, depth);
    depth = event.depth;
    const own = columns[column];
    if (!own) continue;
    own.depth = Math.max(own.depth, depth);
    if (event.kind === 0) continue;
    own.events++;
    if (event.kind <= K.ENTER_MANY) own.calls++;
    if (event.kind === K.LEAVE_THROW) own.throws++;
    if (event.kind === K.LOG) own.logs++;
  }
  for (; at < count; at++) columns[at]!.depth = Math.max(columns[at]!.depth, depth);
  const wide = all.slices.filter((s) => s.endNs - s.startNs >= columnNs && s.startNs < toNs && s.endNs > fromNs);
  const cells = new Map<string, number>();
  for (const { startNs, endNs, depth: row } of all.slices) {
    if (endNs - startNs >= columnNs || startNs < fromNs || startNs >= toNs) continue;
    const key = `${row}/${Math.floor((startNs - fromNs) / columnNs)}`;
    cells.set(key, (cells.get(key) ?? 0) + 1);
  }
  return { columns, slices: sorted(wide), cells: [...cells].sort() };
}

function found(detail: ThreadDetail): unknown {
  const { columns, slices, cells } = detail;
  const { events, calls, throws, logs, depth } = columns;
  return {
    columns: Array.from(events, (_, i) => ({
      events: events[i],
      calls: calls[i],
      throws: throws[i],
      logs: logs[i],
      depth: depth[i],
    })),
    slices: sorted(
      Array.from({ length: slices.count }, (_, i) => ({
        call: slices.call[i]!,
        endNs: slices.endNs[i]!,
        outcome: SLICE_OUTCOMES[slices.outcome[i]!]!,
        startNs: slices.startNs[i]!,
        depth: slices.depth[i]!,
        site: slices.site[i]!,
      })),
    ),
    cells: Array.from(
      cells.calls,
      (count, i) => [`${cells.depth[i]}/${cells.column[i]}`, count] as [string, number],
    ).sort(),
  };
}

function sorted(slices: Slice[]): Slice[] {
  return slices.sort((a, b) => a.startNs - b.startNs || a.call - b.call || a.endNs - b.endNs || a.depth - b.depth);
}

describe('levels of detail', () => {
  test.each(SEEDS)('equal a count over all events in any span and width, program %i', (seed) => {
    const recording = readRecording(randomCalls(seed));
    const sidecar = openSidecar(recording);
    const random = randomNumbers(seed + 1);
    const all = slowly(recording);
    const endNs = recording.threads()[0]!.endNs!;
    buildSeekIndex(recording, sidecar.db);
    const reader = new DetailReader(recording, sidecar.db);
    for (let i = 0; i < 25; i++) {
      const spanNs = Math.max(2, Math.floor(endNs * 10 ** (-5 * random())));
      const fromNs = i === 0 ? 0 : Math.floor(random() * endNs);
      const columns = 2 + Math.floor(random() * (i % 2 ? 40 : 1500));
      const detail = reader.read({ thread: 1, fromNs, toNs: fromNs + (i === 0 ? endNs + 1 : spanNs), columns });
      expect(detail.exact).toBe(true);
      expect(detail.fromNs).toBeLessThanOrEqual(fromNs);
      expect(detail.columns.events.length).toBeLessThanOrEqual(columns);
      expect(found(detail)).toEqual(expected(all, detail));
    }
    sidecar.close();
    recording.close();
  });

  test('use the part of the index that is there, and summaries for the rest', () => {
    const recording = readRecording(randomCalls(3));
    const sidecar = openSidecar(recording);
    const chunks = recording.chunks(1);
    const endNs = recording.threads()[0]!.endNs!;
    const total = chunks.reduce((sum, chunk) => sum + chunk.events, 0);
    const half = chunks[Math.floor(chunks.length / 2)]!;
    const query = { thread: 1, fromNs: 0, toNs: endNs + 1, columns: 300 };
    const sums = (detail: ThreadDetail): number => detail.columns.events.reduce((a, b) => a + b, 0);

    const first = new DetailReader(recording, undefined).read(query);
    expect(first.exact).toBe(false);
    expect(sums(first)).toBe(total);

    buildSeekIndex(recording, sidecar.db, { threads: [1], untilEvent: half.firstEvent });
    const reader = new DetailReader(recording, sidecar.db);
    const part = reader.read(query);
    expect(part.exact).toBe(false);
    expect(sums(part)).toBe(total);
    const ready = part.columns.exact.findLastIndex(
      (exact, i) => exact === 1 && (i + 1) * part.columnNs <= half.startNs,
    );
    expect(ready).toBeGreaterThan(0);

    buildSeekIndex(recording, sidecar.db);
    const whole = reader.read(query);
    expect(whole.exact).toBe(true);
    expect(part.columns.events.subarray(0, ready)).toEqual(whole.columns.events.subarray(0, ready));
    expect(part.columns.depth.subarray(0, ready)).toEqual(whole.columns.depth.subarray(0, ready));
    expect(found(whole)).toEqual(expected(slowly(recording), whole));
    sidecar.close();
    recording.close();
  });
});
