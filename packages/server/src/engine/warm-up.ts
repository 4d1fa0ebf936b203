import type { EngineContext } from './context.ts';
import { IdleSteps } from './idle-steps.ts';
import { Job } from './job.ts';
import { visit } from './methods/visit.ts';

/** Visits after which V8 has compiled what answers them: the first of a thread take two to five times as long as later ones. */
const VISITS = 60;
/** As the page asks: values of larger scopes come when they are opened. */
const OUTER_VARIABLES_MAX = 24;
/** Its multiples, cut to their fractions, lie evenly between 0 and 1 however many there are. */
const GOLDEN_RATIO = 0.618_033_988_749_895;

/** Answers visits all over the recording that nobody has asked for, so that those that somebody asks for are fast. */
export function warmUp(context: EngineContext): IdleSteps {
  return new IdleSteps(VISITS, (n) => {
    const { recording } = context;
    const [thread] = recording.threads().toSorted((a, b) => b.stored - a.stored);
    const chunks = thread === undefined ? [] : recording.chunks(thread.id);
    const [first, last] = [chunks[0], chunks.at(-1)];
    if (thread === undefined || first === undefined || last === undefined) return;
    const events = last.firstEvent + last.events - first.firstEvent;
    const event = first.firstEvent + Math.floor((((n >> 1) * GOLDEN_RATIO) % 1) * events);
    const from = { thread: thread.id, event };
    // A jump, then a step from there.
    const to =
      n % 2 === 0
        ? ({ kind: 'moment', moment: from } as const)
        : ({ kind: 'move', move: { from, kind: 'into', direction: 'forward' } } as const);
    const since = n % 2 === 0 ? {} : { since: from };
    const job = new Job(new Int32Array(1), () => undefined, false);
    visit(context, { to, ...since, outerVariablesMax: OUTER_VARIABLES_MAX }, job);
  });
}
