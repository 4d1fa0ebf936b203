import type { Database } from '../driver/index.ts';

/*
 * Which request of one thread is the one that another has received: rows of `request_pairs`. Each step looks at what those
 * before it have left over. What is not certain stays unpaired.
 */

/** A request may be announced in the sending process shortly after it has arrived in the other. */
const INVERTED_NS = 100e6;
/** Ids of one thread (sidecar-schema.ts). */
const THREAD_IDS = 2 ** 40;

export function pairRequests(sidecar: Database): void {
  sidecar.exec(`DELETE FROM request_pairs; ${BY_CONNECTION}; ${BY_HEADER}; ${BY_PIPE}; ${BY_TRACE}`);
}

/** Gone out by the same connection, as many requests after its beginning. */
const BY_CONNECTION = nearest(
  'connection_rows',
  "a.client <> '' AND b.client = a.client AND b.server = a.server AND b.before = a.before",
);

/**
 * What a proxy hands on comes by another connection, with the traceparent header that it has got. Of several requests that
 * went out with the same (a recorded proxy's own among them) the last before is the one that arrived.
 */
const BY_HEADER = nearest('trace_rows', 'b.trace = a.trace AND b.parent = a.parent');

/** The two ends of a Unix socket or pipe know its path, nothing of each other. */
const BY_PIPE = onlyOne(
  'connection_rows',
  "a.client = '' AND b.client = '' AND b.server = a.server AND b.before = a.before",
);

/** A proxy that takes part in tracing puts a parent of its own into the header; the trace stays. */
const BY_TRACE = onlyOne('trace_rows', 'b.trace = a.trace');

/** Of those that have the same, the one that was under way: sent last before this one came in, or announced soon after. */
function nearest(table: string, condition: string): string {
  return `INSERT INTO request_pairs SELECT received, sent FROM (
    SELECT i.id AS received, o.id AS sent, row_number() OVER (PARTITION BY i.id
      ORDER BY coalesce(o.end_ns, i.start_ns) < i.start_ns, o.start_ns > i.start_ns, abs(o.start_ns - i.start_ns)) AS rank
    FROM request_rows i JOIN ${table} a ON a.request_id = i.id JOIN ${table} b ON ${condition}
    JOIN request_rows o ON o.id = b.request_id
    WHERE i.direction = 'in' AND o.direction = 'out' AND i.id NOT IN (SELECT received FROM request_pairs)
      AND o.start_ns <= i.start_ns + ${INVERTED_NS}
      AND NOT (o.start_ns > i.start_ns AND o.id / ${THREAD_IDS} = i.id / ${THREAD_IDS}))
    WHERE rank = 1`;
}

/**
 * The same request (method and path) was under way while this one was answered; there was no other, and nothing else came
 * in that it could have been.
 */
function onlyOne(table: string, condition: string): string {
  return `INSERT INTO request_pairs SELECT received, sent FROM (
    SELECT i.id AS received, o.id AS sent, count(*) OVER (PARTITION BY i.id) AS senders,
      count(*) OVER (PARTITION BY o.id) AS receivers
    FROM request_rows i JOIN ${table} a ON a.request_id = i.id JOIN ${table} b ON ${condition}
    JOIN request_rows o ON o.id = b.request_id
    WHERE i.direction = 'in' AND o.direction = 'out' AND i.method = o.method
      AND substr(o.url, -length(i.url)) = i.url AND i.id NOT IN (SELECT received FROM request_pairs)
      AND o.id NOT IN (SELECT sent FROM request_pairs)
      AND o.start_ns <= min(i.start_ns + ${INVERTED_NS}, coalesce(i.end_ns, i.start_ns))
      AND coalesce(o.end_ns, i.start_ns) >= i.start_ns)
    WHERE senders = 1 AND receivers = 1`;
}
