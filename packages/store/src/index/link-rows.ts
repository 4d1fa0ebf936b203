import { callId, K, type DecodedEvent } from '@execution-cinema/format';
import type { Database } from '../driver/index.ts';
import type { Frame } from '../read/replay.ts';
import { correlationId } from './row-ids.ts';
import { plainText } from './value-text.ts';

/** What a message wakes runs right after it has arrived. */
const WAKES_WITHIN_NS = 20e6;

/** Call by which something was caused that happened outside of all frames, or null. */
export function causeOf(thread: number, event: DecodedEvent): number | null {
  return event.causeCode >= 0 && event.causeCall > 0 ? callId(thread, event.causeCall) : null;
}

/** Correlation on whose behalf something happened, 0 unknown. */
export function correlationOf(event: DecodedEvent, frame: Frame | undefined): number {
  return frame?.correlationInForce ?? Math.max(0, event.causeCode < 0 ? 0 : event.causeCorrelation);
}

/** What threads and processes sent and received, and by which connection requests went: link-chains.ts joins them. */
export class LinkRows {
  private readonly thread: number;
  private readonly sql: ReturnType<typeof prepare>;
  /** Something has arrived in the event loop, and no frame has begun or gone on since. */
  private arrived: { event: number; timeNs: number } | undefined;

  constructor(db: Database, thread: number) {
    this.thread = thread;
    this.sql = prepare(db);
  }

  event(event: DecodedEvent, frame: Frame | undefined): void {
    const { kind } = event;
    if (kind < K.WRITE) {
      if (this.arrived !== undefined) this.goesOn(event, frame);
      return;
    }
    const { thread, sql } = this;
    if (kind === K.SEND) {
      const link = K.LINK_KINDS[event.payload] ?? 'message';
      const by = frame ? callId(thread, frame.call) : causeOf(thread, event);
      const correlation = correlationId(thread, correlationOf(event, frame));
      sql.send.run(event.number, event.number2, link, thread, event.event, by, correlation, event.timeNs);
    } else if (kind === K.RECEIVE) this.received(event, frame);
    else if (kind === K.REQUEST_SOCKET) {
      const [client, server] = event.values;
      sql.connection.run(callId(thread, event.number), event.number2, plainText(client), plainText(server));
    } else if (kind === K.REQUEST_TRACE) {
      const [trace, parent] = event.values;
      sql.trace.run(callId(thread, event.number), plainText(trace), plainText(parent), event.payload);
    }
  }

  private received(event: DecodedEvent, frame: Frame | undefined): void {
    const { thread } = this;
    const link = K.LINK_KINDS[event.payload] ?? 'message';
    let correlation: number | null = null;
    if (event.number3 > 0) correlation = correlationId(thread, K.NAMED_CORRELATION_FIRST + event.number3);
    // A thread that was started begins with its first call.
    else if (link !== 'message') correlation = callId(thread, 1);
    const by = frame ? callId(thread, frame.call) : null;
    const { event: number, number: channel, number2: sequence, timeNs } = event;
    this.sql.receipt.run(thread, number, link, channel, sequence, by, correlation, timeNs);
    this.arrived = frame === undefined && link === 'message' ? { event: number, timeNs } : undefined;
  }

  /** A frame begins or goes on: one that slept, right after something has arrived, was woken by it. */
  private goesOn(event: DecodedEvent, frame: Frame | undefined): void {
    const arrived = this.arrived!;
    this.arrived = undefined;
    if (event.kind !== K.RESUME || frame === undefined || event.timeNs - arrived.timeNs > WAKES_WITHIN_NS) return;
    this.sql.taken.run(callId(this.thread, frame.call), this.thread, arrived.event);
  }
}

function prepare(db: Database) {
  return {
    // What is repeated failed the first time.
    send: db.prepare(
      `INSERT INTO send_rows VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(channel, sequence) DO UPDATE SET
         event = excluded.event, call_id = excluded.call_id, correlation_id = excluded.correlation_id,
         time_ns = excluded.time_ns WHERE excluded.event >= event`,
    ),
    receipt: db.prepare('INSERT OR REPLACE INTO receipt_rows VALUES(?, ?, ?, ?, ?, ?, ?, ?)'),
    taken: db.prepare('UPDATE receipt_rows SET taken_by = ? WHERE thread_id = ? AND event = ?'),
    connection: db.prepare('INSERT OR REPLACE INTO connection_rows VALUES(?, ?, ?, ?)'),
    trace: db.prepare('INSERT OR REPLACE INTO trace_rows VALUES(?, ?, ?, ?)'),
  };
}
