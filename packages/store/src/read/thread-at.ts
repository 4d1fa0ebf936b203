import type { Value } from '@execution-cinema/format';
import { ChunkState } from './chunk-state.ts';
import { chunkView, type ChunkView } from './chunk-view.ts';
import { chunkOfEvent, type ChunkInfo } from './chunks.ts';
import { ObjectsAt } from './objects-at.ts';
import { Past, type SeekLookup } from './past.ts';
import type { Recording } from './recording.ts';
import type { Frame } from './replay.ts';
import { ScopeAt } from './scope-at.ts';
import { scopesAt, shadowedNames, variablesOf } from './scopes.ts';
import type { StateFrame, StateScope, StateVariable } from './state.ts';

/** One thread just after an event: frames and variables, looked up when they are asked for. */
export class ThreadAt {
  readonly view: ChunkView;
  readonly info: ChunkInfo;
  readonly here: ChunkState;
  private readonly past: Past;
  readonly objects: ObjectsAt;
  private readonly shared = new Map<number, StateVariable[]>();
  private readonly parts = new Map<string, StateVariable[]>();

  /**
   * `earlierIn` may give the state of this chunk at an earlier event; it moves on to this one.
   * Throws RangeError when the thread has no readable chunk at or before the event.
   */
  constructor(
    recording: Recording,
    thread: number,
    event: number,
    index: SeekLookup | undefined,
    earlierIn?: (info: ChunkInfo) => ChunkState | undefined,
  ) {
    const chunks = recording.chunks(thread);
    const at = chunkOfEvent(chunks, event);
    if (at < 0) throw new RangeError(`thread ${thread} has nothing stored at or before event ${event}`);
    this.info = chunks[at]!;
    const view = chunkView(recording, thread, this.info);
    // Tells why it cannot be read.
    if (!view) recording.chunk(thread, this.info);
    this.view = view!;
    const earlier = earlierIn?.(this.info);
    if (earlier) {
      earlier.advance(event);
      this.here = earlier;
    } else {
      const sleepers = index?.asleepAt(thread, this.info.chunk) ?? (at === 0 ? [] : undefined);
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
      return { ...this.scopeAt(frame, scopeIndex, instance).variable(index), scope: instance, index };
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
      functionLine: entry?.line ?? 0,
      functionColumn: entry?.column ?? 0,
      file: position?.file ?? '',
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
    const variables = this.scopeAt(frame, scopeIndex, instance).variables();
    if (instance !== 0) this.shared.set(instance, variables);
    return variables;
  }

  private scopeAt(frame: Frame, scopeIndex: number, instance: number): ScopeAt {
    return new ScopeAt(this.past, this.objects, frame, scopeIndex, instance);
  }
}
