import type { Progress } from '../index/progress.ts';
import type { Recording, ThreadRow } from '../read/recording.ts';
import type { FunctionEntry } from '@execution-cinema/format';
import type { ModuleInfo, Site } from '../read/sites.ts';
import { differenceOf, type Renames, type ValueDifference } from './comparable.ts';
import { pairedIdentities } from './identities.ts';
import { Noise, type IgnoreRules } from './noise.ts';
import { threadRoles } from './roles.ts';
import { stepsOf, type Step, type StepKind, type StepRules } from './steps.ts';
import { TurnReader } from './turn-reader.ts';
import { functionKey } from './turns.ts';

/**
 * `value`: both did the same, with another value. `path`: they did different things. `missing`: one did something that
 * the other never did. `thread`: one has a thread that the other lacks.
 */
export type DifferenceKind = 'value' | 'path' | 'missing' | 'thread';

/** What one run did where they differ. */
export interface DifferenceSide {
  thread: number;
  kind: StepKind;
  name: string;
  event: number;
  timeNs: number;
  call: number;
  function: string;
  file: string;
  line: number;
}

export interface RunDifference {
  kind: DifferenceKind;
  /** Role of the thread in both runs. */
  role: string;
  /** Null where that run did nothing of the kind. */
  a: DifferenceSide | null;
  b: DifferenceSide | null;
  /** Which value: name of the variable, parameter or property, and the way into it. */
  value: ({ name: string } & ValueDifference) | null;
}

export interface RunComparison {
  /** The first difference of every thread that has one, the earliest first. */
  differences: RunDifference[];
  /** Steps that are equal, over all threads. */
  equalSteps: number;
  threads: number;
}

export interface DiffOptions {
  rules: IgnoreRules;
  onProgress?: (progress: Progress) => void;
}

/**
 * Compares two runs role by role of their threads: turns of the event loop are paired by what led to them, and gone through side by
 * side. What two runs never share (times, ids, the order of unrelated asynchronous work) does not count.
 */
export function diffRuns(a: Recording, b: Recording, options: DiffOptions): RunComparison {
  const rolesA = threadRoles(a);
  const rolesB = threadRoles(b);
  const result: RunComparison = { differences: [], equalSteps: 0, threads: 0 };
  const totalEvents = a.threads().reduce((sum, thread) => sum + thread.stored, 0);
  const renames = pairedIdentities();
  let doneEvents = 0;
  for (const role of new Set([...rolesA.keys(), ...rolesB.keys()])) {
    const [threadsA, threadsB] = [rolesA.get(role) ?? [], rolesB.get(role) ?? []];
    const shared = Math.min(threadsA.length, threadsB.length);
    result.threads += Math.max(threadsA.length, threadsB.length);
    if (shared > 0) {
      const pair = new RolePair(a, b, { a: threadsA, b: threadsB, role }, options.rules, renames);
      const found = pair.compare((events) => options.onProgress?.({ doneEvents: doneEvents + events, totalEvents }));
      result.equalSteps += pair.equalSteps;
      if (found) result.differences.push(found);
    }
    for (const thread of threadsA) doneEvents += thread.stored;
    for (const thread of threadsA.slice(shared)) {
      result.differences.push({ kind: 'thread', role, a: threadSide(thread), b: null, value: null });
    }
    for (const thread of threadsB.slice(shared)) {
      result.differences.push({ kind: 'thread', role, a: null, b: threadSide(thread), value: null });
    }
  }
  const timeOf = ({ a: left, b: right }: RunDifference): number => left?.timeNs ?? right?.timeNs ?? 0;
  result.differences.sort((x, y) => Number(x.kind === 'thread') - Number(y.kind === 'thread') || timeOf(x) - timeOf(y));
  return result;
}

function threadSide({ id, startNs }: { id: number; startNs: number }): DifferenceSide {
  return { thread: id, kind: 'call', name: '', event: 0, timeNs: startNs, call: 0, function: '', file: '', line: 0 };
}

/** Steps between two reports of progress. */
const PROGRESS_STEPS = 20_000;

/** The threads of one role in both runs. */
class RolePair {
  equalSteps = 0;
  private readonly role: string;
  private readonly a: TurnReader;
  private readonly b: TurnReader;
  private readonly renames: Renames;
  /** Events of the threads of `a` before each. */
  private readonly eventsBefore = new Map<number, number>();

  constructor(
    a: Recording,
    b: Recording,
    sides: { a: readonly ThreadRow[]; b: readonly ThreadRow[]; role: string },
    rules: IgnoreRules,
    renames: Renames,
  ) {
    this.role = sides.role;
    this.renames = renames;
    let before = 0;
    for (const { id, stored } of sides.a) {
      this.eventsBefore.set(id, before);
      before += stored;
    }
    const depths = new ComparedDepths(a, b, rules);
    const shared: StepRules = { rules, depthOf: (site) => depths.of(site), shapes: new Map() };
    const reader = (recording: Recording, threads: readonly ThreadRow[]): TurnReader =>
      new TurnReader(
        stepsOf(
          recording,
          threads.map(({ id }) => id),
          new Noise(recording, rules),
          shared,
        ),
      );
    this.a = reader(a, sides.a);
    this.b = reader(b, sides.b);
  }

  compare(onStep: (event: number) => void): RunDifference | undefined {
    let lonely: RunDifference | undefined;
    let turn = this.a.next();
    for (; turn !== undefined; turn = this.a.next()) {
      const other = this.b.find(turn.name);
      if (!other) {
        const first = turn.steps.next();
        if (!first.done) return this.difference('missing', first.value, this.b.last);
        continue;
      }
      const found = this.compareSteps(turn.steps, other, onStep);
      if (found) return found;
    }
    const extra = this.b.firstLeft();
    if (extra) lonely = this.difference('missing', undefined, extra);
    return lonely;
  }

  private compareSteps(
    a: Iterator<Step>,
    b: Iterator<Step>,
    onStep: (event: number) => void,
  ): RunDifference | undefined {
    for (;;) {
      const left = a.next();
      const right = b.next();
      if (left.done && right.done) return undefined;
      if (left.done || right.done || left.value.shape !== right.value.shape) {
        return this.difference('path', left.done ? undefined : left.value, right.done ? undefined : right.value);
      }
      if (!left.value.isSameAs(right.value)) {
        const value = firstDifference(left.value, right.value, this.renames);
        if (value) return { ...this.difference('value', left.value, right.value), value };
      }
      if (++this.equalSteps % PROGRESS_STEPS === 0) {
        onStep((this.eventsBefore.get(left.value.thread) ?? 0) + left.value.event);
      }
    }
  }

  private difference(kind: DifferenceKind, a: Step | undefined, b: Step | undefined): RunDifference {
    return { kind, role: this.role, a: sideOf(a), b: sideOf(b), value: null };
  }
}

function sideOf(step: Step | undefined): DifferenceSide | null {
  if (!step) return null;
  const { thread, kind, name, event, timeNs, call, function: own, file, line } = step;
  return { thread, kind, name, event, timeNs, call, function: own, file, line };
}

function firstDifference(a: Step, b: Step, renames: Renames): ({ name: string } & ValueDifference) | undefined {
  for (let i = 0; i < Math.max(a.values.length, b.values.length); i++) {
    const [left, right] = [a.values[i], b.values[i]];
    const { name } = (left ?? right)!;
    const found = differenceOf(left?.value, right?.value, name, renames);
    if (found) return { name, ...found };
  }
  return undefined;
}

/** How deep each function is compared: as far as both runs recorded it, and by calls alone where its text has changed. */
class ComparedDepths {
  private readonly known = new Map<string, 0 | 1 | 2 | 3>();
  private readonly rules: IgnoreRules;
  private readonly a: Map<string, ModuleInfo>;
  private readonly b: Map<string, ModuleInfo>;

  constructor(a: Recording, b: Recording, rules: IgnoreRules) {
    this.rules = rules;
    this.a = modulesByFile(a);
    this.b = modulesByFile(b);
  }

  of(site: Site): 0 | 1 | 2 | 3 {
    const key = functionKey(site);
    let depth = this.known.get(key);
    if (depth === undefined) this.known.set(key, (depth = this.find(site)));
    return depth;
  }

  private find({ function: { name }, file }: Site): 0 | 1 | 2 | 3 {
    const { functions, files } = this.rules;
    if (functions.some((ignores) => ignores(name)) || files.some((ignores) => ignores(file))) return 0;
    const [a, b] = [this.a.get(file), this.b.get(file)];
    if (!a || !b) return 1;
    const level = Math.min(levelOf(a, file, name), levelOf(b, file, name)) as 0 | 1 | 2 | 3;
    const isSame = a.hash === b.hash || textOf(a, file, name) === textOf(b, file, name);
    return isSame ? level : (Math.min(1, level) as 0 | 1);
  }
}

function modulesByFile(recording: Recording): Map<string, ModuleInfo> {
  const result = new Map<string, ModuleInfo>();
  for (const id of recording.moduleIds()) {
    const module = recording.module(id);
    for (const file of module?.sites?.sources ?? []) result.set(file, module!);
  }
  return result;
}

/** The functions of a name: there may be several, such as anonymous ones. */
function functionsNamed({ sites }: ModuleInfo, file: string, name: string): FunctionEntry[] {
  return sites?.functions.filter((entry) => entry.name === name && sites.sources[entry.source] === file) ?? [];
}

function levelOf(module: ModuleInfo, file: string, name: string): number {
  return Math.min(...functionsNamed(module, file, name).map(({ level }) => level), 3);
}

/** A module's own text is what stands outside of its functions: of one that has changed, nothing can be said. */
function textOf(module: ModuleInfo, file: string, name: string): string {
  const lines = module.textOf(Math.max(0, module.sites?.sources.indexOf(file) ?? 0))?.split('\n') ?? [];
  return functionsNamed(module, file, name)
    .map((entry) => (entry.kind === 'module' ? module.hash : lines.slice(entry.line - 1, entry.endLine).join('\n')))
    .join('\n');
}
