import { callId, formatCall, K, truncationOf, typeOfValue, type Value } from '@execution-cinema/format';
import { plainText } from '../index/value-text.ts';
import { walk, type WalkedCall } from '../facts/walk.ts';
import type { Recording } from '../read/recording.ts';
import type { Site } from '../read/sites.ts';
import { argumentName, chainOf, errorText, PerFunction } from './call-data.ts';
import type { ExportOptions } from './frame-stream.ts';
import { TextPieces } from './text-pieces.ts';
import { ValueParts } from './value-parts.ts';

/** Version of the shape; fields are only ever added within one. */
const JSON_VERSION = 1;

/**
 * Everything that other formats have and more, as one JSON object: what the recording is, its functions, every call
 * with its values (in the order in which they ended), lines of output. One call a line.
 */
export function* exportJson(recording: Recording, options: ExportOptions): Generator<string[]> {
  const head = {
    version: JSON_VERSION,
    exporter: 'execution-cinema',
    meta: recording.meta(),
    processes: recording.processes().map(({ config: _config, ...rest }) => rest),
    threads: recording.threads(),
    gaps: recording.gaps(),
  };
  yield [`${JSON.stringify(head).slice(0, -1)},"calls":[`];
  const pieces = new TextPieces();
  let isFirst = true;
  const logs: string[] = [];
  let thread = 0;
  const parts = new ValueParts(valueFields);
  const functions = new PerFunction(functionTexts);
  const steps = walk(recording, options, {
    thread: (id) => {
      thread = id;
    },
    chunk: () => parts.chunk(),
    changed: (node) => parts.changed(node),
    keep: (value) => parts.part(value),
    ended: (call) => {
      pieces.add(isFirst ? '\n' : ',\n');
      isFirst = false;
      addCall(pieces, call, functions.of(call.frame));
    },
    event: ({ kind, payload, timeNs, values }, frame) => {
      if (kind !== K.LOG && kind !== K.LOG_INJECTED) return;
      const stream = kind === K.LOG_INJECTED ? 'plan' : payload === 2 ? 'stderr' : 'stdout';
      const line = {
        thread,
        call: frame ? `${thread}:${frame.call}` : null,
        timeNs,
        stream,
        text: plainText(values[0]),
      };
      if (logs.length < LOGS_MAX) logs.push(JSON.stringify(line));
    },
  });
  for (const _ of steps) {
    yield pieces.take();
  }
  yield [...pieces.take(), `],"logs":[${logs.length > 0 ? '\n' : ''}${logs.join(',\n')}]}\n`];
}

/** Lines of output held until the calls are written; further ones are left out. */
const LOGS_MAX = 100_000;

/** Fields of a value, as machine output shows it. */
function valueFields(text: string, value: Value): string {
  const truncated = truncationOf(value);
  const fields = `"value":${text},"type":${JSON.stringify(typeOfValue(value))}`;
  return truncated === undefined ? fields : `${fields},"truncated":${JSON.stringify(truncated)}`;
}

/** What is the same in all calls of a function. */
interface FunctionTexts {
  place: string;
  argument(position: number): string;
}

function functionTexts(site: Site | undefined): FunctionTexts {
  const names: string[] = [];
  return {
    place: `"function":${JSON.stringify(site?.function.name ?? null)},"file":${JSON.stringify(site?.file ?? null)},"line":${site?.function.line ?? null}`,
    argument: (position) => (names[position] ??= `{"name":${JSON.stringify(argumentName(site, position))},`),
  };
}

/** Adds one call. The text is put together directly: there are millions. */
function addCall(pieces: TextPieces, call: WalkedCall<string>, { place, argument }: FunctionTexts): void {
  const { frame, thread, outcome, result, thrown } = call;
  const nameOf = (number: number): string => (number > 0 ? `"${formatCall(thread, number)}"` : 'null');
  pieces.add(`{"call":"${formatCall(thread, frame.call)}","id":${callId(thread, frame.call)},"thread":${thread},`);
  pieces.add(place);
  pieces.add(
    `,"parent":${nameOf(frame.parent)},"asyncParent":${nameOf(frame.asyncParent)},"chain":"${chainOf(call)}"` +
      `,"depth":${frame.startDepth},"startNs":${frame.startNs < 0 ? null : frame.startNs},"endNs":${call.endNs}` +
      `,"outcome":"${outcome}","arguments":${call.arguments ? '[' : 'null'}`,
  );
  call.arguments?.forEach((fields, position) => {
    pieces.add(`${position > 0 ? ',' : ''}${argument(position)}`);
    pieces.add(fields);
    pieces.add('}');
  });
  pieces.add(`${call.arguments ? ']' : ''},"result":`);
  if (result) {
    pieces.add('{');
    pieces.add(result.kept);
    pieces.add('}');
  } else pieces.add('null');
  pieces.add(`,"error":${JSON.stringify(errorText(thrown))}}`);
}
