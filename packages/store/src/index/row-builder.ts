import {
  callId,
  CAUSE_CODES,
  isCaptured,
  K,
  SUSPEND_KINDS,
  typeOfValue,
  truncationOf,
  valueToText,
  type DecodedEvent,
  type Value,
} from '@execution-cinema/format';
import type { Database } from '../driver/index.ts';
import type { ChunkInfo } from '../read/chunks.ts';
import type { Recording } from '../read/recording.ts';
import { ThreadReplay, type Ended, type Frame } from '../read/replay.ts';
import type { Site } from '../read/sites.ts';
import { eventName } from './event-names.ts';
import { FUNCTIONS_PER_MODULE, SITES_PER_MODULE, type RowGroup } from './sidecar-schema.ts';

/** Numbers from here on are named correlations (packages/runtime). */
const NAMED_CORRELATION_FIRST = 2 ** 52;
/** Errors remembered to recognise a rethrown or rejected one. */
const KNOWN_ERRORS_MAX = 10_000;

/** Turns the chunks of one thread, in order, into rows of the sidecar. One transaction per chunk is the caller's. */
export class RowBuilder {
  private readonly thread: number;
  private readonly replay: ThreadReplay;
  private readonly groups: ReadonlySet<RowGroup>;
  private readonly insert: ReturnType<typeof prepareInserts>;
  private readonly recording: Recording;
  /** Calls that ended by an exception not seen yet (thrown by code that is not instrumented). */
  private unexplained: number[] = [];
  private inFlight: number | null = null;
  private readonly errors = new Map<number, number>();
  private readonly openSuspensions = new Map<number, number>();
  private readonly openRequests = new Map<number, number>();
  private nowEvent = 0;
  private nowNs = 0;

  constructor(recording: Recording, thread: number, sidecar: Database, groups: ReadonlySet<RowGroup>) {
    this.recording = recording;
    this.thread = thread;
    this.groups = groups;
    this.replay = new ThreadReplay(recording.resolver(thread));
    this.insert = prepareInserts(sidecar);
  }

  /** Adds the rows of one chunk. Rows are keyed by call and event numbers, so doing it again replaces them. */
  addChunk(info: ChunkInfo): void {
    const chunk = this.recording.chunk(this.thread, info.chunk);
    const { replay } = this;
    replay.beginChunk(chunk.header);
    this.recoverCorrelations();
    for (const event of chunk.events()) {
      this.nowEvent = event.event;
      this.nowNs = event.timeNs;
      const frame = replay.step(event);
      if (this.groups.has('events')) this.eventRow(event, frame);
      if (this.groups.has('calls')) this.callRows(event, frame);
      if (this.groups.has('writes')) this.writeRows(event, frame);
    }
    if (this.groups.has('calls')) this.markOpen();
  }

  /** Frames that began in chunks indexed in an earlier run know their correlation only from their row. */
  private recoverCorrelations(): void {
    for (const frame of this.replay.stack) {
      if (frame.arguments !== undefined) continue;
      const row = this.insert.correlationOf.get(this.id(frame.call)) as { correlation_id: number | null } | undefined;
      if (row?.correlation_id) frame.correlation = this.correlationNumber(row.correlation_id);
    }
  }

  private id(call: number): number {
    return callId(this.thread, call);
  }

  private correlationId(correlation: number): number | null {
    if (correlation === 0) return null;
    return correlation >= NAMED_CORRELATION_FIRST
      ? -this.id(correlation - NAMED_CORRELATION_FIRST)
      : this.id(correlation);
  }

  private correlationNumber(id: number): number {
    const own = callId(this.thread, 0);
    return id < 0 ? -id - own + NAMED_CORRELATION_FIRST : id - own;
  }

  private callRows(event: DecodedEvent, frame: Frame | undefined): void {
    const { replay } = this;
    for (const ended of replay.ended) this.endRow(ended);
    if (replay.entered) this.enterRow(replay.entered, event);
    else if (replay.slept) this.suspendRow(replay.slept, event);
    else if (replay.woken) this.resumeRow(replay.woken, event);
    else this.factRow(event, frame);
  }

  private enterRow(frame: Frame, event: DecodedEvent): void {
    const id = this.id(frame.call);
    const site = frame.site;
    this.insert.call.run(
      id,
      this.thread,
      frame.parent > 0 ? this.id(frame.parent) : null,
      frame.asyncParent > 0 ? this.id(frame.asyncParent) : null,
      this.correlationId(frame.correlation),
      site ? functionId(site) : null,
      null,
      frame.depth,
      event.event,
      null,
      frame.startNs,
      null,
      'running',
      null,
      null,
      null,
    );
    event.values.forEach((value, position) => {
      this.insert.argument.run(
        id,
        position,
        site?.function.parameters[position] ?? `argument ${position}`,
        valueToText(value),
        typeOfValue(value),
        this.objectId(value),
        truncationOf(value) ?? null,
      );
    });
    if (frame.causeCode > 0 && frame.asyncParent > 0) this.edgeRow(frame, event);
  }

  private edgeRow(frame: Frame, event: DecodedEvent): void {
    const kind = CAUSE_CODES[event.causeCode] ?? 'unknown';
    this.insert.edge.run(
      this.thread,
      event.event,
      kind,
      event.causeCall > 0 ? this.id(event.causeCall) : null,
      this.id(frame.call),
      this.thread,
      this.thread,
      event.timeNs,
    );
  }

  private endRow({ frame, outcome, value }: Ended): void {
    const id = this.id(frame.call);
    const has = outcome === 'returned';
    let exception: number | null = null;
    if (outcome === 'threw') {
      exception = this.inFlight;
      if (exception === null) this.unexplained.push(id);
    }
    this.insert.end.run(
      this.nowEvent,
      this.nowNs,
      outcome,
      has ? valueToText(value) : null,
      has ? typeOfValue(value) : null,
      exception,
      id,
    );
  }

  private suspendRow(frame: Frame, event: DecodedEvent): void {
    const site = this.replay.resolver.resolve(event.payload);
    this.openSuspensions.set(frame.call, event.event);
    this.insert.suspension.run(
      this.thread,
      event.event,
      this.id(frame.call),
      event.timeNs,
      null,
      SUSPEND_KINDS[site?.a ?? 0] ?? 'await',
      site ? siteId(site) : null,
    );
    this.insert.outcome.run('suspended', this.id(frame.call));
  }

  private resumeRow(frame: Frame, event: DecodedEvent): void {
    const opened = this.openSuspensions.get(frame.call);
    this.openSuspensions.delete(frame.call);
    if (opened !== undefined) this.insert.resumed.run(event.timeNs, this.thread, opened);
    else this.insert.resumedLast.run(event.timeNs, this.id(frame.call));
    this.insert.outcome.run('running', this.id(frame.call));
    if (event.causeCode > 0) this.edgeRow(frame, event);
  }

  private factRow(event: DecodedEvent, frame: Frame | undefined): void {
    const call = frame ? this.id(frame.call) : null;
    const rowId = this.id(event.event);
    const [first, second] = event.values;
    switch (event.kind) {
      case K.THROW:
        this.inFlight = this.exceptionRow(first, call, event, null);
        break;
      case K.CATCH:
        this.exceptionRow(first, call, event, 1);
        this.inFlight = null;
        break;
      case K.UNCAUGHT:
        this.exceptionRow(first, call, event, 0);
        this.inFlight = null;
        break;
      case K.LOG:
        this.insert.log.run(
          rowId,
          this.thread,
          call,
          event.timeNs,
          event.payload === 2 ? 'stderr' : 'stdout',
          textOf(first),
        );
        break;
      case K.LOG_INJECTED:
        this.insert.log.run(rowId, this.thread, call, event.timeNs, 'plan', textOf(first));
        break;
      case K.MARK:
        this.insert.mark.run(rowId, this.thread, call, event.timeNs, textOf(first), valueToText(second));
        break;
      case K.CORRELATION:
        this.insert.correlation.run(this.correlationId(event.number), textOf(first));
        break;
      case K.REQUEST_START:
        this.openRequests.set(event.number, rowId);
        this.insert.request.run(
          rowId,
          call,
          event.payload === 1 ? 'out' : 'in',
          textOf(first),
          textOf(second),
          null,
          event.timeNs,
          null,
        );
        break;
      case K.REQUEST_END: {
        const opened = this.openRequests.get(event.number);
        this.openRequests.delete(event.number);
        if (opened !== undefined)
          this.insert.response.run(typeof first === 'number' ? first : null, event.timeNs, opened);
        break;
      }
      case K.EXPRESSION:
        this.callLine(event);
        break;
      default:
        break;
    }
  }

  private lastEnded: { call: number; parent: number } | undefined;

  /** The result of a call directly after that call ended tells the line it was made from. */
  private callLine(event: DecodedEvent): void {
    const site = this.replay.resolver.resolve(event.payload);
    const ended = this.lastEnded;
    if (site && ended && ended.parent === this.replay.top?.call && /^(call|new)/.test(site.table.names[site.b] ?? '')) {
      this.insert.callLine.run(site.line, this.id(ended.call));
    }
    this.lastEnded = undefined;
  }

  private exceptionRow(value: Value, call: number | null, event: DecodedEvent, caught: number | null): number {
    const object = this.objectId(value);
    const known =
      object === null ? (caught === null ? undefined : (this.inFlight ?? undefined)) : this.errors.get(object);
    const id = known ?? this.id(event.event);
    if (known === undefined) {
      const { name, message, stack } = errorParts(value);
      this.insert.exception.run(id, call, this.thread, event.timeNs, name, message, stack, caught, object);
      if (object !== null) {
        if (this.errors.size >= KNOWN_ERRORS_MAX) this.errors.delete(this.errors.keys().next().value!);
        this.errors.set(object, id);
      }
    } else if (caught !== null) {
      this.insert.caught.run(caught, id);
    }
    for (const thrower of this.unexplained) this.insert.exceptionOfCall.run(id, thrower);
    this.unexplained = [];
    return id;
  }

  private writeRows(event: DecodedEvent, frame: Frame | undefined): void {
    const call = frame ? this.id(frame.call) : null;
    const [first, second, third] = event.values;
    const site = this.replay.resolver.resolve(event.payload);
    const place = site ? siteId(site) : null;
    switch (event.kind) {
      case K.WRITE:
      case K.WRITE_SCOPED:
        this.writeRow(
          event,
          call,
          'variable',
          null,
          first,
          null,
          place,
          event.kind === K.WRITE_SCOPED ? callId(this.thread, event.number) : null,
        );
        break;
      case K.PROPERTY:
        this.writeRow(event, call, 'property', null, second, this.objectId(first), place, null);
        break;
      case K.PROPERTY_COMPUTED:
        this.writeRow(event, call, 'property', keyText(second), third, this.objectId(first), place, null);
        break;
      case K.PROPERTY_DELETE:
        this.writeRow(event, call, 'property', keyText(second), undefined, this.objectId(first), place, null);
        break;
      case K.EXPRESSION:
        this.insert.expression.run(
          this.id(event.event),
          call,
          this.thread,
          event.event,
          event.timeNs,
          place,
          valueToText(first),
          typeOfValue(first),
        );
        break;
      default:
        break;
    }
    for (const value of event.values) this.objectRow(value, event.timeNs);
  }

  private writeRow(
    event: DecodedEvent,
    call: number | null,
    kind: string,
    name: string | null,
    value: Value,
    owner: number | null,
    site: number | null,
    scope: number | null,
  ): void {
    this.insert.write.run(
      this.id(event.event),
      call,
      this.thread,
      event.event,
      event.timeNs,
      kind,
      name,
      valueToText(value),
      typeOfValue(value),
      this.objectId(value),
      owner,
      site,
      scope,
      truncationOf(value) ?? null,
    );
  }

  private objectRow(value: Value, timeNs: number): void {
    if (isCaptured(value) && value.id !== 0) this.insert.object.run(callId(this.thread, value.id), value.name, timeNs);
  }

  private eventRow(event: DecodedEvent, frame: Frame | undefined): void {
    const site = this.replay.resolver.resolve(event.payload);
    this.insert.event.run(
      this.thread,
      event.event,
      event.timeNs,
      eventName(event.kind),
      frame ? this.id(frame.call) : null,
      site?.module.id ?? null,
      site ? siteId(site) : null,
    );
  }

  private objectId(value: Value): number | null {
    return isCaptured(value) && value.id !== 0 ? callId(this.thread, value.id) : null;
  }

  /** Calls still open after the last chunk stay `running` or `suspended`; nothing to do, they were inserted so. */
  private markOpen(): void {
    const last = this.replay.ended.at(-1);
    this.lastEnded = last ? { call: last.frame.call, parent: last.frame.parent } : undefined;
  }
}

function functionId(site: Site): number {
  return site.module.id * FUNCTIONS_PER_MODULE + site.functionIndex;
}

function siteId(site: Site): number {
  return site.module.id * SITES_PER_MODULE + site.index;
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  return isCaptured(value) && (value.type === 'cut string' || value.type === 'redacted')
    ? value.name
    : valueToText(value);
}

function keyText(value: Value): string {
  return isCaptured(value) ? `[${value.name}]` : String(value);
}

function errorParts(value: Value): { name: string; message: string; stack: string | null } {
  if (isCaptured(value) && value.type === 'error') {
    return {
      name: value.name,
      message: textOf(value.message),
      stack: value.stack === undefined ? null : textOf(value.stack),
    };
  }
  return { name: typeOfValue(value), message: textOf(value), stack: null };
}

function prepareInserts(db: Database) {
  const into = (table: string, columns: number, mode = 'REPLACE'): ReturnType<Database['prepare']> =>
    db.prepare(`INSERT OR ${mode} INTO ${table} VALUES (${Array.from({ length: columns }, () => '?').join(',')})`);
  return {
    call: into('call_rows', 16),
    argument: into('argument_rows', 7),
    write: into('write_rows', 14),
    expression: into('expression_rows', 8),
    suspension: into('suspension_rows', 7),
    exception: into('exceptions', 9),
    log: into('logs', 6),
    request: into('requests', 8),
    mark: into('marks', 6),
    correlation: into('correlations', 2),
    edge: into('edge_rows', 8),
    event: into('event_rows', 7),
    object: into('objects', 3, 'IGNORE'),
    end: db.prepare(
      'UPDATE call_rows SET end_event=?, end_ns=?, outcome=?, result=?, result_type=?, exception_id=? WHERE id=?',
    ),
    outcome: db.prepare('UPDATE call_rows SET outcome=? WHERE id=?'),
    callLine: db.prepare('UPDATE call_rows SET call_line=? WHERE id=?'),
    resumed: db.prepare('UPDATE suspension_rows SET resumed_ns=? WHERE thread_id=? AND event=?'),
    resumedLast: db.prepare('UPDATE suspension_rows SET resumed_ns=? WHERE call_id=? AND resumed_ns IS NULL'),
    response: db.prepare('UPDATE requests SET status=?, end_ns=? WHERE id=?'),
    caught: db.prepare('UPDATE exceptions SET caught=? WHERE id=?'),
    exceptionOfCall: db.prepare('UPDATE call_rows SET exception_id=? WHERE id=?'),
    correlationOf: db.prepare('SELECT correlation_id FROM call_rows WHERE id=?'),
  };
}
