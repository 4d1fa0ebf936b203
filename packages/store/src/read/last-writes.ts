import { K, type Value } from '@execution-cinema/format';
import { chunkOfCall } from './chunks.ts';
import { digestOf } from './digest.ts';
import type { Recording } from './recording.ts';
import { ThreadReplay, type Frame } from './replay.ts';
import { isBeforeDeclaration } from './scopes.ts';
import { variableOf, type Site } from './sites.ts';

interface Found {
  value: Value;
  site: Site;
  variable: number;
}

/** A call that is open, and what is asked about it. */
interface OpenCallQuestion {
  thread: number;
  call: number;
  /** Original line where it stands: what is declared from there on has no value yet. */
  line: number;
  names: ReadonlySet<string>;
}

/**
 * What an open call has last written to variables of its own, by name: those that no closure shares and that no other
 * variable of the function shares its name with. A constant is written once, so the call's beginning tells; others are
 * looked for from the newest chunk on. What is not found by `deadlineMs` (on `performance.now()`) is left out.
 */
export function lastWritesOf(
  recording: Recording,
  { thread, call, line, names }: OpenCallQuestion,
  deadlineMs: number,
): Map<string, Value> {
  const chunks = recording.chunks(thread);
  const birth = chunkOfCall(chunks, call);
  const first =
    birth < 0
      ? new Map<string, Found>()
      : writesInBirthChunk(recording, { thread, call, line, names, birth }, deadlineMs);
  const result = new Map<string, Value>();
  for (const [name, found] of first) {
    const value = isConstant(found) ? found.value : laterWrite(recording, { thread, call, birth }, found, deadlineMs);
    if (value !== undefined) result.set(name, value);
  }
  return result;
}

function isConstant({ site, variable }: Found): boolean {
  const { kind } = site.table.variables[variable]!;
  return kind === 'const' || kind === 'using';
}

function writesInBirthChunk(
  recording: Recording,
  { thread, call, line, names, birth }: OpenCallQuestion & { birth: number },
  deadlineMs: number,
): Map<string, Found> {
  const found = new Map<string, Found>();
  const chunk = recording.tryChunk(thread, recording.chunks(thread)[birth]!);
  if (typeof chunk === 'string') return found;
  const replay = new ThreadReplay(recording.resolver(thread));
  replay.beginChunk(chunk.header);
  let open = names.size;
  for (const item of chunk.events()) {
    const frame = replay.step(item);
    if (frame?.call !== call) continue;
    if (found.size === 0 && frame.startEvent === item.event) {
      for (const [name, argument] of argumentsOf(frame)) if (names.has(name)) found.set(name, argument);
      open -= found.size;
    }
    if (item.kind !== K.WRITE) continue;
    const site = replay.resolver.resolve(item.payload);
    const variable = site === undefined ? undefined : variableOf(site);
    if (site === undefined || variable === undefined || !names.has(variable.name)) continue;
    if (isAmbiguous(site, variable.name) || isBeforeDeclaration(site.table, site.a, line, -1)) continue;
    if (!found.has(variable.name)) open--;
    found.set(variable.name, { value: item.values[0], site, variable: site.a });
    if (open === 0 && [...found.values()].every(isConstant)) break;
    if (performance.now() > deadlineMs) return new Map();
  }
  return found;
}

/** What the call was given, by name of the parameter. */
function* argumentsOf({ site, arguments: values }: Frame): Generator<[string, Found]> {
  if (site === undefined || values === undefined) return;
  const { parameters, parameterVariables } = site.function;
  for (const [i, variable] of parameterVariables.entries()) {
    const { name = '' } = site.table.variables[variable] ?? {};
    const isShared = site.table.scopes[site.table.variables[variable]?.scope ?? -1]?.shared ?? true;
    if (variable >= 0 && parameters[i] === name && !isShared) yield [name, { value: values[i], site, variable }];
  }
}

/** Two variables of the function have the name, in different blocks. */
function isAmbiguous({ table, functionIndex }: Site, name: string): boolean {
  let count = 0;
  for (const variable of table.variables) {
    if (variable.name === name && table.scopes[variable.scope]?.function === functionIndex) count++;
  }
  return count > 1;
}

/** The call's newest write; undefined when time is up before that is known. */
function laterWrite(
  recording: Recording,
  { thread, call, birth }: { thread: number; call: number; birth: number },
  { value, site, variable }: Found,
  deadlineMs: number,
): Value {
  const { table, load } = site;
  const sites = new Set(table.sites.where(([, , , , , a]) => a === variable).map((index) => load.base + index));
  if (sites.size === 0) return value;
  const chunks = recording.chunks(thread);
  for (let i = chunks.length - 1; i > birth; i--) {
    if (performance.now() > deadlineMs) return undefined;
    const chunk = recording.tryChunk(thread, chunks[i]!);
    if (typeof chunk === 'string') return undefined;
    let mentioned = false;
    chunk.scan(({ kind, payload }) => {
      mentioned ||= kind === K.WRITE && sites.has(payload);
    });
    const write = mentioned ? digestOf(recording, thread, chunks[i]!)?.writeOfCall(call, variable) : undefined;
    if (write !== undefined) return write.value;
  }
  return value;
}
