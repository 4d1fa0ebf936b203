import { parseCall, callId } from '@execution-cinema/format';
import {
  callTree,
  FUNCTIONS_PER_MODULE,
  findCalls,
  resolveCall,
  type CallInfo,
  type TreeNode,
} from '@execution-cinema/store';
import { ServerError } from '../../errors.ts';
import { LIST_LIMIT_MAX, type CallView, type TreeNodeView } from '../../protocol.ts';
import { storeProgress, type EngineContext } from '../context.ts';
import { LIST_LIMIT_DEFAULT, atOrNull } from '../views/basics.ts';
import { callView } from '../views/call-view.ts';
import { passes, sortCalls } from '../value-filter.ts';
import type { Answer } from './method.ts';

const TREE_LIMIT_DEFAULT = 300;
const TREE_DEPTH_DEFAULT = 2;
const CALLERS_MAX = 100;

/** Adds the ids of functions, which rows of the store leave out. */
function callViews({ sidecar }: EngineContext, calls: readonly CallInfo[]): CallView[] {
  const ids = JSON.stringify(calls.map(({ id }) => id));
  const rows = sidecar.db
    .prepare('SELECT id, function_id AS functionId FROM call_rows WHERE id IN (SELECT value FROM json_each(?))')
    .all<{ id: number; functionId: number | null }>(ids);
  const functionIds = new Map(rows.map(({ id, functionId }) => [id, functionId]));
  return calls.map((call) => callView({ ...call, functionId: functionIds.get(call.id) ?? 0 }));
}

export const tree: Answer<'tree'> = (context, params, job) => {
  const { recording, sidecar } = context;
  const { root, thread, span, depth = TREE_DEPTH_DEFAULT, limit = TREE_LIMIT_DEFAULT, offset = 0 } = params;
  const found = callTree(
    recording,
    sidecar.db,
    {
      depth,
      limit: Math.min(limit + offset, LIST_LIMIT_MAX),
      async: params.async ?? true,
      ...(root !== undefined && { root: resolveCall(recording, root) }),
      ...(thread !== undefined && { thread }),
      ...(span !== undefined && { range: span }),
    },
    storeProgress(job, 'indexing calls'),
  );
  const views = new Map<number, CallView>();
  const all: CallInfo[] = [];
  const collect = (node: TreeNode): void => {
    all.push(node.call);
    node.children.forEach(collect);
  };
  found.roots.forEach(collect);
  callViews(context, all).forEach((view, i) => views.set(all[i]!.id, view));
  const viewOf = (node: TreeNode, from: number): TreeNodeView => ({
    call: views.get(node.call.id)!,
    scheduled: node.scheduled,
    children: node.children.slice(from).map((child) => viewOf(child, 0)),
    omitted: node.omitted,
  });
  const roots = root === undefined ? found.roots.slice(offset) : found.roots;
  return { roots: roots.map((node) => viewOf(node, root === undefined ? 0 : offset)), omitted: found.omitted };
};

export const call: Answer<'call'> = (context, params, job) => {
  context.buildRows(job, ['calls']);
  const { sidecar } = context;
  const named = parseCall(params.call);
  if (!named) throw new ServerError('BAD_REQUEST', `${params.call} is no call`);
  const id = callId(named.thread, named.call);
  const own = infoOf(context, id, job);
  if (!own) throw new ServerError('UNAVAILABLE', `call ${params.call} is not in the recording`);
  const { offset = 0, limit = LIST_LIMIT_DEFAULT } = params;
  const childIds = sidecar.db
    .prepare('SELECT id FROM call_rows WHERE parent_id = ? ORDER BY id LIMIT ? OFFSET ?')
    .all<{ id: number }>(id, limit, offset)
    .map((row) => row.id);
  const total =
    sidecar.db.prepare('SELECT count(*) AS n FROM call_rows WHERE parent_id = ?').get<{ n: number }>(id)?.n ?? 0;
  const suspensions = sidecar.db
    .prepare(
      'SELECT event, time_ns AS timeNs, resumed_ns AS resumedNs, kind, line FROM suspensions WHERE call_id = ? ORDER BY event LIMIT ?',
    )
    .all<{ event: number; timeNs: number; resumedNs: number | null; kind: string; line: number | null }>(
      id,
      LIST_LIMIT_MAX,
    );
  return {
    call: callViews(context, [own])[0]!,
    callers: callViews(context, callersOf(context, own, job)),
    children: {
      items: callViews(
        context,
        childIds.flatMap((child) => infoOf(context, child, job) ?? []),
      ),
      offset,
      total,
      more: offset + childIds.length < total,
    },
    suspensions: suspensions.map(({ event, timeNs, resumedNs, kind, line }) => ({
      at: { thread: named.thread, event, timeNs },
      resumed: atOrNull(named.thread, resumedNs === null ? null : event, resumedNs),
      kind,
      line: line ?? 0,
    })),
  };
};

/** One call as the tree shows it. */
function infoOf({ recording, sidecar }: EngineContext, id: number, job: Parameters<typeof storeProgress>[0]) {
  const root = resolveCall(recording, String(id));
  return callTree(recording, sidecar.db, { root, depth: 0, limit: 1 }, storeProgress(job)).roots[0]?.call;
}

function callersOf(context: EngineContext, from: CallInfo, job: Parameters<typeof storeProgress>[0]): CallInfo[] {
  const callers: CallInfo[] = [];
  const seen = new Set([from.id]);
  for (let next = from.parent ?? from.asyncParent; next !== null && callers.length < CALLERS_MAX;) {
    if (seen.has(next)) break;
    seen.add(next);
    const info = infoOf(context, next, job);
    if (!info) break;
    callers.push(info);
    next = info.parent ?? info.asyncParent;
  }
  return callers;
}

/** Calls that are gone through for a filter by value or another order; of more the first ones. */
const GONE_THROUGH_MAX = 50_000;

export const calls: Answer<'calls'> = (context, params, job) => {
  const { recording, sidecar } = context;
  const { offset = 0, limit = LIST_LIMIT_DEFAULT, where, sort, functionId } = params;
  const isPlain = !where?.length && !sort && functionId === undefined;
  const named = functionId === undefined ? params.function : functionNameOf(context, functionId);
  const { calls: found, more } = findCalls(
    recording,
    sidecar.db,
    {
      limit: isPlain ? offset + limit : GONE_THROUGH_MAX,
      ...(named !== undefined && { function: named }),
      ...(params.file !== undefined && { file: params.file }),
      ...(params.threw && { threw: true }),
      ...(params.request !== undefined && { request: params.request }),
      ...(params.correlation !== undefined && { correlation: params.correlation }),
      ...(params.thread !== undefined && { thread: params.thread }),
      ...(params.span !== undefined && { range: params.span }),
    },
    storeProgress(job, 'indexing calls'),
  );
  if (isPlain) {
    const items = callViews(context, found.slice(offset));
    return { items, offset, total: more ? null : found.length, more };
  }
  const all = callViews(context, found).filter(
    (view) =>
      (functionId === undefined || view.functionId === functionId) &&
      (where ?? []).every((filter) => passes(view, filter)),
  );
  if (sort) sortCalls(all, sort);
  const items = all.slice(offset, offset + limit);
  return { items, offset, total: more ? null : all.length, more: more || offset + items.length < all.length };
};

function functionNameOf({ recording }: EngineContext, functionId: number): string {
  const module = recording.module(Math.floor(functionId / FUNCTIONS_PER_MODULE));
  const entry = module?.sites?.functions[functionId % FUNCTIONS_PER_MODULE];
  if (!entry) throw new ServerError('BAD_REQUEST', `there is no function ${functionId}`);
  return entry.name;
}
