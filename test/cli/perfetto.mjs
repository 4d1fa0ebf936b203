// Reads a trace by Perfetto's own definitions: node test/cli/perfetto.mjs TRACE PERFETTO_TRACE_PROTO
//
// TRACE is what `tracer export --format perfetto` wrote, PERFETTO_TRACE_PROTO the file `protos/perfetto/trace/perfetto_trace.proto` of
// github.com/google/perfetto, which is not kept here. Fails where a field that was written is unknown there or of
// another type, where an end has no beginning, or where a name is used before it is defined.
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

const [traceFile, protoFile] = process.argv.slice(2);
if (traceFile === undefined || protoFile === undefined) {
  console.error('usage: node test/cli/perfetto.mjs TRACE PERFETTO_TRACE_PROTO');
  process.exit(2);
}

const Trace = protobuf
  .parse(readFileSync(protoFile, 'utf8'), { keepCase: false })
  .root.lookupType('perfetto.protos.Trace');
const bytes = readFileSync(traceFile);
const message = Trace.decode(bytes);
const { packet: packets } = Trace.toObject(message, { longs: Number, enums: String });

/** What is not in the definitions is lost when the message is written again. */
const again = Trace.encode(message).finish().length;
const problems = again === bytes.length ? [] : [`${bytes.length - again} bytes are not in Perfetto's definitions`];

/** Per sequence: names by number; open slices per track. */
const names = new Map();
const open = new Map();
const counts = { packets: packets.length, slices: 0, instants: 0, tracks: 0 };
for (const { trustedPacketSequenceId, internedData, trackEvent, trackDescriptor } of packets) {
  if (trackDescriptor) counts.tracks++;
  for (const { iid, name } of internedData?.eventNames ?? []) names.set(`${trustedPacketSequenceId} ${iid}`, name);
  if (!trackEvent) continue;
  const { type, trackUuid, nameIid, name } = trackEvent;
  const depth = open.get(trackUuid) ?? 0;
  if (type === 'TYPE_SLICE_BEGIN') {
    counts.slices++;
    open.set(trackUuid, depth + 1);
    if (!names.has(`${trustedPacketSequenceId} ${nameIid}`))
      problems.push(`name ${nameIid} is used before it is defined`);
  } else if (type === 'TYPE_SLICE_END') {
    open.set(trackUuid, depth - 1);
    if (depth === 0) problems.push(`track ${trackUuid} ends a slice that it has not begun`);
  } else if (type === 'TYPE_INSTANT' && name) counts.instants++;
  else problems.push(`an event of type ${type} that means nothing`);
}
for (const [track, depth] of open) if (depth > 0) problems.push(`track ${track} leaves ${depth} slices open`);
console.log(
  Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', '),
);
for (const problem of problems.slice(0, 10)) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
