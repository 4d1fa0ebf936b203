/* In which order the calls and effects of functions can happen, as numbers: it is handed from thread to thread. */

/** What happens at a point. */
export const POINT = {
  /** Ways meet or part here; nothing happens. */
  join: 0,
  entry: 1,
  exit: 2,
  call: 3,
  construct: 4,
  superCall: 5,
  /** A name gets a value. */
  write: 6,
  /** A property gets a value: `a.b =`, a class field. */
  property: 7,
  /** A property is read: a getter may run. */
  member: 8,
  delete: 9,
  /** Another expression has its value: `a + b`, `a ? b : c`, a template. */
  value: 10,
  /** `await`, `yield`, the next item of `for await`. */
  suspend: 11,
  throw: 12,
  catch: 13,
  /** A block, loop or the like begins. */
  scope: 14,
  return: 15,
  /** The next item of `for of` is asked for. */
  iterate: 16,
  /** A `case` begins. */
  case: 17,
} as const;

/**
 * Numbers of one point: kind, name, start line and column, offsets of start and end, shown line and column, number of
 * arguments, loop, first of `next`.
 */
export const POINT_FIELDS = 11;
/**
 * Numbers of one function: line and column of start and end, its first point, the point in whose arguments it stands, the
 * name under which it is kept.
 */
export const FUNCTION_FIELDS = 7;
const NONE = -1;

export interface FlowPoint {
  kind: number;
  /** Name of what is called, written or read; `` where it has none. */
  name: string;
  /** Where it begins: line 1-based, column 0-based. */
  line: number;
  column: number;
  start: number;
  end: number;
  /** Where stack traces say that it stands: a call at the name of what is called. */
  shownLine: number;
  shownColumn: number;
  /** Of a call; -1 where they cannot be counted. */
  arguments: number;
}

export interface FlowFunction {
  /** Number of its entry among the points. */
  entry: number;
  /** Number of the last one. */
  exit: number;
  /** The call in whose arguments (or as whose callee) it is written; -1 when there is none. */
  call: number;
  /** Variable or property that it is assigned to where it is written; `` where it is none. */
  keptAs: string;
}

/** The functions of one source, the module first, each with its points. */
export class SourceFlow {
  private readonly points: Int32Array;
  private readonly next: Int32Array;
  private readonly functions: Int32Array;
  private readonly names: readonly string[];

  constructor({ points, next, functions, names }: FlowNumbers) {
    this.points = points;
    this.next = next;
    this.functions = functions;
    this.names = names;
  }

  /** The function that ends where this one does and begins nearest to it; undefined when none ends on that line. */
  functionAt(place: {
    line: number;
    column: number;
    endLine: number;
    endColumn: number;
    isModule: boolean;
  }): FlowFunction | undefined {
    const { functions } = this;
    if (place.isModule) return this.functionBy(0);
    let best = NONE;
    let bestDistance = Number.POSITIVE_INFINITY;
    for (let at = FUNCTION_FIELDS; at < functions.length; at += FUNCTION_FIELDS) {
      if (functions[at + 2] !== place.endLine) continue;
      const away =
        (Math.abs(functions[at]! - place.line) + (functions[at + 3] === place.endColumn ? 0 : 1)) * LINE_DISTANCE +
        Math.abs(functions[at + 1]! - place.column);
      if (away < bestDistance) [best, bestDistance] = [at, away];
    }
    return best === NONE ? undefined : this.functionBy(best);
  }

  private functionBy(at: number): FlowFunction {
    const { functions, points } = this;
    const following = functions[at + FUNCTION_FIELDS + 4];
    return {
      entry: functions[at + 4]!,
      exit: (following ?? points.length / POINT_FIELDS) - 1,
      call: functions[at + 5]!,
      keptAs: this.names[functions[at + 6]!]!,
    };
  }

  kindOf(point: number): number {
    return this.points[point * POINT_FIELDS]!;
  }

  nameOf(point: number): string {
    return this.names[this.points[point * POINT_FIELDS + 1]!]!;
  }

  argumentsOf(point: number): number {
    return this.points[point * POINT_FIELDS + 8]!;
  }

  /** Number of the innermost loop around a point, -1 outside of all. */
  loopOf(point: number): number {
    return this.points[point * POINT_FIELDS + 9]!;
  }

  point(number: number): FlowPoint {
    const { points } = this;
    const at = number * POINT_FIELDS;
    return {
      kind: points[at]!,
      name: this.nameOf(number),
      line: points[at + 2]!,
      column: points[at + 3]!,
      start: points[at + 4]!,
      end: points[at + 5]!,
      shownLine: points[at + 6]!,
      shownColumn: points[at + 7]!,
      arguments: points[at + 8]!,
    };
  }

  /** Points that can come right after one. */
  after(point: number): Int32Array {
    const { points, next } = this;
    const at = point * POINT_FIELDS + 10;
    return next.subarray(points[at], points[at + POINT_FIELDS] ?? next.length);
  }
}

const LINE_DISTANCE = 100_000;

/** What a flow is made from; structured clone and transfer keep it. */
export interface FlowNumbers {
  points: Int32Array;
  next: Int32Array;
  functions: Int32Array;
  names: string[];
}
