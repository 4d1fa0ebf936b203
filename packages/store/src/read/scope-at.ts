import { captured, SITE_FUNCTION, type Value, type VariableEntry } from '@execution-cinema/format';
import type { CallPlace } from '../places/call-places.ts';
import type { SiteTable } from './site-table.ts';
import type { ObjectsAt } from './objects-at.ts';
import type { Past } from './past.ts';
import type { Frame } from './replay.ts';
import { isBeforeDeclaration, variablesOf } from './scopes.ts';
import type { StateVariable } from './state.ts';
import { ownerOfCall, type LastWrite } from './variables.ts';

/** One scope of a module, as a frame sees it. */
interface SeenScope {
  scopeIndex: number;
  /** Of the scope when closures share it, 0 when it is not known or the variables are the call's. */
  instance: number;
  /** Where the frame stands, where more is known than its last own event. */
  place: CallPlace | undefined;
}

/** Variables of one scope that a frame sees, as they were at a moment. What holds for all of them is found out once. */
export class ScopeAt {
  private readonly past: Past;
  private readonly objects: ObjectsAt;
  private readonly frame: Frame;
  private readonly table: SiteTable;
  private readonly initials: Initials;
  private readonly scopeIndex: number;
  /** Closures share the variables, which belong to this instance, 0 when that is not known; else they are the call's. */
  private readonly shared: boolean;
  private readonly instance: number;
  /** The call whose arguments begin the variables. */
  private readonly owner: Frame | undefined;
  /** Of its parameters: by variable, their positions. */
  private readonly parameters: ReadonlyMap<number, number>;
  /** Variables that may have been written; undefined when each must be looked for. */
  private readonly written: ReadonlySet<number> | undefined;
  /** Why nothing is known of a variable without a write. */
  private readonly unknown: string | undefined;

  private readonly place: CallPlace | undefined;

  /** Of a frame whose site is known. */
  constructor(past: Past, objects: ObjectsAt, frame: Frame, { scopeIndex, instance, place }: SeenScope) {
    this.past = past;
    this.objects = objects;
    this.frame = frame;
    this.place = place;
    this.table = frame.site!.table;
    this.initials = initialsOf(this.table);
    this.scopeIndex = scopeIndex;
    this.shared = this.table.scopes[scopeIndex]!.shared;
    this.instance = instance;
    this.owner = this.ownerFrame();
    this.parameters = this.parametersOf(this.owner);
    this.written = this.shared ? past.writtenIn(instance) : undefined;
    this.unknown = this.whyUnknown();
  }

  private ownerFrame(): Frame | undefined {
    const { past, frame, instance } = this;
    if (!this.shared) return frame;
    const call = past.scope(instance)?.call;
    if (call === frame.call || this.isBeforeOpening) return frame;
    return call ? past.frameOf(call) : undefined;
  }

  /** The call has just begun: the next thing it does is to open its scope. What was passed is there already. */
  private get isBeforeOpening(): boolean {
    const { frame, table, scopeIndex, instance } = this;
    const isOwn = table.scopes[scopeIndex]!.function === frame.site!.functionIndex;
    return this.shared && instance === 0 && isOwn && frame.position?.kind === SITE_FUNCTION;
  }

  private parametersOf(owner: Frame | undefined): ReadonlyMap<number, number> {
    if (!owner?.begin || owner.site?.table !== this.table) return NO_PARAMETERS;
    const { parameterVariables } = owner.site.function;
    if (parameterVariables.length === 0) return NO_PARAMETERS;
    return new Map(parameterVariables.map((variable, position) => [variable, position] as const).toReversed());
  }

  /** What keeps the rules of the language from telling the value of a variable without a write. */
  private whyUnknown(): string | undefined {
    const { table, past, instance } = this;
    const level = table.functions[table.scopes[this.scopeIndex]!.function]?.level ?? 0;
    if (level < 2) return 'writes of this function were not recorded';
    const ofScope = this.shared && !this.isBeforeOpening;
    const birth = ofScope ? past.scope(instance)?.event : this.frame.startEvent;
    if (birth === undefined || birth < 0) return 'the start of its scope is not in the recording';
    const dropped = past.droppedSince(birth);
    return dropped > 0 ? `${dropped} events were dropped since its scope began` : undefined;
  }

  /** All but imports, in the order of their declaration. */
  variables(): StateVariable[] {
    const { table, written, parameters, unknown, initials } = this;
    const result: StateVariable[] = [];
    for (const index of variablesOf(table, this.scopeIndex)) {
      if (table.variables[index]!.kind === 'import') continue;
      // Most variables of a large scope are functions that nothing is written to.
      const isUntouched = written !== undefined && unknown === undefined && !written.has(index);
      const initial = isUntouched && !parameters.has(index) ? (initials[index] ?? this.initial(index)) : undefined;
      result.push(initial ?? this.variable(index));
    }
    return result;
  }

  /** One of them, by its number in the module. */
  variable(index: number): StateVariable {
    const { table } = this;
    const variable = table.variables[index]!;
    if (!this.shared && this.isBeforeDeclaration(index)) return uninitialized(variable);
    const write = this.lastWrite(index);
    if (write) return this.shown(variable, write.value, write.chunk, 'write', write.event, write.timeNs);
    const position = this.parameters.get(index);
    if (position !== undefined) {
      const { arguments: values, chunk, startEvent, startNs } = this.owner!;
      return this.shown(variable, values![position], chunk, 'argument', startEvent, startNs);
    }
    if (this.unknown === undefined) {
      const initial = this.initial(index);
      if (initial) return initial;
    }
    const { name, kind } = variable;
    const note = this.unknown ?? 'no write recorded before this moment';
    return { name, kind, value: undefined, source: 'unknown', event: -1, timeNs: -1, note };
  }

  /**
   * The last own event tells it within the declaration itself, the place in a loop that goes round without an event.
   */
  private isBeforeDeclaration(index: number): boolean {
    const { frame, table, place } = this;
    const { line, column } = frame.position ?? frame.site!;
    if (isBeforeDeclaration(table, index, line, column)) return true;
    return place !== undefined && isBeforeDeclaration(table, index, place.line, place.column);
  }

  /**
   * A variable before anything was written to it, undefined where the language does not tell. One object for all moments,
   * since a program may have ten thousand such functions.
   */
  private initial(index: number): StateVariable | undefined {
    return (this.initials[index] ??= initialOf(this.table.variables[index]!));
  }

  private lastWrite(index: number): LastWrite | undefined {
    const { past, frame, instance, written } = this;
    if (!this.shared) return past.write(ownerOfCall(frame.call), index, past.birthOfCall(frame.call));
    return written?.has(index) === false ? undefined : past.writeInScope(instance, index);
  }

  /** A variable with its objects as they are now. */
  private shown(
    { name, kind }: VariableEntry,
    raw: Value,
    chunk: number,
    source: StateVariable['source'],
    event: number,
    timeNs: number,
  ): StateVariable {
    const value = this.objects.value(raw, chunk);
    const result: StateVariable = { name, kind, value, source, event, timeNs };
    const asOf = this.objects.asOf(value);
    if (asOf !== undefined) result.asOf = asOf;
    const note = this.doubt(event);
    if (note !== undefined) result.note = note;
    return result;
  }

  private doubt(event: number): string | undefined {
    const unseen = this.frame.site!.function.unseen;
    const dropped = this.past.droppedSince(event);
    if (!unseen && dropped === 0) return undefined;
    const notes: string[] = [];
    if (unseen) notes.push(`may have changed unseen (${unseen.join(', ')})`);
    if (dropped > 0) notes.push(`${dropped} events were dropped since`);
    return notes.join('; ');
  }
}

const NO_PARAMETERS: ReadonlyMap<number, number> = new Map();

type Initials = (StateVariable | undefined)[];
const initials = new WeakMap<SiteTable, Initials>();

/** Variables of a module before anything was written to them, by number, as far as they were asked for. */
function initialsOf(table: SiteTable): Initials {
  let known = initials.get(table);
  if (!known) initials.set(table, (known = Array.from({ length: table.variables.length })));
  return known;
}

function initialOf(variable: VariableEntry): StateVariable | undefined {
  const { name, kind } = variable;
  switch (kind) {
    case 'var':
      return { name, kind, value: undefined, source: 'initial', event: -1, timeNs: -1 };
    case 'function':
      return { name, kind, value: captured('function', 0, name), source: 'initial', event: -1, timeNs: -1 };
    case 'let':
    case 'const':
    case 'class':
    case 'using':
      return uninitialized(variable);
    default:
      return undefined;
  }
}

function uninitialized({ name, kind }: VariableEntry): StateVariable {
  return { name, kind, value: captured('uninitialized', 0, ''), source: 'initial', event: -1, timeNs: -1 };
}
