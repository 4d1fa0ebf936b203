import { formatCall, SUSPEND_KINDS, valueToJson, type Json, type SnapshotSuspended } from '@execution-cinema/format';
import {
  BoundedLookup,
  OutOfTime,
  stateAt,
  type Recording,
  type ServedThread,
  type Site,
  type State,
} from '@execution-cinema/store';
import type { DescribeContext } from './describe-thread.ts';
import { setOwn } from './set-own.ts';
import type { ThreadAnswer } from './thread-source.ts';

/** Suspended calls whose variables are looked up; of others it is said where and since when they wait. */
const WITH_VARIABLES_MAX = 200;
const NO_TIME = 'no time left to look them up';
/** Characters of the text of what is awaited. */
const AWAITING_CHARS_MAX = 120;

/**
 * Suspended functions: which, where and since when from the thread itself, their variables from the recording, as they
 * were just before each fell asleep.
 */
export function describeSuspended(
  told: ThreadAnswer['sleepers'] | undefined,
  thread: ServedThread,
  { recording, recordingNs, deadlineMs }: DescribeContext,
): { suspended: SnapshotSuspended[]; omitted: number } {
  if (told === undefined || thread.id === undefined) return { suspended: [], omitted: 0 };
  const id = thread.id;
  const resolver = recording.resolver(id);
  const lookup = new BoundedLookup(recording, deadlineMs);
  const suspended = told.sleepers.flatMap((sleeper, i): SnapshotSuspended[] => {
    const site = resolver.resolve(sleeper.site);
    const at = resolver.resolve(sleeper.at);
    if (site === undefined) return [];
    const late = i >= WITH_VARIABLES_MAX || performance.now() > deadlineMs;
    const known = late ? NO_TIME : variablesBefore(recording, lookup, { thread: id, ...sleeper });
    return [
      {
        function: site.function.name,
        file: at?.file ?? site.file,
        line: at?.line ?? site.line,
        kind: at === undefined ? 'await' : (SUSPEND_KINDS[at.a] ?? 'await'),
        awaiting: at === undefined ? '' : textAt(at),
        sinceNs: recordingNs(sleeper.sinceNs),
        call: formatCall(id, sleeper.call),
        ...(typeof known === 'string' ? { variables: {}, unavailable: known } : { variables: known }),
      },
    ];
  });
  return { suspended, omitted: told.total - suspended.length };
}

/** Variables of the call just before the event with which it fell asleep; a text says why there are none. */
function variablesBefore(
  recording: Recording,
  lookup: BoundedLookup,
  { thread, call, event }: { thread: number; call: number; event: number },
): Record<string, Json> | string {
  let state: State;
  try {
    state = stateAt(recording, thread, event - 1, lookup);
  } catch (error) {
    return error instanceof OutOfTime ? NO_TIME : 'not in the recording';
  }
  const frame = state.frames.find((candidate) => candidate.call === call);
  if (frame === undefined) return 'not in the recording';
  const variables: Record<string, Json> = {};
  for (const scope of frame.scopes) {
    if (scope.kind === 'module') continue;
    for (const { name, kind, source, value } of scope.variables) {
      if (source === 'unknown' || kind === 'function' || kind === 'class' || Object.hasOwn(variables, name)) continue;
      setOwn(variables, name, valueToJson(value));
    }
  }
  return variables;
}

/** The source text from a place to the end of its expression, as far as brackets and line ends tell. */
function textAt({ module, source, line, column }: Site): string {
  const whole = module.textOf(source);
  if (whole === null) return '';
  const lines = whole.split(/\r\n|\n|\r/);
  const text = [lines[line - 1]?.slice(column), ...lines.slice(line, line + 5)].join('\n');
  let depth = 0;
  let end = 0;
  for (; end < text.length; end++) {
    const character = text[end]!;
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character) && --depth < 0) break;
    else if (depth === 0 && (character === ';' || character === '\n' || character === ',')) break;
  }
  const short = text.slice(0, end).replace(/\s+/g, ' ').trim();
  return short.length > AWAITING_CHARS_MAX ? `${short.slice(0, AWAITING_CHARS_MAX)}...` : short;
}
