import { formatCall, formatMoment, truncationOf, typeOfValue, valueToJson, type Value } from '@execution-cinema/format';
import {
  buildSeekIndex,
  origin as originOf,
  resolveCall,
  resolveMoment,
  seekLookup,
  type Origin,
  type OriginStep,
} from '@execution-cinema/store';
import { UsageError, type Command, type Invocation } from '../command.ts';
import { countFlag } from '../flag-values.ts';
import { clip, printable } from '../format/text.ts';
import { previewValue, valueRoom } from '../format/value-preview.ts';
import { REC_FLAG, splitRecording, withIndex } from '../open-recording.ts';
import { placeNames, type PlaceNames } from '../place-names.ts';

const STEPS_MAX = 60;

export const origin: Command = {
  name: 'origin',
  summary: 'where a value came from',
  usage: '[REC] CALL|MOMENT NAME',
  details: [
    'NAME is a variable, or a path such as cart.total, this.items[0] or prices.get("tea"), as the code sees it at a MOMENT (1@230, 250ms, end), or in a CALL (1:12) at its end; return is the result of the call.',
    'From the last write the way is followed back through assignments, arguments, results and properties, to a literal, an input, or code that is not recorded. What else a value was computed from is told beside the way. Steps that only follow from the text of the program are marked likely, or guess.',
  ],
  flags: [
    { name: 'limit', short: 'n', value: 'N', text: `steps in all (default ${STEPS_MAX})` },
    { name: 'thread', value: 'T', text: 'the thread that a time, start or end is about (default: the first)' },
    REC_FLAG,
  ],
  examples: [
    ['tracer origin 1:9 total', 'where the argument or variable total of call 9 came from'],
    ['tracer origin 1@230 cart.total', 'the same for a property, as it was after event 230'],
    ['tracer origin 1:9 return', 'where the result of call 9 came from'],
    ['tracer origin 1:9 total --json | jq -r \'.steps[] | "\\(.file):\\(.line) \\(.name)"\'', 'the places alone'],
  ],
  run(invocation) {
    const { flags, output } = invocation;
    const { rec, rest } = splitRecording(invocation.positionals, 2);
    const [at, name] = rest;
    if (at === undefined || name === undefined || rest.length > 2) {
      throw new UsageError('two things are needed: a call (1:12) or a moment (1@230), and a name');
    }
    return withIndex(invocation, rec, ({ recording, sidecar, onProgress }) => {
      const place = /^\d+:\d+$/.test(at)
        ? resolveCall(recording, at)
        : resolveMoment(recording, at, countFlag(flags, 'thread'));
      buildSeekIndex(recording, sidecar.db, { onProgress });
      const stepsMax = countFlag(flags, 'limit') ?? STEPS_MAX;
      const found = originOf(recording, seekLookup(sidecar.db), place, name, { stepsMax });
      if (output.json) output.printJson(originData(found));
      else printOrigin(found, '', placeNames(recording, output.columns), output);
    });
  },
};

function valueData(value: Value): { value: unknown; type: string; truncated?: string } {
  const truncated = truncationOf(value);
  return { value: valueToJson(value), type: typeOfValue(value), ...(truncated === undefined ? {} : { truncated }) };
}

export function originData({ name, value, steps, end, reason, filled }: Origin): unknown {
  return { name, ...valueData(value), steps: steps.map(stepData), end, reason, filled: filled.map(originData) };
}

function stepData({ moment, call, value, inputs, ...rest }: OriginStep): unknown {
  return {
    ...rest,
    moment: formatMoment(moment.thread, moment.event),
    call: formatCall(moment.thread, call),
    ...valueData(value),
    inputs: inputs.map(originData),
  };
}

/** Prints the chain behind a value. */
export function printOrigin(found: Origin, indent: string, places: PlaceNames, output: Invocation['output']): void {
  const head = `${indent}${printable(found.name)} = `;
  output.line(`${head}${previewValue(valueToJson(found.value), valueRoom(output, head.length))}`);
  for (const step of found.steps) {
    const place = places.of(step.file, step.line);
    const where = `${place}  ${printable(step.function)}  ${formatMoment(step.moment.thread, step.moment.event)}`;
    const copies = step.copies > 0 ? `, ${step.copies} ${step.copies === 1 ? 'copy' : 'copies'} passed` : '';
    const sure = step.certainty === 'certain' ? '' : `, ${step.certainty}`;
    const text = step.text === '' ? '' : ` = ${printable(step.text)}`;
    const line = `${indent}  ${HOW[step.kind]} ${printable(step.name)}${text}`;
    output.line(clip(`${line}  → ${previewValue(valueToJson(step.value), 60)}`, output.columns));
    output.line(output.dim(`${indent}      ${where}${copies}${sure}`));
    for (const input of step.inputs) printOrigin(input, `${indent}      `, places, output);
  }
  output.line(`${indent}  ${output.cyan(printable(found.reason))}`);
  if (found.filled.length > 0) output.line(`${indent}  put into it since:`);
  for (const part of found.filled) printOrigin(part, `${indent}      `, places, output);
}

const HOW: Readonly<Record<OriginStep['kind'], string>> = {
  variable: 'variable',
  parameter: 'argument',
  property: 'property',
  element: 'element',
  result: 'result of',
  thrown: 'thrown by',
  awaited: 'awaited result of',
  message: 'message',
  computed: 'computed',
  moved: 'moved',
  seen: 'first seen',
  changed: 'changed',
};
