import { callId, isCaptured, K, truncationOf, typeOfValue, type Value } from '@execution-cinema/format';
import type { Database } from '../driver/index.ts';
import type { ChunkEvent } from '../read/chunks.ts';
import type { Frame, ThreadReplay } from '../read/replay.ts';
import { RowBatch } from './row-batch.ts';
import { objectId } from './row-ids.ts';
import type { SiteRows } from './site-rows.ts';
import type { TextStore } from './text-store.ts';
import { keyText, type RowTexts } from './value-text.ts';

/** Objects remembered as written; beyond that their rows are written again, which changes nothing. */
const KNOWN_OBJECTS_MAX = 1_000_000;

/** Rows of `writes`, `expressions` and `objects`. */
export class WriteRows {
  private readonly thread: number;
  private readonly replay: ThreadReplay;
  private readonly texts: RowTexts;
  private readonly sites: SiteRows;
  private readonly shared: TextStore;
  private readonly sql: ReturnType<typeof prepare>;
  private readonly known = new Set<number>();

  constructor(
    db: Database,
    thread: number,
    replay: ThreadReplay,
    shared: { texts: RowTexts; sites: SiteRows; store: TextStore },
  ) {
    this.thread = thread;
    this.replay = replay;
    this.texts = shared.texts;
    this.sites = shared.sites;
    this.shared = shared.store;
    this.sql = prepare(db);
  }

  event(event: ChunkEvent, frame: Frame | undefined): void {
    const [first, second, third] = event.values;
    switch (event.kind) {
      case K.WRITE:
        this.write(event, frame, { kind: 'variable', name: null, value: first, owner: null, scope: null });
        break;
      case K.WRITE_SCOPED: {
        const scope = callId(this.thread, event.number);
        this.write(event, frame, { kind: 'variable', name: null, value: first, owner: null, scope });
        break;
      }
      case K.PROPERTY:
        this.property(event, frame, null, second);
        break;
      case K.PROPERTY_COMPUTED:
        this.property(event, frame, keyText(second), third);
        break;
      case K.PROPERTY_DELETE:
        this.property(event, frame, keyText(second), undefined);
        break;
      case K.MUTATION: {
        // The first value that was handed over: the container itself may be long.
        const owner = objectId(this.thread, first);
        this.write(event, frame, { kind: 'mutation', name: null, value: second, owner, scope: null });
        break;
      }
      case K.EXPRESSION:
        this.expression(event, frame, first);
        break;
      default:
        break;
    }
    this.newObjects(event);
  }

  /** Rows are in their tables after this. */
  flush(): void {
    this.sql.write.flush();
    this.sql.expression.flush();
    this.sql.object.flush();
  }

  private property(event: ChunkEvent, frame: Frame | undefined, name: string | null, value: Value): void {
    const owner = objectId(this.thread, event.values[0]);
    this.write(event, frame, { kind: 'property', name, value, owner, scope: null });
  }

  private write(
    event: ChunkEvent,
    frame: Frame | undefined,
    row: { kind: string; name: string | null; value: Value; owner: number | null; scope: number | null },
  ): void {
    const site = this.replay.resolver.resolve(event.payload);
    // After a level changed in mid-call the frame on top may be another function's: then the call is not known.
    const isOwn = site === undefined || frame?.site === undefined || site.function === frame.site.function;
    this.sql.write.add(
      callId(this.thread, event.event),
      frame && isOwn ? callId(this.thread, frame.call) : null,
      this.thread,
      event.timeNs,
      row.kind,
      row.name,
      this.shared.reference(this.texts.text(row.value)),
      typeOfValue(row.value),
      objectId(this.thread, row.value),
      row.owner,
      site ? this.sites.need(site) : null,
      row.scope,
      truncationOf(row.value) ?? null,
    );
  }

  private expression(event: ChunkEvent, frame: Frame | undefined, value: Value): void {
    const site = this.replay.resolver.resolve(event.payload);
    this.sql.expression.add(
      callId(this.thread, event.event),
      frame ? callId(this.thread, frame.call) : null,
      this.thread,
      event.timeNs,
      site ? this.sites.need(site) : null,
      this.shared.reference(this.texts.text(value)),
      typeOfValue(value),
    );
  }

  /** Rows of the objects that this event was the first in the chunk to capture, those inside others included. */
  private newObjects(event: ChunkEvent): void {
    for (const value of event.values) {
      // Proxies and what was not looked into are not in the tables of the chunk.
      if (isCaptured(value) && (value.type === 'shallow' || value.type === 'proxy')) {
        this.object(value.id, value.name, event);
      }
    }
    for (const { id, name } of event.captured) this.object(id, name, event);
  }

  private object(id: number, name: string, event: ChunkEvent): void {
    if (id === 0 || this.known.has(id)) return;
    if (this.known.size >= KNOWN_OBJECTS_MAX) this.known.clear();
    this.known.add(id);
    this.sql.object.add(callId(this.thread, id), name, event.timeNs, event.event);
  }
}

function prepare(db: Database) {
  return {
    write: new RowBatch(db, 'INSERT OR REPLACE INTO write_rows', 13),
    expression: new RowBatch(db, 'INSERT OR REPLACE INTO expression_rows', 7),
    object: new RowBatch(
      db,
      'INSERT INTO objects',
      4,
      `ON CONFLICT(id) DO UPDATE SET first_ns = excluded.first_ns, event = excluded.event
         WHERE excluded.event <= event`,
    ),
  };
}
