import { formatCall, formatMoment, truncationOf, typeOfValue, valueToJson, type Value } from '@execution-cinema/format';
import {
  buildSeekIndex,
  logpoint as evaluateAt,
  seekLookup,
  type LogpointHit,
  type LogpointResult,
} from '@execution-cinema/store';
import { UsageError, type Command, type Invocation } from '../command.ts';
import { countFlag, textFlag } from '../flag-values.ts';
import { counted, formatCount, formatTime } from '../format/quantity.ts';
import { printable } from '../format/text.ts';
import { previewValue, valueRoom } from '../format/value-preview.ts';
import { REC_FLAG, splitRecording, withIndex } from '../open-recording.ts';

const SAMPLES_DEFAULT = 20;
const DISTINCT_SHOWN = 10;

export const logpoint: Command = {
  name: 'logpoint',
  summary: 'as if a log line had been there',
  usage: '[REC] FILE:LINE EXPR [--if COND]',
  details: [
    'EXPR is evaluated over the recorded variables at every execution of the line, just after the first thing that the line did. No code of the program runs: members, operators, conditions, templates, literals, and pure methods such as slice, includes, toFixed, Math.round, Object.keys, JSON.stringify are understood; for everything else it is said why there is no value.',
    'First and last hits are listed, all are counted: how many, smallest, largest, sum, different values.',
  ],
  flags: [
    { name: 'if', value: 'COND', text: 'only where this is true' },
    { name: 'thread', value: 'T', text: 'only this thread' },
    {
      name: 'limit',
      short: 'n',
      value: 'N',
      text: `first and last hits that are listed (default ${SAMPLES_DEFAULT} each)`,
    },
    REC_FLAG,
  ],
  examples: [
    ["tracer logpoint src/cart.ts:42 'sum'", 'every value of sum when line 42 is executed'],
    ["tracer logpoint cart.ts:42 '`${line.name}: ${line.price * line.count}`'", 'a text of several values'],
    ["tracer logpoint cart.ts:42 sum --if 'Number.isNaN(sum)' -n 1", 'the first time that sum is no number'],
    ["tracer logpoint cart.ts:42 sum --json | jq '.distinct[0]'", 'the most frequent value'],
  ],
  run(invocation) {
    const { flags, output } = invocation;
    const { rec, rest } = splitRecording(invocation.positionals, 2);
    const [place, expression] = rest;
    const match = /^(.+):(\d+)$/.exec(place ?? '');
    if (!match || expression === undefined || rest.length > 2) {
      throw new UsageError('two things are needed: a place FILE:LINE and an expression');
    }
    return withIndex(invocation, rec, ({ recording, sidecar, onProgress }) => {
      buildSeekIndex(recording, sidecar.db, { onProgress });
      const condition = textFlag(flags, 'if');
      const thread = countFlag(flags, 'thread');
      const found = evaluateAt(recording, seekLookup(sidecar.db), {
        file: match[1]!,
        line: Number(match[2]),
        expression,
        ...(condition === undefined ? {} : { condition }),
        ...(thread === undefined ? {} : { thread }),
        samplesMax: countFlag(flags, 'limit') ?? SAMPLES_DEFAULT,
      });
      if (output.json) output.printJson(resultData(found));
      else print(found, output);
    });
  },
};

function valueData(value: Value): { value: unknown; type: string; truncated?: string } {
  const truncated = truncationOf(value);
  return { value: valueToJson(value), type: typeOfValue(value), ...(truncated === undefined ? {} : { truncated }) };
}

function hitData({ moment, timeNs, call, value, unknown }: LogpointHit): unknown {
  const base = { moment: formatMoment(moment.thread, moment.event), timeNs, call: formatCall(moment.thread, call) };
  return unknown === undefined ? { ...base, ...valueData(value) } : { ...base, unknown };
}

function resultData(found: LogpointResult): unknown {
  return {
    ...found,
    first: found.first.map(hitData),
    last: found.last.map(hitData),
    min: found.min ? hitData(found.min) : null,
    max: found.max ? hitData(found.max) : null,
    distinct: found.distinct.map(({ value, count, first }) => ({
      ...valueData(value),
      count,
      first: formatMoment(first.thread, first.event),
    })),
  };
}

function print(found: LogpointResult, output: Invocation['output']): void {
  for (const hit of found.first) printHit(hit, output);
  const left = found.hits + found.unknown - found.first.length - found.last.length;
  if (left > 0) output.line(output.dim(`... ${formatCount(left)} more`));
  for (const hit of found.last) printHit(hit, output);
  output.line();
  const unknown = found.unknown > 0 ? `, ${formatCount(found.unknown)} unknown` : '';
  const more = found.more ? '; there are more, which were not looked at' : '';
  output.line(`${counted(found.hits, 'hit')}${unknown} in ${counted(found.executions, 'execution')}${more}`);
  if (found.min && found.max) {
    const at = (hit: LogpointHit): string =>
      `${String(hit.value)} at ${formatMoment(hit.moment.thread, hit.moment.event)}`;
    output.line(`smallest ${at(found.min)}, largest ${at(found.max)}, sum ${found.sum}`);
  }
  if (found.distinct.length < 2) return;
  output.line(`${counted(found.distinct.length, 'different value')}${found.distinctMore ? ' and more' : ''}`);
  for (const { value, count, first } of found.distinct.slice(0, DISTINCT_SHOWN)) {
    const tail = `  ${formatCount(count)} ×, first at ${formatMoment(first.thread, first.event)}`;
    output.line(`  ${previewValue(valueToJson(value), valueRoom(output, tail.length + 2))}${output.dim(tail)}`);
  }
}

function printHit(hit: LogpointHit, output: Invocation['output']): void {
  const head = `${formatMoment(hit.moment.thread, hit.moment.event)}  ${formatTime(hit.timeNs)}  `;
  const text =
    hit.unknown === undefined
      ? previewValue(valueToJson(hit.value), valueRoom(output, head.length))
      : output.yellow(`? ${printable(hit.unknown)}`);
  output.line(`${output.dim(head)}${text}`);
}
