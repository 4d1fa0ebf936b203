/* Which HTTP request a moment belongs to. */
import { callId, splitCallId } from '@execution-cinema/format';
import type { EngineContext } from '../context.ts';
import type { Job } from '../job.ts';
import { NO_FRAMES, stateOf } from '../state.ts';
import type { Moment } from '../../protocol.ts';
import { momentNear } from './facts.ts';
import type { Answer } from './method.ts';

/** Links from chain to chain that are followed. */
const LINKS_MAX = 100;

export const requestOf: Answer<'requestOf'> = (context, { moment }, job) => {
  const { recording, sidecar } = context;
  const { calls, timeNs } = callsAt(context, moment, job);
  if (calls.length === 0) return { request: null };
  const found =
    sidecar.db
      .prepare(
        `WITH RECURSIVE chain(id, far) AS (
           SELECT correlation_id, 0 FROM call_rows WHERE id = ? AND correlation_id IS NOT NULL
           UNION ALL SELECT l.parent, far + 1 FROM correlation_links l JOIN chain ON l.id = chain.id WHERE far < ?)
         SELECT r.id, r.start_ns AS startNs FROM chain JOIN request_rows r ON r.correlation_id = chain.id
         WHERE r.direction = 'in' ORDER BY chain.far LIMIT 1`,
      )
      .get<RequestStart>(calls[0]!, LINKS_MAX) ?? sentBy(context, calls, timeNs);
  if (!found) return { request: null };
  const { id, startNs } = found;
  return { request: { id: String(id), start: momentNear(recording, splitCallId(id).thread, startNs) } };
};

interface RequestStart {
  id: number;
  startNs: number;
}

/** The last request that one of the calls on the stack has sent by then. */
function sentBy({ sidecar }: EngineContext, calls: readonly number[], timeNs: number): RequestStart | undefined {
  return sidecar.db
    .prepare(
      `SELECT id, start_ns AS startNs FROM request_rows
       WHERE direction = 'out' AND start_ns <= ? AND call_id IN (SELECT value FROM json_each(?))
       ORDER BY start_ns DESC LIMIT 1`,
    )
    .get<RequestStart>(timeNs, JSON.stringify(calls));
}

/** Ids of the calls on the stack, innermost first, in rows; of the one that has just left it when none is. */
function callsAt(context: EngineContext, moment: Moment, job: Job): { calls: number[]; timeNs: number } {
  const { frames, left, timeNs } = stateOf(context, moment, job, NO_FRAMES);
  const calls = frames.length > 0 ? frames : left ? [left] : [];
  const beganNs = frames[0]?.startNs ?? -1;
  const fromNs = beganNs < 0 ? timeNs : beganNs;
  // Rows of what has begun meanwhile are not needed.
  if (calls.length > 0) context.buildRows(job, ['calls'], { span: { fromNs, toNs: fromNs } });
  return { calls: calls.map(({ call }) => callId(moment.thread, call)), timeNs };
}
