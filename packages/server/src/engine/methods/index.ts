import type { Method } from '../../protocol.ts';
import { call, calls, tree } from './calls.ts';
import { code, source } from './code.ts';
import { edges, exceptions, logs, marks, requests } from './facts.ts';
import { index, samples, snapshot, snapshots } from './extras.ts';
import { film, flame } from './film.ts';
import { recordings } from './folder.ts';
import { hot, map, types } from './functions.ts';
import { asyncGraph, sequence } from './graphs.ts';
import { history } from './history.ts';
import { executions, hits, lineValues, steps } from './lines.ts';
import type { Answer } from './method.ts';
import { momentsAt, resolve, state, value } from './moment.ts';
import { move } from './move.ts';
import { counterpart, diff } from './two-runs.ts';
import { logPoint, origin } from './origins.ts';
import { open, overview, skipped } from './overview.ts';
import { search } from './search.ts';
import { schema } from './schema.ts';
import { requestOf } from './request-of.ts';
import { visit } from './visit.ts';

/** Methods that engines answer. `watch` is the server's own, `sql` has processes of its own. */
type EngineMethod = Exclude<Method, 'watch' | 'sql'>;

export const METHODS: { [M in EngineMethod]: Answer<M> } = {
  recordings,
  open,
  overview,
  skipped,
  film,
  flame,
  resolve,
  momentsAt,
  move,
  state,
  visit,
  value,
  code,
  source,
  hits,
  executions,
  lineValues,
  steps,
  history,
  origin,
  logPoint,
  call,
  calls,
  tree,
  asyncGraph,
  sequence,
  logs,
  exceptions,
  requests,
  requestOf,
  edges,
  marks,
  snapshots,
  snapshot,
  samples,
  search,
  schema,
  map,
  hot,
  types,
  diff,
  counterpart,
  index,
};
