import { captured, type CauseName, type FunctionEntry, type Value, type VariableEntry } from '@execution-cinema/format';
import { ChunkState } from './chunk-state.ts';
import { chunkView } from './chunk-view.ts';
import { chunkOfEvent } from './chunks.ts';
import { asyncCallers } from './async-callers.ts';
import { ObjectsAt } from './objects-at.ts';
import { Past, type SeekLookup } from './past.ts';
import type { Recording } from './recording.ts';
import type { Frame } from './replay.ts';
import { isBeforeDeclaration, scopesAt, variablesOf } from './scopes.ts';
import { ownerOfCall } from './variables.ts';

export interface StateVariable {
  name: string;
  kind: VariableEntry['kind'];
  value: Value;
  /**
   * Where the value comes from: a recorded write, the call's argument, the rules of the language for what has not been
   * written yet, or nothing was recorded (then `value` is undefined and `note` says why).
   */
  source: 'write' | 'argument' | 'initial' | 'unknown';
  /** Event and time of the write or of the call's start; -1 when there is none. */
  event: number;
  timeNs: number;
  /** Event since which the object that it holds is known to be as shown; left out where it is none. */
  asOf?: number;
  /** Why the value is not known, or may have changed unseen. */
  note?: string;
}

export interface StateScope {
  kind: string;
  /** Scope instance shared by closures, 0 when the variables belong to the call. */
  instance: number;
  /** Original position where the scope begins: line 1-based, column 0-based. */
  line: number;
  column: number;
  variables: StateVariable[];
}

export interface StateFrame {
  call: number;
  function: string;
  kind: FunctionEntry['kind'] | 'unknown';
  file: string;
  /** Where the frame stands: original line (1-based) and column (0-based) of what it last did. */
  line: number;
  column: number;
  /** Event and time of the call's start; -1 when that is not stored. */
  startEvent: number;
  startNs: number;
  asyncParent: number;
  this: Value;
  hasThis: boolean;
  /** Innermost first. */
  scopes: StateScope[];
}

export interface SuspendedCall {
  call: number;
  function: string;
  file: string;
  line: number;
  sinceEvent: number;
  sinceNs: number;
}

/** A call that led to the outermost one on the stack, over the event loop or an `await`. */
export interface AsyncCaller {
  call: number;
  function: string;
  file: string;
  /** Where it waits, else where the function begins. */
  line: number;
  /** How it led to the call before it: it called it (and awaits it), or scheduled it. */
  cause: CauseName | 'call';
}

export interface State {
  thread: number;
  event: number;
  timeNs: number;
  /** Innermost first. */
  frames: StateFrame[];
  /** Who caused the outermost frame, nearest first. */
  asyncCallers: AsyncCaller[];
  framesOmitted: number;
  suspended: SuspendedCall[];
  /** False without a seek index that reaches here: then `suspended` knows only what fell asleep in this chunk. */
  suspendedComplete: boolean;
  /** Bound of the error of times, nanoseconds. */
  clockErrorNs: number;
}

/**
 * Stack and variables of one thread just after event `event`. What lies in the moment's own chunk is replayed from
 * its header; older calls, scopes and writes are looked up chunk by chunk, directly where there is an `index`.
 * Throws RangeError when the thread has no readable chunk at or before the event.
 */
export function stateAt(recording: Recording, thread: number, event: number, index?: SeekLookup): State {
  const chunks = recording.chunks(thread);
  const at = chunkOfEvent(chunks, event);
  if (at < 0) throw new RangeError(`thread ${thread} has nothing stored at or before event ${event}`);
  const info = chunks[at]!;
  // Tells why it cannot be read.
  const { header } = recording.chunk(thread, info);
  const view = chunkView(recording, thread, info)!;
  const objects = new ObjectsAt(recording, thread, at, event, index);
  const sleepers = index?.asleepAt(thread, info.chunk);
  const here = new ChunkState(view, recording.resolver(thread), event, sleepers);
  const past = new Past(recording, thread, at, here, index);
  const { stack, asleep } = here;
  const describer = new Describer(past, objects);
  return {
    thread,
    event,
    timeNs: event < info.firstEvent ? header.startNs : view.chunk.timeOf(Math.min(event, view.endEvent - 1)),
    // Innermost first also because of the limits of what is looked up.
    frames: [...stack].reverse().map((frame) => describer.frame(frame)),
    asyncCallers: asyncCallers(recording, thread, stack[0]?.call ?? 0, asleep),
    framesOmitted: header.framesOmitted,
    suspended: asleep.map(suspendedCall),
    suspendedComplete: sleepers !== undefined || at === 0,
    clockErrorNs: header.clockErrorNs,
  };
}

function suspendedCall(frame: Frame): SuspendedCall {
  const { sleeping, site } = frame;
  return {
    call: frame.call,
    function: site?.function.name ?? '(unknown)',
    file: site?.file ?? '',
    line: sleeping?.site?.line ?? 0,
    sinceEvent: sleeping?.event ?? -1,
    sinceNs: sleeping?.timeNs ?? -1,
  };
}

/** Turns frames of one moment into what people see. */
class Describer {
  private readonly past: Past;
  private readonly objects: ObjectsAt;
  private readonly shared = new Map<number, StateVariable[]>();

  constructor(past: Past, objects: ObjectsAt) {
    this.past = past;
    this.objects = objects;
  }

  frame(frame: Frame): StateFrame {
    this.past.completeFrame(frame);
    const position = frame.position ?? frame.site;
    const entry = frame.site?.function;
    return {
      call: frame.call,
      function: entry?.name ?? '(unknown)',
      kind: entry?.kind ?? 'unknown',
      file: frame.site?.file ?? '',
      line: position?.line ?? 0,
      column: position?.column ?? 0,
      startEvent: frame.startEvent,
      startNs: frame.startNs,
      asyncParent: frame.asyncParent,
      this: frame.thisFrom && this.objects.value(frame.thisFrom.event.values[0], frame.thisFrom.chunk),
      hasThis: entry?.parameters[0] === 'this' || frame.thisFrom !== undefined,
      scopes: this.scopes(frame),
    };
  }

  private scopes(frame: Frame): StateScope[] {
    const { site } = frame;
    if (!site) return [];
    const { table, functionIndex } = site;
    const position = frame.position ?? site;
    const result: StateScope[] = [];
    const hidden = new Set<string>();
    for (const scopeIndex of scopesAt(table, functionIndex, position.line, position.column)) {
      const scope = table.scopes[scopeIndex]!;
      // What an outer function does not share, no inner one uses.
      if (scope.function !== functionIndex && !scope.shared) continue;
      const instance = scope.shared ? this.past.instanceOf(frame, scopeIndex) : 0;
      // Scopes between the function and the innermost one that it uses are not known to it; their names hide others.
      const isUnused = scope.function !== functionIndex && instance === 0;
      if (isUnused) {
        for (const i of variablesOf(table, scopeIndex)) hidden.add(table.variables[i]!.name);
        continue;
      }
      const variables = this.variables(frame, scopeIndex, instance).filter(({ name }) => !hidden.has(name));
      if (variables.length === 0) continue;
      result.push({ kind: scope.kind, instance, line: scope.line, column: scope.column, variables });
    }
    return result;
  }

  /** Variables of a scope that the frame sees. Frames that share an instance share what is known of it. */
  private variables(frame: Frame, scopeIndex: number, instance: number): StateVariable[] {
    const known = instance === 0 ? undefined : this.shared.get(instance);
    if (known) return known;
    const { table } = frame.site!;
    const variables: StateVariable[] = [];
    for (const i of variablesOf(table, scopeIndex)) {
      const variable = table.variables[i]!;
      if (variable.kind !== 'import') variables.push(this.variable(frame, variable, i, instance));
    }
    if (instance !== 0) this.shared.set(instance, variables);
    return variables;
  }

  private variable(frame: Frame, variable: VariableEntry, index: number, instance: number): StateVariable {
    const base = { name: variable.name, kind: variable.kind };
    const { past } = this;
    const shared = frame.site!.table.scopes[variable.scope]!.shared;
    const write = shared
      ? past.writeInScope(instance, index)
      : past.write(ownerOfCall(frame.call), index, past.birthOfCall(frame.call));
    const since = (event: number): { note?: string } => this.doubt(frame, event);
    const { line, column } = frame.position ?? frame.site!;
    if (!shared && isBeforeDeclaration(frame.site!.table, index, line, column)) {
      return { ...base, value: captured('uninitialized', 0, ''), source: 'initial', event: -1, timeNs: -1 };
    }
    if (write) {
      const { event, timeNs } = write;
      return { ...base, ...this.content(write.value, write.chunk), source: 'write', event, timeNs, ...since(event) };
    }
    const owner = this.ownerFrame(frame, shared, instance);
    const position = owner?.site?.function.parameterVariables.indexOf(index) ?? -1;
    if (owner?.arguments && position >= 0 && owner.site?.table === frame.site?.table) {
      const { startEvent: event, startNs: timeNs } = owner;
      const content = this.content(owner.arguments[position], owner.chunk);
      return { ...base, ...content, source: 'argument', event, timeNs, ...since(event) };
    }
    return { ...base, ...this.unwritten(frame, variable, shared ? past.scope(instance)?.event : owner?.startEvent) };
  }

  /** A value with its objects as they are now. */
  private content(raw: Value, chunk: number): Pick<StateVariable, 'value' | 'asOf'> {
    const value = this.objects.value(raw, chunk);
    const asOf = this.objects.asOf(value);
    return asOf === undefined ? { value } : { value, asOf };
  }

  /** The call whose arguments begin the variables of a scope. */
  private ownerFrame(frame: Frame, shared: boolean, instance: number): Frame | undefined {
    if (!shared) return frame;
    const call = this.past.scope(instance)?.call;
    if (call === frame.call) return frame;
    return call ? this.past.frameOf(call) : undefined;
  }

  /** What the language says of a variable without a write since its scope began at event `birth`. */
  private unwritten(
    frame: Frame,
    variable: VariableEntry,
    birth: number | undefined,
  ): Omit<StateVariable, 'name' | 'kind'> {
    const unknown = (note: string): Omit<StateVariable, 'name' | 'kind'> => ({
      value: undefined,
      source: 'unknown',
      event: -1,
      timeNs: -1,
      note,
    });
    const initial = (value: Value): Omit<StateVariable, 'name' | 'kind'> => ({
      value,
      source: 'initial',
      event: -1,
      timeNs: -1,
    });
    const level = frame.site!.table.functions[frame.site!.table.scopes[variable.scope]!.function]?.level ?? 0;
    if (level < 2) return unknown('writes of this function were not recorded');
    if (birth === undefined || birth < 0) return unknown('the start of its scope is not in the recording');
    const dropped = this.past.droppedSince(birth);
    if (dropped > 0) return unknown(`${dropped} events were dropped since its scope began`);
    switch (variable.kind) {
      case 'var':
        return initial(undefined);
      case 'function':
        return initial(captured('function', 0, variable.name));
      case 'let':
      case 'const':
      case 'class':
      case 'using':
        return initial(captured('uninitialized', 0, ''));
      default:
        return unknown('no write recorded before this moment');
    }
  }

  private doubt(frame: Frame, event: number): { note?: string } {
    const notes: string[] = [];
    const unseen = frame.site?.function.unseen;
    if (unseen) notes.push(`may have changed unseen (${unseen.join(', ')})`);
    const dropped = this.past.droppedSince(event);
    if (dropped > 0) notes.push(`${dropped} events were dropped since`);
    return notes.length > 0 ? { note: notes.join('; ') } : {};
  }
}
