import type { ChunkInfo } from '@execution-cinema/store';
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

/** The chunks of which the index tells already all that a visit asks; the first one needs none. */
function knownChunks(context: EngineContext, thread: number): readonly ChunkInfo[] {
  const chunks = context.recording.chunks(thread);
  let [known, unknown] = [0, chunks.length];
  while (unknown - known > 1) {
    const middle = (known + unknown) >> 1;
    if (context.index.asleepAt(thread, chunks[middle]!.chunk) === undefined) unknown = middle;
    else known = middle;
  }
  return chunks.slice(0, known + 1);
}

/**
 * Answers visits all over the recording that nobody has asked for, so that those that somebody asks for are fast: as far
 * as it is indexed.
 */
export function warmUp(context: EngineContext): IdleSteps {
  return new IdleSteps(VISITS, (n) => {
    const { recording } = context;
    const [thread] = recording.threads().toSorted((a, b) => b.stored - a.stored);
    const chunks = thread === undefined ? [] : knownChunks(context, thread.id);
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
