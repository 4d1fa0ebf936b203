import { callId, K, type DecodedEvent } from '@execution-cinema/format';
import type { Database } from '../driver/index.ts';
import type { Frame } from '../read/replay.ts';
import { causeOf, correlationOf } from './link-rows.ts';
import { correlationId } from './row-ids.ts';
import { plainText, type RowTexts } from './value-text.ts';

const STREAMS: Readonly<Record<number, string>> = { 1: 'stdout', 2: 'stderr' };

/** Rows of `logs`, `requests`, `marks` and `correlations`. */
export class FactRows {
  private readonly thread: number;
  private readonly texts: RowTexts;
  private readonly sql: ReturnType<typeof prepare>;

  constructor(db: Database, thread: number, texts: RowTexts) {
    this.thread = thread;
    this.texts = texts;
    this.sql = prepare(db);
  }

  event(event: DecodedEvent, frame: Frame | undefined): void {
    const { thread, sql } = this;
    const id = callId(thread, event.event);
    const call = frame ? callId(thread, frame.call) : null;
    const [first, second] = event.values;
    switch (event.kind) {
      case K.LOG:
        sql.log.run(id, thread, call, event.timeNs, STREAMS[event.payload] ?? 'stdout', plainText(first));
        break;
      case K.LOG_INJECTED:
        sql.log.run(id, thread, call, event.timeNs, 'plan', plainText(first));
        break;
      case K.MARK:
        sql.mark.run(id, thread, call, event.timeNs, plainText(first), this.texts.text(second));
        break;
      case K.CORRELATION:
        sql.correlation.run(correlationId(thread, event.number), plainText(first));
        break;
      case K.REQUEST_START: {
        const direction = event.payload === 1 ? 'out' : 'in';
        const request = callId(thread, event.number);
        // Calls that serve an incoming request belong to it; one that goes out belongs to whoever sends it.
        const served = K.NAMED_CORRELATION_FIRST + event.number;
        const correlation = correlationId(thread, direction === 'in' ? served : correlationOf(event, frame));
        const by = call ?? causeOf(thread, event);
        if (direction === 'in') {
          sql.correlation.run(correlationId(thread, served), `${plainText(first)} ${plainText(second)}`);
        }
        sql.request.run(request, by, direction, plainText(first), plainText(second), event.timeNs, correlation);
        break;
      }
      case K.REQUEST_END:
        sql.response.run(callId(thread, event.number), typeof first === 'number' ? first : null, event.timeNs);
        break;
      default:
        break;
    }
  }
}

function prepare(db: Database) {
  return {
    log: db.prepare('INSERT OR REPLACE INTO logs VALUES(?, ?, ?, ?, ?, ?)'),
    mark: db.prepare('INSERT OR REPLACE INTO marks VALUES(?, ?, ?, ?, ?, ?)'),
    correlation: db.prepare('INSERT OR REPLACE INTO correlations VALUES(?, ?)'),
    // The start and the end may lie in chunks that are indexed in any order.
    request: db.prepare(
      `INSERT INTO request_rows(id, call_id, direction, method, url, start_ns, correlation_id) VALUES(?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT(id) DO UPDATE SET call_id = excluded.call_id, direction = excluded.direction,
         method = excluded.method, url = excluded.url, start_ns = excluded.start_ns,
         correlation_id = excluded.correlation_id`,
    ),
    response: db.prepare(
      `INSERT INTO request_rows(id, status, end_ns) VALUES(?, ?, ?)
       ON CONFLICT(id) DO UPDATE SET status = excluded.status, end_ns = excluded.end_ns`,
    ),
  };
}
