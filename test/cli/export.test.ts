import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import protobuf from 'protobufjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Project } from './tracer-command.ts';

/** Every format is read by what it is for, or checked by the format's own schema. */
const require = createRequire(import.meta.url);

let project: Project;

beforeAll(() => {
  project = new Project();
  project.record('2026-03-01T10-00-00-000-4242.db');
});

async function exported(format: string, ...args: string[]): Promise<Buffer> {
  const out = join(project.folder, `out.${format}`);
  const { code, stderr } = await project.tracer('export', '--format', format, '--out', out, ...args);
  expect([code, stderr.split('\n').length]).toEqual([0, 2]);
  return readFileSync(out);
}

async function json<Shape>(format: string, ...args: string[]): Promise<Shape> {
  return JSON.parse((await exported(format, ...args)).toString('utf8')) as Shape;
}

interface Nesting {
  name: string;
  depth: number;
}

/** Names and depths of what begins, in order; begins and ends must match. */
function nesting(events: readonly { begins: boolean; name: string }[]): Nesting[] {
  const open: string[] = [];
  const found: Nesting[] = [];
  for (const { begins, name } of events) {
    if (begins) {
      found.push({ name, depth: open.length });
      open.push(name);
    } else if (open.pop() === undefined) throw new Error('an end without a beginning');
  }
  expect(open).toEqual([]);
  return found;
}

/** The program of the scripted recording: the module sleeps twice, and `pay` with it. */
const EXPECTED: Nesting[] = [
  { name: '(module) main.js', depth: 0 },
  { name: 'Cart.constructor', depth: 1 },
  { name: 'pay', depth: 1 },
  { name: 'Cart.total', depth: 2 },
  { name: 'priceOf', depth: 3 },
  { name: 'priceOf', depth: 3 },
  { name: 'priceOf', depth: 3 },
  { name: 'pay', depth: 0 },
  { name: '(module) main.js', depth: 0 },
  { name: 'pay', depth: 1 },
  { name: 'Cart.total', depth: 2 },
  { name: 'priceOf', depth: 3 },
  { name: 'priceOf', depth: 3 },
  { name: 'priceOf', depth: 3 },
  { name: 'pay', depth: 0 },
  { name: '(module) main.js', depth: 0 },
];

test('chrome: trace events whose begins and ends match', async () => {
  interface TraceEvent {
    ph: string;
    name: string;
    pid: number;
    tid: number;
    ts: number;
    cat?: string;
    args?: Record<string, unknown>;
  }
  const { traceEvents } = await json<{ traceEvents: TraceEvent[] }>('chrome');
  const slices = traceEvents.filter(({ ph }) => ph === 'B' || ph === 'E');
  expect(nesting(slices.map(({ ph, name }) => ({ begins: ph === 'B', name })))).toEqual(EXPECTED);
  expect(slices.every(({ ts }, i) => i === 0 || ts >= slices[i - 1]!.ts)).toBe(true);
  expect(traceEvents.filter(({ ph }) => ph === 'M').map(({ name }) => name)).toEqual(['process_name', 'thread_name']);
  expect(traceEvents.filter(({ ph }) => ph === 'i').map(({ name }) => name)).toEqual(['paid 70\n', 'too much: 70\n']);
  expect(traceEvents.some(({ args }) => args?.['outcome'] === 'threw')).toBe(true);
});

/** A call as the engine of Chrome's DevTools lays it out. */
interface EngineNode {
  id: number;
  entry: { name: string; ph: string; ts: number; dur: number };
  depth: number;
  children: EngineNode[];
}

interface Engine {
  Handlers: { ModelHandlers: object };
  Processor: {
    TraceProcessor: {
      createWithAllHandlers(): {
        parse(events: readonly unknown[], options: object): Promise<void>;
        data: { Renderer: { processes: Map<number, { threads: Map<number, EngineThread> }> } };
      };
    };
  };
}

interface EngineThread {
  name: string;
  tree: { roots: Set<EngineNode> };
}

test("chrome: the engine of Chrome's DevTools finds the calls in each other", async () => {
  const { traceEvents } = await json<{ traceEvents: unknown[] }>('chrome');
  const { Processor } = (await import(require.resolve('@paulirish/trace_engine'))) as Engine;
  const engine = Processor.TraceProcessor.createWithAllHandlers();
  await engine.parse(traceEvents, {});
  const thread = engine.data.Renderer.processes.get(4242)!.threads.get(1)!;
  expect(thread.name).toBe('main (thread 1)');
  const found: Nesting[] = [];
  const visit = ({ entry, depth, children }: EngineNode): void => {
    expect([entry.ph, entry.dur > 0]).toEqual(['X', true]);
    found.push({ name: entry.name, depth });
    children.forEach(visit);
  };
  thread.tree.roots.forEach(visit);
  expect(found).toEqual(EXPECTED);
});

test("speedscope: valid by the program's own schema", async () => {
  interface Speedscope {
    shared: { frames: { name: string }[] };
    profiles: { events: { type: string; frame: number; at: number }[]; startValue: number; endValue: number }[];
  }
  const file = await json<Speedscope>('speedscope');
  const folder = join(require.resolve('speedscope/package.json'), '..');
  const schema = JSON.parse(readFileSync(join(folder, 'dist/release/file-format-schema.json'), 'utf8')) as object;
  const ajv = new Ajv({ strict: false, validateSchema: false });
  const isValid = ajv.compile(schema);
  expect([isValid(file), isValid.errors]).toEqual([true, null]);
  expect(isValid({ ...file, shared: {} })).toBe(false);
  const [profile] = file.profiles;
  const events = profile!.events.map(({ type, frame }) => ({
    begins: type === 'O',
    name: file.shared.frames[frame]!.name,
  }));
  expect(nesting(events)).toEqual(EXPECTED);
  // Its importer wants them sorted, and within the profile.
  const times = [profile!.startValue, ...profile!.events.map(({ at }) => at), profile!.endValue];
  expect(times.toSorted((a, b) => a - b)).toEqual(times);
});

/** The part of perfetto's `protos/perfetto/trace` that is written, by the numbers that it has there. */
const PERFETTO = `
  syntax = "proto2";
  message Trace { repeated TracePacket packet = 1; }
  message TracePacket {
    optional uint64 timestamp = 8;
    optional uint32 trusted_packet_sequence_id = 10;
    optional TrackEvent track_event = 11;
    optional InternedData interned_data = 12;
    optional uint32 sequence_flags = 13;
    optional TrackDescriptor track_descriptor = 60;
  }
  message TrackDescriptor {
    optional uint64 uuid = 1;
    optional ProcessDescriptor process = 3;
    optional ThreadDescriptor thread = 4;
    optional uint64 parent_uuid = 5;
  }
  message ProcessDescriptor { optional int32 pid = 1; repeated string cmdline = 2; optional string process_name = 6; }
  message ThreadDescriptor { optional int32 pid = 1; optional int64 tid = 2; optional string thread_name = 5; }
  message TrackEvent {
    enum Type { TYPE_UNSPECIFIED = 0; TYPE_SLICE_BEGIN = 1; TYPE_SLICE_END = 2; TYPE_INSTANT = 3; }
    repeated DebugAnnotation debug_annotations = 4;
    optional Type type = 9;
    optional uint64 name_iid = 10;
    optional uint64 track_uuid = 11;
    repeated string categories = 22;
    optional string name = 23;
    optional uint64 source_location_iid = 34;
  }
  message DebugAnnotation { optional string string_value = 6; optional string name = 10; }
  message InternedData { repeated EventName event_names = 2; repeated SourceLocation source_locations = 4; }
  message EventName { optional uint64 iid = 1; optional string name = 2; }
  message SourceLocation {
    optional uint64 iid = 1; optional string file_name = 2; optional string function_name = 3;
    optional uint32 line_number = 4;
  }`;

interface Packet {
  timestamp: string;
  trustedPacketSequenceId: number;
  sequenceFlags?: number;
  trackEvent?: { type: string; nameIid: string; trackUuid: string; name?: string };
  internedData?: { eventNames: { iid: string; name: string }[]; sourceLocations: { iid: string; fileName: string }[] };
  trackDescriptor?: {
    uuid: string;
    parentUuid?: string;
    process?: { pid: number };
    thread?: { tid: string; pid: number };
  };
}

test('perfetto: packets that say what perfetto reads, every name defined before it is used', async () => {
  const bytes = await exported('perfetto');
  const message = protobuf.parse(PERFETTO).root.lookupType('Trace');
  const decoded = message.toObject(message.decode(bytes), { longs: String, enums: String }) as { packet: Packet[] };
  // Nothing was written that is not in the definitions.
  expect(Buffer.from(message.encode(message.decode(bytes)).finish())).toHaveLength(bytes.length);
  const tracks = decoded.packet.flatMap(({ trackDescriptor }) => trackDescriptor ?? []);
  expect(tracks.map(({ process, thread }) => (process ? 'process' : thread ? 'thread' : '?'))).toEqual([
    'process',
    'thread',
  ]);
  expect(tracks[1]).toMatchObject({ parentUuid: tracks[0]!.uuid, thread: { pid: 4242, tid: '1' } });
  const names = new Map<string, string>();
  const events: { begins: boolean; name: string }[] = [];
  const instants: string[] = [];
  for (const { trackEvent, internedData } of decoded.packet) {
    for (const { iid, name } of internedData?.eventNames ?? []) names.set(iid, name);
    if (!trackEvent) continue;
    expect(trackEvent.trackUuid).toBe(tracks[1]!.uuid);
    if (trackEvent.type === 'TYPE_INSTANT') instants.push(trackEvent.name!);
    else {
      const begins = trackEvent.type === 'TYPE_SLICE_BEGIN';
      events.push({ begins, name: begins ? names.get(trackEvent.nameIid)! : '' });
    }
  }
  expect(nesting(events)).toEqual(EXPECTED);
  expect(instants).toEqual(['paid 70\n', 'too much: 70\n']);
});

test('otlp: every line a request by the official definitions, spans that hang together', async () => {
  const lines = (await exported('otlp')).toString('utf8').trimEnd().split('\n');
  const { opentelemetry } = require('@opentelemetry/otlp-transformer/build/src/generated/root.js') as {
    opentelemetry: { proto: { collector: { trace: { v1: { ExportTraceServiceRequest: RequestType } } } } };
  };
  const type = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
  interface Span {
    traceId: string;
    spanId: string;
    parentSpanId?: string;
    name: string;
    status?: { code: number; message: string };
  }
  const spans: Span[] = [];
  for (const line of lines) {
    const request = JSON.parse(line) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
    // Ids are hexadecimal in the JSON of OTLP, where that of Protocol Buffers has base64.
    const asBytes = JSON.parse(line, (key, value: unknown) =>
      /^(traceId|spanId|parentSpanId)$/.test(key) ? [...Buffer.from(String(value), 'hex')] : value,
    ) as object;
    const message = type.fromObject(asBytes);
    expect(type.verify(message)).toBeNull();
    const again = type.toObject(type.decode(type.encode(message).finish()), { longs: String }) as typeof request;
    spans.push(...request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    expect(again.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.name).toBe(
      request.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.name,
    );
  }
  expect(spans).toHaveLength(12);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  expect(ids.size).toBe(12);
  expect(spans.every(({ traceId, spanId }) => /^[0-9a-f]{32}$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId))).toBe(
    true,
  );
  expect(spans.every(({ parentSpanId }) => parentSpanId === undefined || ids.has(parentSpanId))).toBe(true);
  expect(spans.filter(({ status }) => status).map(({ name, status }) => [name, status])).toEqual([
    ['pay', { code: 2, message: 'RangeError: too much: 70' }],
  ]);
});

interface RequestType {
  fromObject(object: object): object;
  verify(message: object): string | null;
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): object;
}

test("mermaid: a diagram that mermaid's own parser takes", async () => {
  const { default: mermaid } = (await import('mermaid')) as { default: { parse(text: string): Promise<unknown> } };
  const text = (await exported('mermaid')).toString('utf8');
  expect(await mermaid.parse(text)).toMatchObject({ diagramType: 'sequence' });
  await expect(mermaid.parse(text.replace('participant', 'participants 1'))).rejects.toThrow(/Parse error|Expecting/);
  expect(text).toContain('p4--xp1: RangeError: too much: 70');
});

describe('json', () => {
  interface Exported {
    version: number;
    calls: {
      call: string;
      function: string;
      parent: string | null;
      arguments: unknown[];
      error: string | null;
      startNs: number;
      endNs: number;
    }[];
    logs: { text: string }[];
  }

  test('has every call with its values', async () => {
    const { version, calls, logs } = await json<Exported>('json');
    expect([version, calls.length]).toEqual([1, 12]);
    const price = calls.find(({ function: name }) => name === 'priceOf');
    expect(price).toMatchObject({
      parent: '1:4',
      arguments: [
        { name: 'line', value: { price: 10 }, type: 'object' },
        { name: 'rate', value: 2, type: 'number' },
      ],
      result: { value: 20, type: 'number' },
    });
    expect(calls.filter(({ error }) => error).map(({ error }) => error)).toEqual(['RangeError: too much: 70']);
    expect(logs.map(({ text }) => text)).toEqual(['paid 70\n', 'too much: 70\n']);
  });

  test('--range keeps what was going on, --thread one thread', async () => {
    const { calls } = await json<Exported>('json', '--range', '0.1ms..0.2ms');
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.length).toBeLessThan(12);
    const { code, stderr } = await project.tracer('export', '--format', 'json', '--thread', '7');
    expect([code, stderr]).toEqual([1, expect.stringContaining('no such thread in the recording: 7')]);
  });
});

test('slices are cut at the ends of a range', async () => {
  const { traceEvents } = await json<{ traceEvents: { ph: string; name: string; ts: number }[] }>(
    'chrome',
    '--range',
    '0.1ms..0.2ms',
  );
  const slices = traceEvents.filter(({ ph }) => ph === 'B' || ph === 'E');
  nesting(slices.map(({ ph, name }) => ({ begins: ph === 'B', name })));
  expect(Math.min(...slices.map(({ ts }) => ts))).toBeGreaterThanOrEqual(100);
  expect(Math.max(...slices.map(({ ts }) => ts))).toBeLessThanOrEqual(200);
});

test('a file that cannot be written is said, and nothing is left of it', async () => {
  const { code, stderr } = await project.tracer('export', '--format', 'json', '--out', 'no/such/folder/out.json');
  expect([code, stderr]).toEqual([1, expect.stringContaining('cannot be written')]);
  expect(await project.tracer('export', '--format', 'json', '--out', '.')).toMatchObject({ code: 1 });
});

test('html is one file that asks nobody for anything', async () => {
  const html = (await exported('html')).toString('utf8');
  expect(html).toContain(`content="default-src 'none'; script-src 'sha256-`);
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html).not.toMatch(/\b(?:src|href)="(?!data:)/);
  expect(html).not.toMatch(/url\((?!data:)/);
});

test('html names what to do where there is nothing to show', async () => {
  const { code, stderr } = await project.tracer('export', '--format', 'html', '--range', '900s..901s');
  expect([code, stderr]).toEqual([1, 'tracer export: nothing is stored in this part; tracer info shows what is\n']);
});
