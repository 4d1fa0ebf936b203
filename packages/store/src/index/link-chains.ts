import type { Database } from '../driver/index.ts';
import { pairRequests } from './request-pairs.ts';

/*
 * What one thread sent and another received: who caused the receiver's calls, and which chain they belong to. Made anew
 * from the rows of all threads, whatever was indexed when.
 */

/** Ids name the thread that sent something (sidecar-schema.ts): a chain goes from thread to thread by such links. */
interface Link {
  id: number;
  parent: number;
  /** 1: a request, 0: a message, or the start of a thread or process. */
  isRequest: number;
}

const RECEIPTS = 'receipt_rows r JOIN send_rows s ON s.channel = r.channel AND s.sequence = r.sequence';

export function linkChains(sidecar: Database): void {
  sidecar.transaction(() => {
    pairRequests(sidecar);
    linkCorrelations(sidecar);
    adoptCalls(sidecar);
  }, 'immediate');
}

/**
 * Chains that began with something received are part of the sender's. A request is part of what was a request, or was named
 * by `withCorrelation`, already; what a client sends of its own accord, many requests perhaps, begins with each of them.
 */
function linkCorrelations(sidecar: Database): void {
  const links = sidecar
    .prepare(
      `SELECT r.correlation_id AS id, s.correlation_id AS parent, 0 AS isRequest FROM ${RECEIPTS}
         WHERE r.correlation_id IS NOT NULL AND s.correlation_id IS NOT NULL
       UNION ALL SELECT i.correlation_id, o.correlation_id, 1 FROM request_pairs p
         JOIN request_rows i ON i.id = p.received JOIN request_rows o ON o.id = p.sent
         WHERE i.correlation_id IS NOT NULL AND o.correlation_id IS NOT NULL`,
    )
    .all<Link>();
  const parents = new Map(links.filter(({ id, parent }) => id !== parent).map((link) => [link.id, link]));
  const named = sidecar
    .prepare(
      `SELECT id FROM correlations
       UNION SELECT correlation_id FROM request_rows WHERE direction = 'in' AND correlation_id IS NOT NULL`,
    )
    .all<{ id: number }>();
  const begins = new Set(named.map(({ id }) => id));
  sidecar.exec('DELETE FROM correlation_links');
  const insert = sidecar.prepare('INSERT INTO correlation_links VALUES(?, ?, ?)');
  const roots = new Map<number, number>();
  for (const { id, parent } of parents.values()) insert.run(id, parent, rootOf(id, parents, begins, roots));
}

/** Follows links to their beginning; `roots` holds what is known. A circle, which only damage can make, ends anywhere. */
function rootOf(
  id: number,
  parents: ReadonlyMap<number, Link>,
  begins: ReadonlySet<number>,
  roots: Map<number, number>,
): number {
  const path = new Set<number>();
  let at = id;
  for (let link = parents.get(at); link !== undefined && !path.has(at) && !roots.has(at); link = parents.get(at)) {
    path.add(at);
    at = link.parent;
  }
  let root = roots.get(at) ?? at;
  for (const step of [...path].reverse()) {
    if (parents.get(step)!.isRequest === 1 && !begins.has(root)) root = step;
    roots.set(step, root);
  }
  return root;
}

/** Calls that the event loop made for something received were caused by the call that sent it. */
function adoptCalls(sidecar: Database): void {
  sidecar.exec(`WITH cause(correlation, call) AS (
      SELECT r.correlation_id, s.call_id FROM ${RECEIPTS} WHERE r.correlation_id IS NOT NULL AND s.call_id IS NOT NULL
      UNION ALL SELECT i.correlation_id, o.call_id FROM request_pairs p JOIN request_rows i ON i.id = p.received
        JOIN request_rows o ON o.id = p.sent WHERE i.correlation_id IS NOT NULL AND o.call_id IS NOT NULL)
    UPDATE call_rows SET async_parent_id = cause.call FROM cause
      WHERE call_rows.correlation_id = cause.correlation AND call_rows.parent_id IS NULL
        AND call_rows.async_parent_id IS NULL AND call_rows.id <> cause.call;`);
}
