import type { Command } from '../command.ts';
import { doctor } from './doctor.ts';
import { dump } from './dump.ts';
import { info } from './info.ts';
import { ls } from './ls.ts';
import { prune } from './prune.ts';
import { run } from './run.ts';
import { state } from './state.ts';
import { verify } from './verify.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [run, ls, info, state, verify, prune, doctor, dump];
