import {
  callId,
  isCaptured,
  splitCallId,
  CAUSE_CODES,
  SUSPEND_KINDS,
  truncationOf,
  typeOfValue,
  type DecodedEvent,
} from '@execution-cinema/format';
import type { Database } from '../driver/index.ts';
import type { Ended, Frame, Outcome, ThreadReplay } from '../read/replay.ts';
import type { ExceptionRows } from './exception-rows.ts';
import { RowBatch } from './row-batch.ts';
import { correlationId, correlationNumber, functionId, objectId, siteId } from './row-ids.ts';
import type { SiteRows } from './site-rows.ts';
import type { TextStore } from './text-store.ts';
import type { RowTexts } from './value-text.ts';

/** A row of `call_rows` that is not written yet: calls that begin and end in one chunk are written once. */
interface CallRow {
  frame: Frame;
  arguments: string | null;
  callLine: number | null;
  endEvent: number | null;
  endNs: number | null;
  outcome: Outcome;
  outcomeEvent: number;
  result: number | string | null;
  resultType: string | null;
  exceptionId: number | null;
}

/** Text of a pending `return` whose frame is still open at the end of a chunk. */
export type PendingReturns = [call: number, text: string, type: string][];

/** Such edges go from thread to thread (link-rows.ts); what a handle of that kind calls besides is plain input and output. */
const ACROSS: ReadonlySet<string> = new Set(['worker', 'process', 'message']);

const SUSPENDABLE = /async|generator/;

/** Rows of `calls` with their arguments, of `suspensions` and of `edges`. */
export class CallRows {
  private readonly thread: number;
  private readonly replay: ThreadReplay;
  private readonly texts: RowTexts;
  private readonly sites: SiteRows;
  private readonly exceptions: ExceptionRows;
  private readonly shared: TextStore;
  private readonly wants: (frame: Frame) => boolean;
  private readonly sql: ReturnType<typeof prepare>;
  private readonly open = new Map<number, CallRow>();
  private readonly suspendedHere = new Map<number, number>();
  private readonly pendingReturns = new Map<number, [text: string, type: string]>();
  /** Calls that have ended since their caller last did something: whatever expression comes next made them. */
  private readonly unplaced = new Map<number, number[]>();

  constructor(
    db: Database,
    thread: number,
    replay: ThreadReplay,
    shared: { texts: RowTexts; sites: SiteRows; exceptions: ExceptionRows; store: TextStore },
    wants: (frame: Frame) => boolean,
  ) {
    this.wants = wants;
    this.thread = thread;
    this.replay = replay;
    this.texts = shared.texts;
    this.sites = shared.sites;
    this.exceptions = shared.exceptions;
    this.shared = shared.store;
    this.sql = prepare(db);
  }

  private id(call: number): number {
    return callId(this.thread, call);
  }

  /** Before the first event of a chunk, when the chunk before it was indexed by somebody else. */
  restore(pending: PendingReturns): void {
    this.pendingReturns.clear();
    for (const [call, text, type] of pending) this.pendingReturns.set(call, [text, type]);
    for (const frame of this.replay.stack) this.recall(frame);
  }

  /** Correlation of a frame that began in an earlier chunk: only its row knows it. */
  private recall(frame: Frame): void {
    if (frame.correlation !== 0) return;
    const row = this.sql.correlationOf.get<{ correlation_id: number | null }>(this.id(frame.call));
    if (!row?.correlation_id) return;
    frame.correlation = correlationNumber(this.thread, row.correlation_id);
    frame.correlationInForce ||= frame.correlation;
  }

  event(event: DecodedEvent): void {
    const { entered, slept, woken, ended } = this.replay;
    for (const end of ended) this.ended(end, event);
    const frame = entered ?? slept ?? woken;
    if (!frame || !this.wants(frame)) return;
    if (entered) this.entered(entered, event);
    else if (slept) this.slept(slept, event);
    else if (woken) this.woken(woken, event);
  }

  private entered(frame: Frame, event: DecodedEvent): void {
    this.open.set(frame.call, {
      frame,
      arguments: this.arguments(frame),
      callLine: null,
      endEvent: null,
      endNs: null,
      outcome: 'running',
      outcomeEvent: event.event,
      result: null,
      resultType: null,
      exceptionId: null,
    });
    if (frame.causeCode > 0 && frame.asyncParent > 0) this.edge(frame, event);
  }

  /** Column `arguments`, made when the call begins: what objects hold changes. */
  private arguments(frame: Frame): string | null {
    const values = frame.arguments;
    if (!values || values.length === 0) return null;
    const names = frame.site?.function.parameters;
    const items = values.map((value, position) => {
      const text = names?.[position] === 'this' ? this.texts.reference(value) : this.texts.text(value);
      const type = nameText(typeOfValue(value));
      const shared = this.shared.reference(text);
      if (!isCaptured(value)) return shared === text ? `[${text},${type}]` : `[null,${type},null,null,${shared}]`;
      const truncation = truncationOf(value);
      const why = truncation === undefined ? 'null' : `"${truncation}"`;
      const id = objectId(this.thread, value);
      return shared === text ? `[${text},${type},${id},${why}]` : `[null,${type},${id},${why},${shared}]`;
    });
    return `[${items.join(',')}]`;
  }

  private edge(frame: Frame, event: DecodedEvent): void {
    const { thread } = this;
    const from = event.causeCall > 0 ? this.id(event.causeCall) : null;
    const cause = CAUSE_CODES[event.causeCode] ?? 'unknown';
    const kind = ACROSS.has(cause) ? 'io' : cause;
    this.sql.edge.run(thread, event.event, kind, from, this.id(frame.call), thread, thread, event.timeNs);
  }

  private ended({ frame, outcome, value }: Ended, event: DecodedEvent): void {
    const id = this.id(frame.call);
    const exceptionId = this.exceptions.ended(frame, outcome === 'threw', this.replay.top, id);
    const row = this.open.get(frame.call);
    const pending = this.pendingReturns.get(frame.call);
    this.pendingReturns.delete(frame.call);
    this.unplaced.delete(frame.call);
    if (!this.wants(frame)) return;
    const caller = this.replay.top;
    if (caller?.call === frame.parent && (caller.site?.function.ceiling ?? 0) >= 3) {
      const siblings = this.unplaced.get(caller.call);
      if (siblings) siblings.push(frame.call);
      else this.unplaced.set(caller.call, [frame.call]);
    }
    let result: [number | string | null, string | null] = [null, null];
    if (outcome === 'returned') {
      // A `return` before this chunk, of a frame that is known from the header only.
      const [text, type] = pending && !frame.hasPending ? pending : [this.texts.text(value), typeOfValue(value)];
      result = [this.shared.reference(text), type];
    }
    if (!row) {
      const site = frame.site ? functionId(frame.site) : null;
      this.sql.end.run(id, this.thread, site, event.event, event.timeNs, outcome, event.event, ...result, exceptionId);
      return;
    }
    row.endEvent = row.outcomeEvent = event.event;
    row.endNs = event.timeNs;
    row.outcome = outcome;
    [row.result, row.resultType] = result;
    row.exceptionId = exceptionId;
    if (this.unplaced.get(frame.parent)?.includes(frame.call)) return;
    this.write(row);
    this.open.delete(frame.call);
  }

  /** Names the exception that ended a call, by its row. */
  threw(call: number, exception: number): void {
    const row = this.open.get(splitCallId(call).call);
    if (row) {
      row.exceptionId = exception;
      return;
    }
    this.sql.call.flush();
    this.sql.exceptionOf.run(exception, call);
  }

  private slept(frame: Frame, event: DecodedEvent): void {
    const site = this.replay.resolver.resolve(event.payload);
    const kind = SUSPEND_KINDS[site?.a ?? 0] ?? 'await';
    this.suspendedHere.set(frame.call, event.event);
    this.sql.suspension.run(this.id(frame.call), event.event, event.timeNs, kind, site ? siteId(site) : null);
    if (site) this.sites.need(site);
    this.setOutcome(frame, 'suspended', event);
  }

  private woken(frame: Frame, event: DecodedEvent): void {
    this.recall(frame);
    const since = this.suspendedHere.get(frame.call);
    this.suspendedHere.delete(frame.call);
    if (since === undefined) this.sql.resumption.run(this.id(frame.call), event.event, event.timeNs);
    else this.sql.resumed.run(event.timeNs, this.id(frame.call), since);
    this.setOutcome(frame, 'running', event);
    if (event.causeCode > 0) this.edge(frame, event);
  }

  private setOutcome(frame: Frame, outcome: Outcome, event: DecodedEvent): void {
    const row = this.open.get(frame.call);
    if (row) {
      row.outcome = outcome;
      row.outcomeEvent = event.event;
    } else {
      const site = frame.site ? functionId(frame.site) : null;
      this.sql.outcome.run(this.id(frame.call), this.thread, site, outcome, event.event);
    }
  }

  /** The value of a call expression right after calls ended that its frame had made: it stands on that line. */
  placeCalls(line: number | undefined): void {
    const caller = this.replay.top;
    const calls = caller && this.unplaced.get(caller.call);
    if (!calls) return;
    this.unplaced.delete(caller.call);
    for (const call of calls) {
      const row = this.open.get(call);
      if (!row) continue;
      row.callLine = line ?? null;
      this.write(row);
      this.open.delete(call);
    }
  }

  /** Frames that ended unseen while events were dropped. */
  lost(frames: readonly Frame[], event: number, timeNs: number): void {
    for (const frame of frames) {
      if (!this.wants(frame)) continue;
      // An async function may as well have fallen asleep; then its next event says so.
      const outcome = SUSPENDABLE.test(frame.site?.function.kind ?? '') ? 'suspended' : 'terminated';
      const site = frame.site ? functionId(frame.site) : null;
      if (outcome === 'suspended') this.sql.outcome.run(this.id(frame.call), this.thread, site, outcome, event - 1);
      else this.sql.end.run(this.id(frame.call), this.thread, site, event, timeNs, outcome, event, null, null, null);
    }
  }

  /** Writes a call that began before the indexed part, as its own chunk tells. */
  addOlder(frame: Frame): void {
    this.write({
      frame,
      arguments: this.arguments(frame),
      callLine: null,
      endEvent: null,
      endNs: null,
      outcome: 'running',
      outcomeEvent: frame.startEvent,
      result: null,
      resultType: null,
      exceptionId: null,
    });
    this.sql.call.flush();
  }

  hasStart(call: number): boolean {
    return this.sql.hasStart.get(this.id(call)) !== undefined;
  }

  /** Writes what is still open. Returns the pending returns that the next chunk has to know. */
  endChunk(): PendingReturns {
    for (const row of this.open.values()) this.write(row);
    this.sql.call.flush();
    this.open.clear();
    this.unplaced.clear();
    this.suspendedHere.clear();
    const pending: PendingReturns = [];
    for (const frame of [...this.replay.stack, ...this.replay.asleep.values()]) {
      const known = this.pendingReturns.get(frame.call);
      if (frame.hasPending)
        pending.push([frame.call, this.texts.text(frame.pending?.values[0]), typeOfValue(frame.pending?.values[0])]);
      else if (known) pending.push([frame.call, ...known]);
    }
    return pending;
  }

  private write(row: CallRow): void {
    const { frame } = row;
    this.sql.call.add(
      this.id(frame.call),
      this.thread,
      frame.parent > 0 ? this.id(frame.parent) : null,
      frame.asyncParent > 0 ? this.id(frame.asyncParent) : null,
      correlationId(this.thread, frame.correlation),
      frame.site ? functionId(frame.site) : null,
      row.callLine,
      frame.startDepth,
      frame.startEvent,
      row.endEvent,
      frame.startNs,
      row.endNs,
      row.outcome,
      row.outcomeEvent,
      row.result,
      row.resultType,
      row.exceptionId,
      row.arguments,
    );
  }
}

/** Names of types as JSON: a program has few, and each occurs often. */
const nameTexts = new Map<string, string>();
const NAME_TEXTS_MAX = 10_000;

function nameText(name: string): string {
  let text = nameTexts.get(name);
  if (text === undefined) {
    if (nameTexts.size >= NAME_TEXTS_MAX) nameTexts.clear();
    nameTexts.set(name, (text = JSON.stringify(name)));
  }
  return text;
}

/** Columns that only the start of a call tells, and those that only its end tells. */
const START_COLUMNS = [
  'parent_id',
  'async_parent_id',
  'correlation_id',
  'function_id',
  'depth',
  'start_event',
  'start_ns',
  'arguments',
];
const END_COLUMNS = ['end_event', 'end_ns', 'result', 'result_type', 'exception_id'];

/** What comes from a later event wins: chunks may be indexed in any order, and again when they have grown. */
const OUTCOME_OF_LATER = `outcome = CASE WHEN excluded.outcome_event >= coalesce(outcome_event, -1)
    THEN excluded.outcome ELSE outcome END,
  outcome_event = max(excluded.outcome_event, coalesce(outcome_event, -1))`;

function prepare(db: Database) {
  const starts = START_COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ');
  const ends = END_COLUMNS.map((column) => `${column} = coalesce(excluded.${column}, ${column})`).join(', ');
  return {
    call: new RowBatch(
      db,
      'INSERT INTO call_rows',
      18,
      `ON CONFLICT(id) DO UPDATE SET
         ${starts}, call_line = coalesce(excluded.call_line, call_line), ${ends}, ${OUTCOME_OF_LATER}`,
    ),
    exceptionOf: db.prepare('UPDATE call_rows SET exception_id = ? WHERE id = ?'),
    end: db.prepare(
      `INSERT INTO call_rows(id, thread_id, function_id, end_event, end_ns, outcome, outcome_event, result, result_type,
         exception_id) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET ${ends}, ${OUTCOME_OF_LATER}`,
    ),
    outcome: db.prepare(
      `INSERT INTO call_rows(id, thread_id, function_id, outcome, outcome_event) VALUES(?, ?, ?, ?, ?)
       ON CONFLICT(id) DO UPDATE SET ${OUTCOME_OF_LATER}`,
    ),
    suspension: db.prepare('INSERT OR REPLACE INTO suspension_rows VALUES(?, ?, ?, NULL, ?, ?)'),
    resumed: db.prepare('UPDATE suspension_rows SET resumed_ns = ? WHERE call_id = ? AND event = ?'),
    resumption: db.prepare('INSERT OR REPLACE INTO resumption_rows VALUES(?, ?, ?)'),
    edge: db.prepare('INSERT OR REPLACE INTO edge_rows VALUES(?, ?, ?, ?, ?, ?, ?, ?)'),
    correlationOf: db.prepare('SELECT correlation_id FROM call_rows WHERE id = ?'),
    hasStart: db.prepare('SELECT 1 FROM call_rows WHERE id = ? AND start_event IS NOT NULL'),
  };
}
