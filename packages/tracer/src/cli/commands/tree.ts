import { formatCall, splitCallId } from '@execution-cinema/format';
import {
  callTree,
  resolveCall,
  type CallInfo,
  type CallTree,
  type TreeNode,
  type TreeOptions,
} from '@execution-cinema/store';
import type { Command, Invocation } from '../command.ts';
import { countFlag, isSet, limitFlag, rangeFlag, rejectPositionals, textFlag } from '../flag-values.ts';
import { callText } from '../format/call-text.ts';
import { counted, formatCount, formatDuration } from '../format/quantity.ts';
import { clip, pad, textWidth } from '../format/text.ts';
import { REC_FLAG, withIndex } from '../open-recording.ts';
import { placeNames, type PlaceNames } from '../place-names.ts';
import { ROWS_PER_DRAIN } from '../output.ts';
import { asyncFacts, type AsyncFact } from '../tree/async-facts.ts';
import { treeLines, type TreeLine } from '../tree/tree-lines.ts';
import { callData } from '../format/call-data.ts';

const LIMIT_DEFAULT = 300;
const GUTTER_COLUMNS = 9;
const TEXT_COLUMNS_MIN = 24;

export const tree: Command = {
  name: 'tree',
  summary: 'who called whom, with arguments and outcome',
  usage: '[REC] [flags]',
  details: [
    'Each line: the call, how long it took, what was called with what, and what came of it. What the event loop called later stands, marked ~, below the call that scheduled it. When there is more than fits the limit, the tree is filled level by level; --root goes deeper into one call.',
  ],
  flags: [
    { name: 'root', value: 'CALL', text: 'only this call and what is below it: 1:12' },
    { name: 'depth', short: 'd', value: 'N', text: 'levels below the top' },
    { name: 'limit', short: 'n', value: 'N', text: `calls in all, 0 for no limit (default ${LIMIT_DEFAULT})` },
    { name: 'thread', value: 'T', text: 'only this thread' },
    { name: 'range', value: 'A..B', text: 'only what was going on in this span of time: 1s..1.5s' },
    { name: 'sync', text: 'plain stacks: what the event loop called stands at the top' },
    { name: 'all', text: 'every call of a run of equal ones' },
    REC_FLAG,
  ],
  examples: [
    ['tracer tree', 'the newest recording, as much of it as fits'],
    ['tracer tree --root 1:37 --depth 2', 'one call, two levels deep'],
    ['tracer tree --range 200ms..250ms', 'what went on at that time'],
    ["tracer tree --json | jq '.roots[].function'", 'what the event loop called'],
  ],
  run(invocation) {
    const { positionals, flags, output } = invocation;
    rejectPositionals(positionals, 1);
    const limit = limitFlag(flags, LIMIT_DEFAULT);
    const range = rangeFlag(flags);
    return withIndex(invocation, positionals[0], async ({ recording, sidecar, onProgress }) => {
      const root = textFlag(flags, 'root');
      const thread = countFlag(flags, 'thread');
      const depth = countFlag(flags, 'depth');
      const options: TreeOptions = {
        limit: Number.isFinite(limit) ? limit : Number.MAX_SAFE_INTEGER,
        async: !isSet(flags, 'sync'),
        ...(root === undefined ? {} : { root: resolveCall(recording, root) }),
        ...(thread === undefined ? {} : { thread }),
        ...(depth === undefined ? {} : { depth }),
        ...(range === undefined ? {} : { range }),
      };
      const found = callTree(recording, sidecar.db, options, onProgress);
      const facts = asyncFacts(sidecar, found);
      output.progress(undefined);
      if (output.json) return output.printJson(treeData(found, facts));
      await printTree(found, isSet(flags, 'all'), { facts, places: placeNames(recording, output.columns) }, output);
    });
  },
};

function treeData(found: CallTree, facts: ReadonlyMap<number, AsyncFact>): unknown {
  const nodeData = (node: TreeNode): unknown => {
    const fact = facts.get(node.call.id);
    return {
      ...callData(node.call),
      scheduled: node.scheduled,
      cause: fact?.cause ?? null,
      suspensions: fact?.suspensions ?? 0,
      asleepNs: fact?.asleepNs ?? 0,
      children: node.children.map(nodeData),
      omitted: node.omitted,
    };
  };
  return { roots: found.roots.map(nodeData), omitted: found.omitted };
}

/** What lines of a tree are made from besides the calls. */
interface Background {
  facts: ReadonlyMap<number, AsyncFact>;
  places: PlaceNames;
}

async function printTree(
  found: CallTree,
  all: boolean,
  background: Background,
  output: Invocation['output'],
): Promise<void> {
  let count = 0;
  let omitted = 0;
  for (const line of treeLines(found, all)) {
    output.line(lineText(line, background, output));
    omitted +=
      line.kind === 'omitted'
        ? line.count
        : line.kind === 'call' && line.node.children.length === 0
          ? line.node.omitted
          : 0;
    if (++count % ROWS_PER_DRAIN === 0) await output.drained();
  }
  if (count === 0) output.message('no call in this recording (tracer info says what was instrumented)');
  if (omitted > 0) {
    output.message(
      output.dim(`${counted(omitted, 'call')} and what is below not shown: --root CALL goes deeper, -n 0 shows all`),
    );
  }
}

function lineText(line: TreeLine, background: Background, output: Invocation['output']): string {
  const indent = output.dim('│ '.repeat(line.depth));
  if (line.kind === 'call') return callLine(line, background, indent, output);
  const blank = ' '.repeat(2 * GUTTER_COLUMNS + 4);
  if (line.kind === 'omitted') return `${blank}${indent}${output.dim(`… ${counted(line.count, 'more call')}`)}`;
  const first = line.nodes[0]!.call;
  const last = line.nodes.at(-1)!.call;
  const ns = line.nodes.reduce((sum, { call }) => sum + (lastedNs(call) ?? 0), 0);
  const text = `× ${formatCount(line.nodes.length)} more ${first.function}()  ${first.name} … ${last.name}`;
  return `${gutter('', formatDuration(ns), output)}${indent}${output.dim(text)}`;
}

function callLine(
  { node, depth }: Extract<TreeLine, { kind: 'call' }>,
  { facts, places }: Background,
  indent: string,
  output: Invocation['output'],
): string {
  const { call } = node;
  const fact = facts.get(call.id);
  const mark = node.scheduled ? output.cyan(`~${fact?.cause ?? 'async'} `) : '';
  const place = call.file === '' ? '' : places.of(call.file, call.line);
  const notes = [place, asleepText(fact), originText(call, depth), belowText(node)].filter((text) => text !== '');
  const tail = `  ${notes.join('  ')}`;
  const ns = lastedNs(call);
  const head = `${gutter(call.name, ns === undefined ? '' : formatDuration(ns), output)}${indent}${mark}`;
  const room = output.columns === 0 ? 0 : output.columns - textWidth(head) - tail.length;
  // Where not even the names fit, the call gives way to its place.
  const whole = callText(call, output, { room, withoutThis: true });
  const text = output.columns === 0 ? whole : clip(whole, Math.max(room, TEXT_COLUMNS_MIN));
  return clip(`${head}${text}${output.dim(tail)}`, output.columns);
}

function gutter(name: string, time: string, output: Invocation['output']): string {
  return `${output.dim(pad(name, GUTTER_COLUMNS))} ${pad(time, GUTTER_COLUMNS, 'right')}  `;
}

function lastedNs({ startNs, endNs }: CallInfo): number | undefined {
  return startNs === null || endNs === null ? undefined : endNs - startNs;
}

function asleepText(fact: AsyncFact | undefined): string {
  if (!fact || fact.suspensions === 0) return '';
  return `suspended ${formatCount(fact.suspensions)}×, ${formatDuration(fact.asleepNs)}`;
}

function belowText(node: TreeNode): string {
  return node.omitted > 0 && node.children.length === 0 ? `+${counted(node.omitted, 'call')}` : '';
}

/** At the top of a tree: where a call comes from whose scheduler is not shown above it. */
function originText(call: CallInfo, depth: number): string {
  if (depth > 0) return '';
  const by = call.parent ?? call.asyncParent;
  if (by === null) return '';
  const { thread, call: number } = splitCallId(by);
  return `by ${formatCall(thread, number)}`;
}
