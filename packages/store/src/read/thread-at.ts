import { captured, type Value, type VariableEntry } from '@execution-cinema/format';
import { ChunkState } from './chunk-state.ts';
import { chunkView, type ChunkView } from './chunk-view.ts';
import { chunkOfEvent, type ChunkInfo } from './chunks.ts';
import { ObjectsAt } from './objects-at.ts';
import { Past, type SeekLookup } from './past.ts';
import type { Recording } from './recording.ts';
import type { Frame } from './replay.ts';
import { isBeforeDeclaration, scopesAt, shadowedNames, variablesOf } from './scopes.ts';
import type { StateFrame, StateScope, StateVariable } from './state.ts';
import { ownerOfCall } from './variables.ts';

/** One thread just after an event: frames and variables, looked up when they are asked for. */
export class ThreadAt {
  readonly view: ChunkView;
  readonly info: ChunkInfo;
  readonly here: ChunkState;
  /** What sleeps is known, whenever it fell asleep. */
  readonly sleepersKnown: boolean;
  private readonly past: Past;
  readonly objects: ObjectsAt;
  private readonly shared = new Map<number, StateVariable[]>();
  private readonly parts = new Map<string, StateVariable[]>();

  /**
   * `earlier` may be the state of the same chunk at an earlier event; it moves on to this one.
   * Throws RangeError when the thread has no readable chunk at or before the event.
   */
  constructor(
    recording: Recording,
    thread: number,
    event: number,
    index: SeekLookup | undefined,
    earlier?: ChunkState,
  ) {
    const chunks = recording.chunks(thread);
    const at = chunkOfEvent(chunks, event);
    if (at < 0) throw new RangeError(`thread ${thread} has nothing stored at or before event ${event}`);
    this.info = chunks[at]!;
    const view = chunkView(recording, thread, this.info);
    // Tells why it cannot be read.
    if (!view) recording.chunk(thread, this.info);
    this.view = view!;
    if (earlier) {
      earlier.advance(event);
      this.here = earlier;
      this.sleepersKnown = true;
    } else {
      const sleepers = index?.asleepAt(thread, this.info.chunk);
      this.sleepersKnown = sleepers !== undefined || at === 0;
      this.here = new ChunkState(this.view, recording.resolver(thread), event, sleepers);
    }
    this.past = new Past(recording, thread, at, this.here, index);
    this.objects = new ObjectsAt(recording, thread, at, event, index);
  }

  /** The frame of a call that is open or sleeps, else the one on top. */
  frame(call?: number): Frame | undefined {
    const { stack } = this.here;
    const frame = call === undefined ? stack.at(-1) : this.here.frame(call);
    if (frame) this.past.completeFrame(frame);
    return frame;
  }

  /** `this` of a frame; undefined when that is not known. */
  thisOf(frame: Frame): Value {
    return frame.thisFrom && this.objects.value(frame.thisFrom.event.values[0], frame.thisFrom.chunk);
  }

  /** The variable that a name means in a frame, undefined when none of the recorded ones. */
  variableOf(frame: Frame, name: string): (StateVariable & { scope: number; index: number }) | undefined {
    const { site } = frame;
    if (!site) return undefined;
    const { table, functionIndex } = site;
    const position = frame.position ?? site;
    for (const scopeIndex of scopesAt(table, functionIndex, position.line, position.column)) {
      const scope = table.scopes[scopeIndex]!;
      if (scope.function !== functionIndex && !scope.shared) continue;
      const index = variablesOf(table, scopeIndex).find((i) => table.variables[i]!.name === name);
      if (index === undefined) continue;
      const instance = scope.shared ? this.past.instanceOf(frame, scopeIndex) : 0;
      const variable = table.variables[index]!;
      if (variable.kind === 'import' || (scope.function !== functionIndex && instance === 0)) return undefined;
      return { ...this.variable(frame, variable, index, instance), scope: instance, index };
    }
    return undefined;
  }

  /** `isWhole`: with what it sees, of larger scopes around the function only the names. */
  describe(frame: Frame, isWhole: boolean, outerVariablesMax: number): StateFrame {
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
      this: isWhole ? this.thisOf(frame) : undefined,
      hasThis: entry?.parameters[0] === 'this' || frame.thisFrom !== undefined,
      scopes: isWhole ? this.scopes(frame, outerVariablesMax) : [],
    };
  }

  private scopes(frame: Frame, outerVariablesMax: number): StateScope[] {
    const { site } = frame;
    if (!site) return [];
    const { table, functionIndex } = site;
    const position = frame.position ?? site;
    const result: StateScope[] = [];
    const unused: number[] = [];
    for (const scopeIndex of scopesAt(table, functionIndex, position.line, position.column)) {
      const scope = table.scopes[scopeIndex]!;
      // What an outer function does not share, no inner one uses.
      if (scope.function !== functionIndex && !scope.shared) continue;
      const instance = scope.shared ? this.past.instanceOf(frame, scopeIndex) : 0;
      // Scopes between the function and the innermost one that it uses are not known to it; their names hide others.
      if (scope.function !== functionIndex && instance === 0) {
        unused.push(scopeIndex);
        continue;
      }
      const { kind, line, column } = scope;
      const hidden = unused.flatMap((inner) => shadowedNames(table, scopeIndex, inner));
      const isOuter = scope.function !== functionIndex;
      if (isOuter && variablesOf(table, scopeIndex).length > outerVariablesMax) {
        const omitted = this.namesIn(frame, scopeIndex).filter((name) => !hidden.includes(name));
        if (omitted.length > outerVariablesMax) {
          result.push({ kind, instance, line, column, variables: [], omitted });
          continue;
        }
      }
      const variables = this.seen(this.variables(frame, scopeIndex, instance), instance, hidden);
      if (variables.length > 0) result.push({ kind, instance, line, column, variables, omitted: [] });
    }
    return result;
  }

  /** Those that no scope in between hides. Frames that see the same of an instance share the list. */
  private seen(variables: StateVariable[], instance: number, hidden: readonly string[]): StateVariable[] {
    if (hidden.length === 0) return variables;
    const key = `${instance} ${hidden.join()}`;
    const known = instance === 0 ? undefined : this.parts.get(key);
    if (known) return known;
    const names = new Set(hidden);
    const part = variables.filter(({ name }) => !names.has(name));
    this.parts.set(key, part);
    return part;
  }

  private namesIn(frame: Frame, scopeIndex: number): string[] {
    const { table } = frame.site!;
    const variables = variablesOf(table, scopeIndex).map((i) => table.variables[i]!);
    return variables.filter(({ kind }) => kind !== 'import').map(({ name }) => name);
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
    return this.unwritten(frame, variable, shared ? past.scope(instance)?.event : owner?.startEvent);
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
  private unwritten(frame: Frame, variable: VariableEntry, birth: number | undefined): StateVariable {
    const { name, kind } = variable;
    const unknown = (note: string): StateVariable => {
      return { name, kind, value: undefined, source: 'unknown', event: -1, timeNs: -1, note };
    };
    const level = frame.site!.table.functions[frame.site!.table.scopes[variable.scope]!.function]?.level ?? 0;
    if (level < 2) return unknown('writes of this function were not recorded');
    if (birth === undefined || birth < 0) return unknown('the start of its scope is not in the recording');
    const dropped = this.past.droppedSince(birth);
    if (dropped > 0) return unknown(`${dropped} events were dropped since its scope began`);
    return initialOf(variable) ?? unknown('no write recorded before this moment');
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

const initials = new WeakMap<VariableEntry, StateVariable>();

/** A variable that nothing was written to; one for all moments, since a program may have ten thousand such functions. */
function initialOf(variable: VariableEntry): StateVariable | undefined {
  let known = initials.get(variable);
  if (!known) {
    const { name, kind } = variable;
    const value = initialValue(variable);
    if (value === NO_VALUE) return undefined;
    initials.set(variable, (known = { name, kind, value, source: 'initial', event: -1, timeNs: -1 }));
  }
  return known;
}

const NO_VALUE = Symbol('no value');

function initialValue({ name, kind }: VariableEntry): Value | typeof NO_VALUE {
  switch (kind) {
    case 'var':
      return undefined;
    case 'function':
      return captured('function', 0, name);
    case 'let':
    case 'const':
    case 'class':
    case 'using':
      return captured('uninitialized', 0, '');
    default:
      return NO_VALUE;
  }
}
