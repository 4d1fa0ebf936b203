import type { CallTree, Sidecar, TreeNode } from '@execution-cinema/store';

/** What the event loop had to do with a call. */
export interface AsyncFact {
  /** How it was scheduled: `timer`, `promise`, `emitter` ... */
  cause?: string;
  /** How often it was suspended, and for how long in all (of those that ended). */
  suspensions: number;
  asleepNs: number;
}

/**
 * Facts of all calls of a tree that are not plain synchronous calls, by call id. Asks the views as they are: making the
 * tree has built the rows of its calls, and of a large recording no more should be built.
 */
export function asyncFacts({ db }: Sidecar, tree: CallTree): Map<number, AsyncFact> {
  const ids = JSON.stringify([...idsOf(tree.roots)]);
  const facts = new Map<number, AsyncFact>();
  const suspensions = db.prepare(
    `SELECT call_id AS id, count(*) AS count, sum(coalesce(resumed_ns - time_ns, 0)) AS ns FROM suspensions
     WHERE call_id IN (SELECT value FROM json_each(?)) GROUP BY call_id`,
  );
  for (const { id, count, ns } of suspensions.all<{ id: number; count: number; ns: number }>(ids)) {
    facts.set(id, { suspensions: count, asleepNs: ns });
  }
  const causes = db.prepare(
    `SELECT to_call AS id, min(kind) AS cause FROM edges
     WHERE to_call IN (SELECT value FROM json_each(?)) AND kind NOT IN ('await', 'unknown') GROUP BY to_call`,
  );
  for (const { id, cause } of causes.all<{ id: number; cause: string }>(ids)) {
    facts.set(id, { suspensions: 0, asleepNs: 0, ...facts.get(id), cause });
  }
  return facts;
}

function* idsOf(nodes: readonly TreeNode[]): Generator<number> {
  for (const node of nodes) {
    yield node.call.id;
    yield* idsOf(node.children);
  }
}
