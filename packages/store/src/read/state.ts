import type { ChunkHeader, Value, VariableEntry } from "@execution-cinema/format";
import { chunkOfCall, chunkOfEvent, type ChunkInfo } from "./chunks.ts";
import type { Recording } from "./recording.ts";
import { ThreadReplay, type Frame, type ScopeInstance } from "./replay.ts";
import { scopesAt } from "./scopes.ts";
import { ownerOfCall, ownerOfScope, VariableTable, writeOf, type LastWrite, type Owner } from "./variables.ts";

export interface StateVariable {
  name: string;
  kind: VariableEntry["kind"];
  value: Value;
  /** Where the value comes from: a recorded write, the call's argument, or nothing was recorded. */
  source: "write" | "argument" | "unknown";
  /** Event and time of the write or of the call's start; -1 when unknown. */
  event: number;
  timeNs: number;
  /** Why the value is not known, or may have changed unseen. */
  note?: string;
}

export interface StateScope {
  kind: string;
  /** Scope instance shared by closures, 0 when the variables belong to the call. */
  instance: number;
  variables: StateVariable[];
}

export interface StateFrame {
  call: number;
  function: string;
  kind: string;
  file: string;
  /** Where the frame stands: original line (1-based) and column (0-based) of what it last did. */
  line: number;
  column: number;
  asyncParent: number;
  this: Value;
  hasThis: boolean;
  scopes: StateScope[];
}

export interface State {
  thread: number;
  event: number;
  timeNs: number;
  /** Innermost first. */
  frames: StateFrame[];
  framesOmitted: number;
  suspended: { call: number; function: string; file: string; line: number; sinceNs: number }[];
}

/** Finds the chunk with the last write of a variable before a chunk; the seek index implements it. */
export interface WriteIndex {
  /** Index position (in `recording.chunks(thread)`) of the chunk, -1 for none, undefined when not indexed. */
  lastWriteChunk(thread: number, owner: Owner, variable: number, beforeChunk: number): number | undefined;
}

/**
 * Stack and variables of one thread just after event `event`. What lies in the moment's own chunk is replayed from
 * its header; older calls, scopes and writes are looked up chunk by chunk (through `index` where there is one).
 * Throws RangeError when the thread has no stored chunk at or before the event.
 */
export function stateAt(recording: Recording, thread: number, event: number, index?: WriteIndex): State {
  const chunks = recording.chunks(thread);
  const at = chunkOfEvent(chunks, event);
  if (at < 0) throw new RangeError(`thread ${thread} has nothing recorded at or before event ${event}`);
  const chunk = recording.chunk(thread, chunks[at]!.chunk);
  const replay = new ThreadReplay(recording.resolver(thread));
  const variables = new VariableTable();
  replay.beginChunk(chunk.header);
  let timeNs = chunk.header.startNs;
  for (const item of chunk.events()) {
    if (item.event > event) break;
    const frame = replay.step(item);
    variables.apply(replay, item, frame);
    timeNs = item.timeNs;
  }
  const past = new Past(recording, thread, chunks, at, replay, variables, index);
  const frames = replay.stack.map((frame) => describeFrame(frame, past)).reverse();
  const suspended = [...replay.asleep.values()].map((frame) => ({
    call: frame.call, function: frame.site?.function.name ?? "(unknown)", file: frame.site?.file ?? "",
    line: frame.sleeping?.site?.line ?? 0, sinceNs: frame.sleeping?.timeNs ?? -1,
  }));
  return { thread, event, timeNs, frames, framesOmitted: chunk.header.framesOmitted, suspended };
}

function describeFrame(frame: Frame, past: Past): StateFrame {
  past.completeFrame(frame);
  const position = frame.position ?? frame.site;
  const entry = frame.site?.function;
  return {
    call: frame.call,
    function: entry?.name ?? "(unknown)",
    kind: entry?.kind ?? "function",
    file: frame.site?.file ?? "",
    line: position?.line ?? 0,
    column: position?.column ?? 0,
    asyncParent: frame.asyncParent,
    this: frame.thisValue,
    hasThis: entry?.parameters[0] === "this" || frame.thisValue !== undefined,
    scopes: frame.site && position ? describeScopes(frame, past) : [],
  };
}

function describeScopes(frame: Frame, past: Past): StateScope[] {
  const site = frame.site!;
  const { table } = site;
  const position = frame.position ?? site;
  const functionIndex = site.functionIndex;
  const result: StateScope[] = [];
  for (const scopeIndex of scopesAt(table, functionIndex, position.line, position.column)) {
    const scope = table.scopes[scopeIndex]!;
    const own = scope.function === functionIndex;
    if (!own && !scope.shared) continue;
    const instance = scope.shared ? past.instanceOf(frame, scopeIndex) : 0;
    const variables: StateVariable[] = [];
    table.variables.forEach((variable, i) => {
      if (variable.scope !== scopeIndex || variable.kind === "import") return;
      variables.push(describeVariable(frame, variable, i, scope.shared, instance, past));
    });
    if (variables.length > 0) result.push({ kind: scope.kind, instance, variables });
  }
  return result;
}

function describeVariable(frame: Frame, variable: VariableEntry, index: number, shared: boolean, instance: number, past: Past): StateVariable {
  const base = { name: variable.name, kind: variable.kind };
  const unseen = frame.site?.function.unseen;
  const note = unseen ? { note: `may have changed unseen (${unseen.join(", ")})` } : {};
  const write = shared ? past.writeInScope(instance, index) : past.write(ownerOfCall(frame.call), index, past.birthOfCall(frame.call));
  if (write) return { ...base, value: write.value, source: "write", event: write.event, timeNs: write.timeNs, ...note };
  const call = shared ? past.scope(instance)?.call : frame.call;
  const owner = call === frame.call ? frame : call ? past.frameOf(call) : undefined;
  const position = owner?.site?.function.parameterVariables.indexOf(index) ?? -1;
  if (owner?.arguments && position >= 0 && owner.site?.table === frame.site?.table) {
    return { ...base, value: owner.arguments[position], source: "argument", event: owner.startEvent, timeNs: owner.startNs, ...note };
  }
  return { ...base, value: undefined, source: "unknown", event: -1, timeNs: -1, note: "no write recorded before this moment" };
}

/** Looks up what happened before the moment's chunk, each older chunk at most once for all questions about it. */
class Past {
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly chunks: ChunkInfo[];
  private readonly at: number;
  private readonly replay: ThreadReplay;
  private readonly variables: VariableTable;
  private readonly index: WriteIndex | undefined;
  private readonly digests = new Map<number, ChunkDigest>();
  private readonly frames = new Map<number, Frame>();

  constructor(recording: Recording, thread: number, chunks: ChunkInfo[], at: number, replay: ThreadReplay, variables: VariableTable, index: WriteIndex | undefined) {
    this.recording = recording;
    this.thread = thread;
    this.chunks = chunks;
    this.at = at;
    this.replay = replay;
    this.variables = variables;
    this.index = index;
  }

  birthOfCall(call: number): number {
    return chunkOfCall(this.chunks, call);
  }

  /** Fills arguments, start and parents of a frame that began in an older chunk. */
  completeFrame(frame: Frame): void {
    if (frame.arguments !== undefined) return;
    const known = this.frameOf(frame.call);
    if (!known) return;
    frame.arguments = known.arguments;
    frame.startEvent = known.startEvent;
    frame.startNs = known.startNs;
    frame.asyncParent = known.asyncParent;
    frame.thisValue ??= known.thisValue;
    frame.position ??= this.lastPosition(frame);
  }

  frameOf(call: number): Frame | undefined {
    const open = this.replay.stack.find((frame) => frame.call === call && frame.arguments !== undefined);
    if (open) return open;
    const known = this.frames.get(call);
    if (known) return known;
    const birth = this.birthOfCall(call);
    const found = birth < 0 ? undefined : this.digest(birth).frames.get(call);
    if (found) this.frames.set(call, found);
    return found;
  }

  /** Where a frame stood at the end of the chunk before: the last site that the nearest older chunk saw it execute. */
  private lastPosition(frame: Frame): Frame["position"] {
    for (let i = this.at - 1; i >= Math.max(0, this.birthOfCall(frame.call)); i--) {
      const position = this.digest(i).positions.get(frame.call);
      if (position) return position;
    }
    return undefined;
  }

  scope(instance: number): ScopeInstance | undefined {
    const known = this.replay.scopes.get(instance);
    if (known) return known;
    for (let i = Math.min(this.at - 1, this.chunks.length - 1); i >= 0; i--) {
      const { header } = this.recording.chunk(this.thread, this.chunks[i]!.chunk);
      if (header.nextScope <= instance) return this.digest(i).scopes.get(instance);
    }
    return undefined;
  }

  private birthOfScope(instance: number): number {
    if (this.replay.scopes.has(instance)) return this.at;
    for (let i = this.at; i >= 0; i--) {
      if (this.recording.chunk(this.thread, this.chunks[i]!.chunk).header.nextScope <= instance) return i;
    }
    return 0;
  }

  /** Instance of scope `scopeIndex` that `frame` sees: the nearest on the chain from its innermost shared scope. */
  instanceOf(frame: Frame, scopeIndex: number): number {
    const table = frame.site!.table;
    for (let instance = frame.link, guard = 0; instance !== 0 && guard < 10_000; guard++) {
      const info = this.scope(instance);
      if (!info) break;
      if (info.site?.a === scopeIndex && info.site.table === table) return instance;
      instance = info.parent;
    }
    return table.scopes[scopeIndex]?.kind === "module" ? frame.site!.load.scopeInstance : 0;
  }

  /** Last write in a scope instance, going back through the iterations it was copied from. */
  writeInScope(instance: number, variable: number): LastWrite | undefined {
    for (let current = instance, guard = 0; current !== 0 && guard < 100_000; guard++) {
      const write = this.write(ownerOfScope(current), variable, this.birthOfScope(current));
      if (write) return write;
      current = this.scope(current)?.from ?? 0;
    }
    return undefined;
  }

  write(owner: Owner, variable: number, birth: number): LastWrite | undefined {
    const here = this.variables.get(owner, variable);
    if (here || birth >= this.at) return here;
    const indexed = this.index?.lastWriteChunk(this.thread, owner, variable, this.chunks[this.at]!.chunk);
    if (indexed !== undefined) return this.digest(indexed >= 0 ? indexed : Math.max(0, birth)).variables.get(owner, variable);
    for (let i = this.at - 1; i >= Math.max(0, birth); i--) {
      const write = this.digest(i).variables.get(owner, variable);
      if (write) return write;
    }
    return undefined;
  }

  private digest(i: number): ChunkDigest {
    let digest = this.digests.get(i);
    if (!digest) {
      digest = digestChunk(this.recording, this.thread, this.chunks[i]!);
      this.digests.set(i, digest);
    }
    return digest;
  }
}

/** Everything that later moments may ask about one whole chunk. */
interface ChunkDigest {
  header: ChunkHeader;
  frames: Map<number, Frame>;
  positions: Map<number, Frame["position"]>;
  scopes: Map<number, ScopeInstance>;
  variables: VariableTable;
}

function digestChunk(recording: Recording, thread: number, info: ChunkInfo): ChunkDigest {
  const chunk = recording.chunk(thread, info.chunk);
  const replay = new ThreadReplay(recording.resolver(thread));
  const variables = new VariableTable();
  const frames = new Map<number, Frame>();
  replay.beginChunk(chunk.header);
  for (const event of chunk.events()) {
    const frame = replay.step(event);
    if (replay.entered) frames.set(replay.entered.call, replay.entered);
    const change = writeOf(replay, event, frame);
    if (change) variables.set(change.owner, change.variable, change.write);
  }
  const positions = new Map<number, Frame["position"]>();
  for (const frame of [...replay.stack, ...replay.asleep.values()]) positions.set(frame.call, frame.position);
  return { header: chunk.header, frames, positions, scopes: replay.scopes, variables };
}
