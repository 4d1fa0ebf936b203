import type { Database } from '../driver/index.ts';

/*
 * What one thread sent and another received: who caused the receiver's calls, and which chain they belong to. Made anew
 * from the rows of all threads, whatever was indexed when.
 */

/** Ids name the thread that sent something (sidecar-schema.ts): a chain goes from thread to thread by such links. */
interface Link {
  id: number;
  parent: number;
}

/** A request may be announced in the sending process shortly after it has arrived in the other. */
const INVERTED_NS = 100e6;

const RECEIPTS = 'receipt_rows r JOIN send_rows s ON s.channel = r.channel AND s.sequence = r.sequence';

export function linkChains(sidecar: Database): void {
  sidecar.transaction(() => {
    pairRequests(sidecar);
    linkCorrelations(sidecar);
    adoptCalls(sidecar);
  }, 'immediate');
}

/** Requests that came in, with those that went out by the same connection, as many after its beginning, last before them. */
function pairRequests(sidecar: Database): void {
  sidecar.exec(`DELETE FROM request_pairs;
    INSERT INTO request_pairs SELECT i.id, o.id FROM request_rows i JOIN connection_rows ci ON ci.request_id = i.id
      JOIN connection_rows co ON co.client = ci.client AND co.server = ci.server AND co.before = ci.before
      JOIN request_rows o ON o.id = co.request_id
      WHERE i.direction = 'in' AND o.direction = 'out' AND o.start_ns <= i.start_ns + ${INVERTED_NS}
      GROUP BY i.id HAVING o.start_ns = max(o.start_ns);`);
}

/** Chains that began with something received are part of the sender's. */
function linkCorrelations(sidecar: Database): void {
  const links = sidecar
    .prepare(
      `SELECT r.correlation_id AS id, s.correlation_id AS parent FROM ${RECEIPTS}
         WHERE r.correlation_id IS NOT NULL AND s.correlation_id IS NOT NULL
       UNION ALL SELECT i.correlation_id, o.correlation_id FROM request_pairs p
         JOIN request_rows i ON i.id = p.received JOIN request_rows o ON o.id = p.sent
         WHERE i.correlation_id IS NOT NULL AND o.correlation_id IS NOT NULL`,
    )
    .all<Link>();
  const parents = new Map(links.filter(({ id, parent }) => id !== parent).map(({ id, parent }) => [id, parent]));
  sidecar.exec('DELETE FROM correlation_links');
  const insert = sidecar.prepare('INSERT INTO correlation_links VALUES(?, ?, ?)');
  const roots = new Map<number, number>();
  for (const [id, parent] of parents) insert.run(id, parent, rootOf(id, parents, roots));
}

/** Follows links to their beginning; `roots` holds what is known. A circle, which only damage can make, ends anywhere. */
function rootOf(id: number, parents: ReadonlyMap<number, number>, roots: Map<number, number>): number {
  const path = new Set<number>();
  let at = id;
  while (!path.has(at)) {
    const known = roots.get(at);
    if (known !== undefined) {
      at = known;
      break;
    }
    path.add(at);
    const parent = parents.get(at);
    if (parent === undefined) break;
    at = parent;
  }
  for (const step of path) roots.set(step, at);
  return at;
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
