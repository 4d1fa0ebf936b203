import { createHash } from 'node:crypto';
import { formatCall, valueToText, type JsonLimits } from '@execution-cinema/format';
import { walk, type WalkedCall } from '../facts/walk.ts';
import type { ProcessRow, Recording } from '../read/recording.ts';
import { chainOf, errorText, namedArguments } from './call-data.ts';
import type { ExportOptions } from './frame-stream.ts';
import { processName } from './names.ts';

/** Spans in one line at most. */
const SPANS_PER_LINE = 500;
const SCOPE = { name: 'execution-cinema' };
const KIND_INTERNAL = 1;
const STATUS_ERROR = 2;
/** Longer values are cut: backends refuse long attributes. */
const ATTRIBUTE_CHARACTERS_MAX = 400;
const SHOWN: JsonLimits = { depth: 2, objects: 20 };

interface Attribute {
  key: string;
  value: { stringValue: string } | { intValue: string };
}

/**
 * OTLP in JSON, one request with some spans per line, as the OpenTelemetry Collector's file receiver and its HTTP
 * endpoint `/v1/traces` take it. A call is a span, an asynchronous chain a trace; who scheduled a call is its parent.
 */
export function* exportOtlp(recording: Recording, options: ExportOptions): Generator<string[]> {
  const ids = new SpanIds(recording);
  const resources = new Map(recording.processes().map((process) => [process.id, resourceOf(process)]));
  const processOf = new Map(recording.threads().map((thread) => [thread.id, thread.processId]));
  let spans: unknown[] = [];
  let lines: string[] = [];
  let thread = 0;
  const flush = (): void => {
    if (spans.length === 0) return;
    const resource = resources.get(processOf.get(thread) ?? 0) ?? { attributes: [] };
    lines.push(`${JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: SCOPE, spans }] }] })}\n`);
    spans = [];
  };
  const steps = walk(recording, options, {
    thread: (id) => {
      flush();
      thread = id;
      return true;
    },
    ended: (call) => {
      if (call.frame.startNs < 0) return; // began before the range, or in a part that is not stored
      spans.push(ids.span(call));
      if (spans.length >= SPANS_PER_LINE) flush();
    },
  });
  for (const _ of steps) {
    yield lines;
    lines = [];
  }
  flush();
  yield lines;
}

function resourceOf(process: ProcessRow): { attributes: Attribute[] } {
  return {
    attributes: [
      text('service.name', processName(process)),
      number('process.pid', process.pid),
      text('process.command_line', process.argv.join(' ')),
      text('process.runtime.name', 'nodejs'),
      text('process.runtime.version', process.node),
    ],
  };
}

class SpanIds {
  private readonly recording: string;
  private readonly originNs: bigint;
  private lastChain: string | undefined;
  private lastTraceId = '';

  constructor(recording: Recording) {
    const meta = recording.meta();
    this.recording = `${meta['started_at']} ${meta['start_hrtime_ns']} ${meta['boot_id']}`;
    this.originNs = BigInt(Date.parse(meta['started_at'] ?? '') || 0) * 1_000_000n;
  }

  /** 32 hexadecimal digits; the same chain of the same recording always gets the same. Spans of a chain mostly follow each other. */
  private traceId(chain: string): string {
    if (chain !== this.lastChain) {
      this.lastChain = chain;
      this.lastTraceId = this.traceIdOf(chain);
    }
    return this.lastTraceId;
  }

  private traceIdOf(chain: string): string {
    return createHash('sha256').update(`${this.recording} ${chain}`).digest('hex').slice(0, 32);
  }

  private spanId(thread: number, call: number): string {
    return thread.toString(16).padStart(4, '0') + call.toString(16).padStart(12, '0');
  }

  private time(ns: number): string {
    return String(this.originNs + BigInt(Math.round(ns)));
  }

  span(call: WalkedCall): unknown {
    const { frame, thread, outcome, thrown } = call;
    const parent = frame.parent > 0 ? frame.parent : frame.asyncParent;
    const isFailed = outcome === 'threw' || outcome === 'terminated';
    const message = errorText(thrown) ?? outcome;
    return {
      traceId: this.traceId(chainOf(call)),
      spanId: this.spanId(thread, frame.call),
      ...(parent > 0 ? { parentSpanId: this.spanId(thread, parent) } : {}),
      name: frame.site?.function.name ?? '(unknown)',
      kind: KIND_INTERNAL,
      startTimeUnixNano: this.time(frame.startNs),
      endTimeUnixNano: this.time(call.endNs ?? frame.sleeping?.timeNs ?? frame.startNs),
      attributes: [
        text('code.function.name', frame.site?.function.name ?? '(unknown)'),
        text('code.file.path', frame.site?.file ?? ''),
        number('code.line.number', frame.site?.function.line ?? 0),
        number('thread.id', thread),
        text('tracer.call', formatCall(thread, frame.call)),
        text('tracer.outcome', outcome),
        ...namedArguments(call).map(({ name, value }) => text(`tracer.argument.${name}`, valueToText(value, SHOWN))),
        ...(outcome === 'returned' ? [text('tracer.result', valueToText(call.result, SHOWN))] : []),
      ],
      ...(isFailed ? { status: { code: STATUS_ERROR, message } } : {}),
    };
  }
}

function text(key: string, value: string): Attribute {
  return { key, value: { stringValue: value.slice(0, ATTRIBUTE_CHARACTERS_MAX) } };
}

function number(key: string, value: number): Attribute {
  return { key, value: { intValue: String(value) } };
}
