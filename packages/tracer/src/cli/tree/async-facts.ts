import { runSql, type CallTree, type Recording, type Sidecar, type TreeNode } from '@execution-cinema/store';

/** What the event loop had to do with a call. */
export interface AsyncFact {
  /** How it was scheduled: `timer`, `promise`, `emitter` ... */
  cause?: string;
  /** How often it was suspended, and for how long in all (of those that ended). */
  suspensions: number;
  asleepNs: number;
}

/** Facts of all calls of a tree that are not plain synchronous calls, by call id. */
export function asyncFacts(recording: Recording, sidecar: Sidecar, tree: CallTree): Map<number, AsyncFact> {
  const ids = JSON.stringify([...idsOf(tree.roots)]);
  const facts = new Map<number, AsyncFact>();
  const of = (id: number): AsyncFact => {
    let fact = facts.get(id);
    if (!fact) facts.set(id, (fact = { suspensions: 0, asleepNs: 0 }));
    return fact;
  };
  const suspensions = `SELECT call_id, count(*) AS n, sum(coalesce(resumed_ns - time_ns, 0)) AS ns FROM suspensions
    WHERE call_id IN (SELECT value FROM json_each('${ids}')) GROUP BY call_id`;
  for (const row of runSql(recording, sidecar, suspensions).rows) {
    const fact = of(Number(row['call_id']));
    fact.suspensions = Number(row['n']);
    fact.asleepNs = Number(row['ns']);
  }
  const causes = `SELECT to_call, min(kind) AS kind FROM edges
    WHERE to_call IN (SELECT value FROM json_each('${ids}')) AND kind NOT IN ('await', 'unknown') GROUP BY to_call`;
  for (const row of runSql(recording, sidecar, causes).rows) of(Number(row['to_call'])).cause = String(row['kind']);
  return facts;
}

function* idsOf(nodes: readonly TreeNode[]): Generator<number> {
  for (const node of nodes) {
    yield node.call.id;
    yield* idsOf(node.children);
  }
}
