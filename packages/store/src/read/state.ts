import { captured, type FunctionEntry, type Value, type VariableEntry } from '@execution-cinema/format';
import { chunkOfEvent } from './chunks.ts';
import { LiveObjects } from './live-objects.ts';
import { Past, type SeekLookup, type SleepingCall } from './past.ts';
import type { Recording } from './recording.ts';
import { ThreadReplay, unknownFrame, type Frame } from './replay.ts';
import { isBeforeDeclaration, scopesAt, variablesOf } from './scopes.ts';
import { ownerOfCall, VariableTable } from './variables.ts';

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

export interface State {
  thread: number;
  event: number;
  timeNs: number;
  /** Innermost first. */
  frames: StateFrame[];
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
  const chunk = recording.chunk(thread, info);
  const replay = new ThreadReplay(recording.resolver(thread));
  const variables = new VariableTable();
  const objects = new LiveObjects();
  const sleepers = index?.asleepAt(thread, info.chunk);
  for (const sleeper of sleepers ?? []) replay.asleep.set(sleeper.call, sleepingFrame(replay, sleeper));
  replay.beginChunk(chunk.header);
  /** Calls whose arguments may live on in a closure. */
  const openers = new Map<number, Frame>();
  let timeNs = chunk.header.startNs;
  for (const item of chunk.events()) {
    if (item.event > event) break;
    objects.begin(item);
    const frame = replay.step(item);
    variables.apply(replay, item, frame);
    if (replay.openedScope && frame) openers.set(frame.call, frame);
    objects.end(item, replay.resolver.resolve(item.payload));
    timeNs = item.timeNs;
  }
  const past = new Past(recording, thread, at, { replay, variables, openers }, index);
  const describer = new Describer(past, objects);
  return {
    thread,
    event,
    timeNs,
    frames: replay.stack.map((frame) => describer.frame(frame)).reverse(),
    framesOmitted: chunk.header.framesOmitted,
    suspended: [...replay.asleep.values()].map(suspendedCall),
    suspendedComplete: sleepers !== undefined || at === 0,
    clockErrorNs: chunk.header.clockErrorNs,
  };
}

function sleepingFrame(replay: ThreadReplay, sleeper: SleepingCall): Frame {
  const site = replay.resolver.resolve(sleeper.suspendSite);
  return {
    ...unknownFrame(sleeper.call, sleeper.siteId, replay.resolver),
    link: sleeper.link,
    position: site,
    sleeping: { event: sleeper.sinceEvent, timeNs: sleeper.sinceNs, site },
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
  private readonly objects: LiveObjects;
  private readonly shared = new Map<number, StateVariable[]>();

  constructor(past: Past, objects: LiveObjects) {
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
      this: this.objects.current(frame.thisValue),
      hasThis: entry?.parameters[0] === 'this' || frame.thisValue !== undefined,
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
      return { ...base, value: this.objects.current(write.value), source: 'write', event, timeNs, ...since(event) };
    }
    const owner = this.ownerFrame(frame, shared, instance);
    const position = owner?.site?.function.parameterVariables.indexOf(index) ?? -1;
    if (owner?.arguments && position >= 0 && owner.site?.table === frame.site?.table) {
      const { startEvent: event, startNs: timeNs } = owner;
      const value = this.objects.current(owner.arguments[position]);
      return { ...base, value, source: 'argument', event, timeNs, ...since(event) };
    }
    return { ...base, ...this.unwritten(frame, variable, shared ? past.scope(instance)?.event : owner?.startEvent) };
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
