import { createHash } from 'node:crypto';
import { formatCall, type JsonLimits } from '@execution-cinema/format';
import { walk, type WalkedCall } from '../facts/walk.ts';
import type { ProcessRow, Recording } from '../read/recording.ts';
import type { Site } from '../read/sites.ts';
import { argumentName, chainOf, errorText, PerFunction } from './call-data.ts';
import type { ExportOptions } from './frame-stream.ts';
import { processName } from './names.ts';
import { TextPieces } from './text-pieces.ts';
import { ValueParts } from './value-parts.ts';

/** Spans in one line at most. */
const SPANS_PER_LINE = 500;
const SCOPE = '{"name":"execution-cinema"}';
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
  const texts = new SpanTexts(recording);
  const resources = new Map(recording.processes().map((process) => [process.id, resourceOf(process)]));
  const processOf = new Map(recording.threads().map((thread) => [thread.id, thread.processId]));
  const parts = new ValueParts(stringText, SHOWN);
  const pieces = new TextPieces();
  let spans = 0;
  let thread = 0;
  const begin = (): void => {
    const resource = resources.get(processOf.get(thread) ?? 0) ?? { attributes: [] };
    pieces.add(`{"resourceSpans":[{"resource":${JSON.stringify(resource)},"scopeSpans":[{"scope":${SCOPE},"spans":[`);
  };
  const finish = (): void => {
    if (spans > 0) pieces.add(']}]}]}\n');
    spans = 0;
  };
  const steps = walk(recording, options, {
    thread: (id) => {
      finish();
      thread = id;
    },
    chunk: () => parts.chunk(),
    changed: (node) => parts.changed(node),
    keep: (value) => parts.part(value),
    ended: (call) => {
      if (call.frame.startNs < 0) return; // began before the range, or in a part that is not stored
      if (spans === 0) begin();
      else pieces.add(',');
      texts.addSpan(pieces, call);
      if (++spans >= SPANS_PER_LINE) finish();
    },
  });
  for (const _ of steps) {
    yield pieces.take();
  }
  finish();
  yield pieces.take();
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

/** What is the same in all spans of a function. */
interface FunctionTexts {
  name: string;
  place: string;
  argument(position: number): string;
}

function functionTexts(site: Site | undefined): FunctionTexts {
  const names: string[] = [];
  const name = site?.function.name ?? '(unknown)';
  const place = [
    text('code.function.name', name),
    text('code.file.path', site?.file ?? ''),
    number('code.line.number', site?.function.line ?? 0),
  ];
  const key = (position: number): string => JSON.stringify(`tracer.argument.${argumentName(site, position)}`);
  return {
    name: JSON.stringify(name),
    place: place.map((attribute) => JSON.stringify(attribute)).join(','),
    argument: (position) => (names[position] ??= `,{"key":${key(position)},"value":`),
  };
}

/** Makes spans. The text is put together directly: there are millions. */
class SpanTexts {
  private readonly recording: string;
  private readonly originMs: number;
  private readonly functions = new PerFunction(functionTexts);
  private lastChain: string | undefined;
  private lastTraceId = '';

  constructor(recording: Recording) {
    const meta = recording.meta();
    this.recording = `${meta['started_at']} ${meta['start_hrtime_ns']} ${meta['boot_id']}`;
    this.originMs = Date.parse(meta['started_at'] ?? '') || 0;
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

  /** Nanoseconds since 1970, which no number can hold: milliseconds and the digits behind them. */
  private time(ns: number): string {
    const whole = Math.round(ns);
    const ms = Math.floor(whole / 1e6);
    return `${this.originMs + ms}${String(whole - ms * 1e6).padStart(6, '0')}`;
  }

  addSpan(pieces: TextPieces, call: WalkedCall<string>): void {
    const { frame, thread, outcome, result, thrown } = call;
    const { name, place, argument } = this.functions.of(frame);
    const parent = frame.parent > 0 ? frame.parent : frame.asyncParent;
    pieces.add(
      `{"traceId":"${this.traceId(chainOf(call))}","spanId":"${this.spanId(thread, frame.call)}"` +
        (parent > 0 ? `,"parentSpanId":"${this.spanId(thread, parent)}"` : '') +
        `,"name":${name},"kind":${KIND_INTERNAL},"startTimeUnixNano":"${this.time(frame.startNs)}"` +
        `,"endTimeUnixNano":"${this.time(call.endNs ?? frame.sleeping?.timeNs ?? frame.startNs)}","attributes":[`,
    );
    pieces.add(place);
    pieces.add(
      `,{"key":"thread.id","value":{"intValue":"${thread}"}}` +
        `,{"key":"tracer.call","value":{"stringValue":"${formatCall(thread, frame.call)}"}}` +
        `,{"key":"tracer.outcome","value":{"stringValue":"${outcome}"}}`,
    );
    call.arguments?.forEach((value, position) => {
      pieces.add(argument(position));
      pieces.add(value);
      pieces.add('}');
    });
    if (result) {
      pieces.add(',{"key":"tracer.result","value":');
      pieces.add(result.kept);
      pieces.add('}');
    }
    pieces.add(']');
    if (outcome === 'threw' || outcome === 'terminated') {
      pieces.add(`,"status":{"code":${STATUS_ERROR},"message":${JSON.stringify(errorText(thrown) ?? outcome)}}`);
    }
    pieces.add('}');
  }
}

function cut(value: string): string {
  return value.length > ATTRIBUTE_CHARACTERS_MAX ? value.slice(0, ATTRIBUTE_CHARACTERS_MAX) : value;
}

/** The value of an attribute of text, as JSON. */
function stringText(value: string): string {
  return `{"stringValue":${JSON.stringify(cut(value))}}`;
}

function text(key: string, value: string): Attribute {
  return { key, value: { stringValue: cut(value) } };
}

function number(key: string, value: number): Attribute {
  return { key, value: { intValue: String(value) } };
}
