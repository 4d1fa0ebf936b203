import type { Command } from '../command.ts';
import { calls } from './calls.ts';
import { check } from './check.ts';
import { control } from './control.ts';
import { diff } from './diff.ts';
import { doctor } from './doctor.ts';
import { dump } from './dump.ts';
import { events } from './events.ts';
import { exportCommand } from './export.ts';
import { hot } from './hot.ts';
import { index } from './index-command.ts';
import { info } from './info.ts';
import { inspect } from './inspect.ts';
import { logpoint } from './logpoint.ts';
import { ls } from './ls.ts';
import { map } from './map.ts';
import { origin } from './origin.ts';
import { prune } from './prune.ts';
import { run } from './run.ts';
import { search } from './search.ts';
import { snapshot } from './snapshot.ts';
import { sql } from './sql.ts';
import { state } from './state.ts';
import { step } from './step.ts';
import { tree } from './tree.ts';
import { types } from './types.ts';
import { values } from './values.ts';
import { verify } from './verify.ts';
import { view } from './view.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  run,
  check,
  ls,
  info,
  tree,
  calls,
  events,
  values,
  state,
  step,
  origin,
  logpoint,
  search,
  diff,
  hot,
  types,
  snapshot,
  control,
  sql,
  view,
  index,
  exportCommand,
  verify,
  prune,
  map,
  inspect,
  doctor,
  dump,
];
