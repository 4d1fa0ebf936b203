import type { FunctionFilter } from '@execution-cinema/store';
import type { FlagValues, Invocation } from '../command.ts';
import { countFlag, rangeFlag, textFlag } from '../flag-values.ts';
import { formatCount } from '../format/quantity.ts';

/** What --function, --file, --thread and --range say. */
export function functionFilter(flags: FlagValues): FunctionFilter {
  const name = textFlag(flags, 'function');
  const file = textFlag(flags, 'file');
  const thread = countFlag(flags, 'thread');
  const range = rangeFlag(flags);
  return {
    ...(name === undefined ? {} : { function: name }),
    ...(file === undefined ? {} : { file }),
    ...(thread === undefined ? {} : { thread }),
    ...(range === undefined ? {} : { range }),
  };
}

/** Says that --limit has cut what is shown. `of`: how many there are, and of what, where that is known. */
export function reportCut(output: Invocation['output'], shown: number, of = ''): void {
  output.message(output.dim(`only the first ${formatCount(shown)}${of} are shown; -n 0 shows all`));
}
