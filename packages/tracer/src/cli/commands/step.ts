import { formatMoment } from '@execution-cinema/format';
import {
  buildSeekIndex,
  findFlowNow,
  framePlacer,
  move,
  resolveMoment,
  seekLookup,
  stateAt,
  timeOfMoment,
  type MoveKind,
  type MoveOptions,
} from '@execution-cinema/store';
import { CommandError, UsageError, type Command, type Invocation } from '../command.ts';
import { countFlag, isSet, rejectPositionals, textFlag } from '../flag-values.ts';
import { REC_FLAG, withIndex } from '../open-recording.ts';
import { printState, stateData } from './state.ts';

const KINDS: readonly MoveKind[] = [
  'event', 'into', 'over', 'out', 'line', 'call', 'write', 'throw', 'cause', 'effect',
]; // prettier-ignore

const IN_ALL_THREADS: ReadonlySet<string> = new Set(['event', 'into', 'line', 'call', 'write', 'throw']);

export const step: Command = {
  name: 'step',
  summary: 'from one moment to the next or last one of a kind, forwards or backwards',
  usage: '[REC] KIND --at MOMENT [flags]',
  details: [
    'KIND is over, into, out (as in a debugger; over follows a call across its awaits), line (a line begins to be executed: --line FILE:LINE, else the one where the call stands), call (a call begins: --function), write (a variable or property is written: --name), throw, event, cause (what the present code runs for: its await, or the call that scheduled it) or effect (the next call that this one has scheduled).',
    'Prints the state at the moment it comes to; -q prints the moment alone, so that steps can be strung together. --times N repeats the step.',
  ],
  flags: [
    { name: 'at', value: 'MOMENT', text: 'the moment to start from: 1@230, a call 1:12, 250ms, start, end' },
    { name: 'back', short: 'b', text: 'backwards' },
    { name: 'times', value: 'N', text: 'so many steps (default 1)' },
    { name: 'all-threads', text: 'in all threads, in the order of time' },
    { name: 'line', value: 'FILE:LINE', text: 'with line: the place' },
    { name: 'function', short: 'f', value: 'NAME', text: 'with call: only calls of this function' },
    { name: 'name', value: 'NAME', text: 'with write: only this variable or property' },
    { name: 'object', value: 'N', text: 'with write: only properties of the object with this number' },
    { name: 'scope', value: 'N', text: 'with write: only variables of this scope instance' },
    { name: 'thread', value: 'T', text: 'the thread that a time, start or end is about (default: the first)' },
    { name: 'moment-only', short: 'q', text: 'print the moment alone' },
    REC_FLAG,
  ],
  examples: [
    ['tracer step over --at 1:12', 'the next line of call 12'],
    ['tracer step over --back --at 1@230', 'the line before'],
    ['tracer step write --name total --back --at end', 'the last write of total'],
    ['tracer step line --line src/cart.ts:42 --at start -q', 'the first execution of a line'],
    ['tracer step throw --at start --all-threads', 'the first exception of the program'],
    ["tracer step call -f pay --at start --json | jq '.frames[0].scopes'", 'variables when pay begins'],
  ],
  exitCodes: '0 done, 1 there is no such moment, 2 wrong usage',
  run(invocation) {
    const { positionals, flags, output } = invocation;
    rejectPositionals(positionals, 2);
    const kind = positionals.at(-1);
    const rec = positionals.length === 2 ? positionals[0] : undefined;
    const at = textFlag(flags, 'at');
    if (kind === undefined || !KINDS.includes(kind as MoveKind)) {
      throw new UsageError(
        `which step? ${KINDS.join(', ')}${kind === undefined ? '' : ` (not ${JSON.stringify(kind)})`}`,
      );
    }
    if (at === undefined) throw new UsageError('--at is missing: a moment such as 1@230, a call 1:12, 250ms or end');
    const options = optionsOf(kind as MoveKind, flags);
    return withIndex(invocation, rec, ({ recording, sidecar, onProgress }) => {
      buildSeekIndex(recording, sidecar.db, { onProgress });
      const index = seekLookup(sidecar.db);
      let moment = resolveMoment(recording, at, countFlag(flags, 'thread'));
      for (let i = countFlag(flags, 'times') ?? 1; i > 0; i--) {
        const next = move(recording, index, moment, options);
        if (!next) {
          const way = options.direction === 'back' ? 'back' : 'on';
          throw new CommandError(`no step ${kind} leads ${way} from ${formatMoment(moment.thread, moment.event)}`);
        }
        moment = next;
      }
      if (isSet(flags, 'moment-only')) {
        const name = formatMoment(moment.thread, moment.event);
        if (output.json) output.printJson({ moment: name, timeNs: timeOfMoment(recording, moment) });
        else output.line(name);
        return;
      }
      const found = stateAt(recording, moment.thread, moment.event, index, {
        placer: framePlacer(findFlowNow),
      });
      if (output.json) output.printJson(stateData(found));
      else printState(found, recording, false, output);
    });
  },
};

function optionsOf(kind: MoveKind, flags: Invocation['flags']): MoveOptions {
  const options: MoveOptions = { kind, direction: isSet(flags, 'back') ? 'back' : 'forward' };
  if (isSet(flags, 'all-threads')) {
    if (!IN_ALL_THREADS.has(kind)) throw new UsageError(`--all-threads does not go with ${kind}`);
    options.threads = 'all';
  }
  const place = textFlag(flags, 'line');
  if (place !== undefined) {
    const match = /^(.+):(\d+)$/.exec(place);
    if (!match) throw new UsageError(`--line wants FILE:LINE, not ${JSON.stringify(place)}`);
    Object.assign(options, { file: match[1], line: Number(match[2]) });
  }
  const name = textFlag(flags, 'name');
  if (name !== undefined) options.name = name;
  const fn = textFlag(flags, 'function');
  if (fn !== undefined) options.function = fn;
  const owner = countFlag(flags, 'object');
  if (owner !== undefined) options.owner = owner;
  const scope = countFlag(flags, 'scope');
  if (scope !== undefined) options.scope = scope;
  return options;
}
