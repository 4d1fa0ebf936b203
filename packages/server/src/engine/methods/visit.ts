import {
  callOfLines,
  type LineValues,
  type Moment,
  type Moved,
  type StateView,
  type VisitTarget,
} from '../../protocol.ts';
import { ServerError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import type { Job } from '../job.ts';
import { lineValuesSince } from './lines.ts';
import type { Answer } from './method.ts';
import { momentsAt, state } from './moment.ts';
import { move } from './move.ts';

/** Where the target leads, what the stack looks like there, and what the call on top of it did on its lines. */
export const visit: Answer<'visit'> = (context, { to, ...options }, job) => {
  const { at, why } = targetOf(context, to, job);
  if (!at) return { at: null, why, state: null, lineValues: null };
  const view = state(context, { ...options, moment: { thread: at.thread, event: at.event } }, job);
  const call = callOfLines(view, options.call);
  return { at: view.at, why, state: view, lineValues: call === null ? null : linesOf(context, call, view, job) };
};

function targetOf(context: EngineContext, to: VisitTarget, job: Job): Pick<Moved, 'why'> & { at: Moment | null } {
  switch (to.kind) {
    case 'moment':
      return { at: to.moment, why: '' };
    case 'time': {
      const threads = to.thread === undefined ? {} : { threads: [to.thread] };
      const { moments } = momentsAt(context, { timeNs: to.timeNs, ...threads }, job);
      const last = moments.reduce<(typeof moments)[number] | null>(
        (best, at) => (best && best.timeNs >= at.timeNs ? best : at),
        null,
      );
      return { at: last, why: last ? '' : 'nothing is recorded up to this time' };
    }
    case 'move':
      return move(context, to.move, job);
  }
}

/** An addition to the state: where the code of the call or its beginning is not stored, there is none. */
function linesOf(context: EngineContext, call: string, { at, frames }: StateView, job: Job): LineValues | null {
  const begin = frames.find((frame) => frame.call === call)?.start?.event;
  try {
    return lineValuesSince(context, { call, moment: { thread: at.thread, event: at.event } }, job, begin);
  } catch (error) {
    if (error instanceof RangeError || (error instanceof ServerError && error.code === 'UNAVAILABLE')) return null;
    throw error;
  }
}
