import { LEVELS } from '@execution-cinema/instrument/plan';
import type { LiveLevel } from '@execution-cinema/store';
import type { ProcessLevels } from '../../control/protocol.ts';
import { UsageError, type Command, type FlagValues } from '../command.ts';
import { isSet, limitFlag, rejectPositionals, textFlag } from '../flag-values.ts';
import { counted, formatDuration } from '../format/quantity.ts';
import { printTable } from '../format/table.ts';
import { printable } from '../format/text.ts';
import { askLive, findLive } from '../live/target.ts';
import type { Output } from '../output.ts';
import { shownPath } from '../recordings.ts';

const TIMEOUT_MS = 5_000;
const SNAPSHOT_TIMEOUT_MS = 15_000;
const DEFAULT_LIMIT = 50;

export const control: Command = {
  name: 'control',
  summary: 'show and change what a running program records',
  usage: '[PID|REC] [--level L [--file G] [--function F]] [--pause|--resume] [--mark NAME] [--snapshot]',
  details: [
    'Without flags: the levels in force, per file, and per function where they differ. A level can be moved at once up to the ceiling, the level that was compiled in when the file was loaded; a plan raises it. With PID one process, with REC all that are running; without either those of the newest recording.',
    'What is changed here holds over the plan until the process ends.',
  ],
  flags: [
    { name: 'level', value: 'L', text: `set the level: ${LEVELS.join(', ')}` },
    { name: 'file', value: 'G', text: 'of functions in this file: cart.ts, src/**' },
    { name: 'function', short: 'f', value: 'F', text: 'of this function: total, Cart.*' },
    { name: 'pause', text: 'record nothing until --resume; what happens meanwhile is counted' },
    { name: 'resume', text: 'record again' },
    {
      name: 'mark',
      value: 'NAME',
      text: 'put a named moment into the recording, as mark() of tracer/api does (view marks)',
    },
    { name: 'snapshot', text: 'take a snapshot, as tracer snapshot does' },
    { name: 'limit', short: 'n', value: 'N', text: `lines shown (default ${DEFAULT_LIMIT}; 0 or all: no limit)` },
  ],
  examples: [
    ['tracer control', 'levels of the program that was recorded last'],
    ['tracer control 4711 --level boundaries', 'calls only, everywhere'],
    ["tracer control --level off --function 'hash|parse*'", 'functions that are called too often'],
    ['tracer control 4711 --pause', 'until tracer control 4711 --resume'],
  ],
  async run({ positionals, flags, output }) {
    rejectPositionals(positionals, 1);
    const actions = actionsOf(flags);
    const { pids } = findLive(positionals[0]);
    const results: Record<string, unknown>[] = [];
    for (const pid of pids) results.push(await act(pid, actions, flags));
    if (output.json) return output.printJson(results);
    for (const result of results) print(result as unknown as ActResult, limitFlag(flags, DEFAULT_LIMIT), output);
  },
};

/** In the order in which they are done: what is marked or read is there before recording is paused. */
const ACTIONS = ['level', 'resume', 'mark', 'snapshot', 'pause'] as const;
type Action = (typeof ACTIONS)[number];

interface ActResult {
  pid: number;
  set?: { level: string; changed: number; matched: number; limited: LiveLevel[] };
  paused?: boolean;
  mark?: { name: string; timeNs: number | null };
  snapshot?: string;
  levels?: ProcessLevels;
}

/** Checks the flags; nothing asked for means that levels are shown. */
function actionsOf(flags: FlagValues): Action[] {
  const actions = ACTIONS.filter((name) => flags[name] !== undefined);
  if (isSet(flags, 'pause') && isSet(flags, 'resume')) throw new UsageError('--pause and --resume at once');
  const level = textFlag(flags, 'level');
  if (level !== undefined && !(LEVELS as readonly string[]).includes(level)) {
    throw new UsageError(`--level wants one of ${LEVELS.join(', ')}, not ${JSON.stringify(level)}`);
  }
  return actions;
}

async function act(pid: number, actions: readonly Action[], flags: FlagValues): Promise<Record<string, unknown>> {
  const result: ActResult = { pid };
  const level = textFlag(flags, 'level');
  const place = { file: textFlag(flags, 'file'), function: textFlag(flags, 'function') };
  if (level !== undefined) {
    const given = Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
    result.set = { level, ...(await askLive(pid, { type: 'set', level, ...given }, TIMEOUT_MS)) };
  }
  for (const action of actions) {
    if (action === 'pause' || action === 'resume') {
      await askLive(pid, { type: action }, TIMEOUT_MS);
      result.paused = action === 'pause';
    }
    if (action === 'mark') {
      const name = textFlag(flags, 'mark')!;
      result.mark = { name, ...(await askLive(pid, { type: 'mark', name }, TIMEOUT_MS)) };
    }
    if (action === 'snapshot') {
      result.snapshot = (await askLive(pid, { type: 'snapshot', reason: 'command' }, SNAPSHOT_TIMEOUT_MS)).file;
    }
  }
  if (actions.length === 0) result.levels = await askLive(pid, { type: 'levels' }, TIMEOUT_MS);
  return result as unknown as Record<string, unknown>;
}

function print({ pid, set, paused, mark, snapshot, levels }: ActResult, limit: number, output: Output): void {
  const who = output.bold(`process ${pid}`);
  if (set !== undefined) printSet(who, set, output);
  if (paused === false) output.line(`${who}  recording goes on`);
  if (mark !== undefined) output.line(`${who}  ${markText(mark)}`);
  if (snapshot !== undefined) output.line(`${who}  snapshot ${printable(shownPath(snapshot))}`);
  if (paused === true) output.line(`${who}  recording is paused`);
  if (levels === undefined) return;
  output.line(`${who}  ${printable(shownPath(levels.recording))}${levels.paused ? output.yellow('  paused') : ''}`);
  const rows = rowsOf(levels.functions);
  printTable(
    output,
    [
      { title: 'LEVEL' },
      { title: 'CEILING' },
      { title: 'FUNCTIONS', align: 'right' },
      { title: 'FILE', flexible: true },
      { title: 'FUNCTION', flexible: true },
    ],
    rows.slice(0, limit),
  );
  if (rows.length > limit) output.message(`${rows.length - limit} more (--limit all)`);
}

function markText({ name, timeNs }: NonNullable<ActResult['mark']>): string {
  const shown = printable(name);
  if (timeNs === null)
    return `${shown} will be marked when its main thread goes on: it is in a native call, or a loop without events`;
  return `marked ${shown} at ${formatDuration(timeNs)}`;
}

function printSet(
  who: string,
  { level, changed, matched, limited }: NonNullable<ActResult['set']>,
  output: Output,
): void {
  output.line(`${who}  ${level}: ${counted(changed, 'function')} changed of ${matched} meant`);
  if (matched === 0) output.message('no loaded function is meant; modules that load later are looked at too');
  for (const { file, function: name, ceiling } of limited) {
    output.message(`  ${printable(name)} (${printable(file)}) reaches ${LEVELS[ceiling]} only: that is compiled in`);
  }
  if (limited.length > 0)
    output.message('A plan that asks for the level raises the ceiling when the program starts again.');
}

/** Files whose functions agree take one line. */
function rowsOf(functions: readonly LiveLevel[]): string[][] {
  const byFile = groupByFile(functions);
  const rows: string[][] = [];
  for (const [file, list] of byFile) {
    const kinds = new Map<string, LiveLevel[]>();
    for (const one of list) {
      const key = `${one.level} ${one.ceiling}`;
      kinds.set(key, [...(kinds.get(key) ?? []), one]);
    }
    const groups = [...kinds.values()].sort((a, b) => b.length - a.length);
    for (const [i, group] of groups.entries()) {
      const [{ level, ceiling }] = group as [LiveLevel];
      const names =
        i === 0 ? (groups.length > 1 ? 'all others' : '') : group.map(({ function: name }) => name).join(', ');
      rows.push([LEVELS[level]!, LEVELS[ceiling]!, String(group.length), printable(file), printable(names)]);
    }
  }
  return rows;
}

function groupByFile(functions: readonly LiveLevel[]): Map<string, LiveLevel[]> {
  const byFile = new Map<string, LiveLevel[]>();
  for (const one of functions) {
    const list = byFile.get(one.file);
    if (list === undefined) byFile.set(one.file, [one]);
    else list.push(one);
  }
  return byFile;
}
