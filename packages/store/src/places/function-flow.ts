import { POINT, type FlowFunction, type FlowPoint, type SourceFlow } from '@execution-cinema/codemap';
import {
  SITE_CATCH,
  SITE_DELETE,
  SITE_EXPRESSION,
  SITE_FUNCTION,
  SITE_INJECT,
  SITE_MUTATION,
  SITE_PROPERTY,
  SITE_SCOPE,
  SITE_SUSPEND,
  SITE_THIS,
  SITE_THROW,
  SITE_WRITE,
  type SiteTuple,
} from '@execution-cinema/format';
import { sourceOfSite, type SiteTable } from '../read/site-table.ts';
import type { Site } from '../read/sites.ts';
import { dominators } from './dominators.ts';

/** Points at which events of a kind of site can happen. */
const POINTS_OF_SITES: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [SITE_WRITE, [POINT.write]],
  [SITE_PROPERTY, [POINT.property]],
  [SITE_DELETE, [POINT.delete]],
  [SITE_MUTATION, [POINT.call, POINT.value]],
  [SITE_EXPRESSION, [POINT.call, POINT.construct, POINT.member, POINT.value]],
  [SITE_THROW, [POINT.throw]],
  [SITE_CATCH, [POINT.catch]],
  [SITE_THIS, [POINT.superCall]],
  [SITE_SUSPEND, [POINT.suspend, POINT.return]],
  [SITE_SCOPE, [POINT.scope]],
]);

/**
 * Whether a site may be passed without an event: a method with the name of one that changes a built-in container need not
 * be that. The entry of a function is no point within it.
 */
function isUncertain(kind: number): boolean {
  return kind === SITE_FUNCTION || kind === SITE_MUTATION || kind === SITE_DELETE || kind === SITE_INJECT;
}

/** What the site table keeps of the text of an expression. */
const TEXT_MAX = 120;
/** A suspension is recorded at every level. */
const RANK_OF_SUSPENSIONS = 1;

const sitesByFunction = new WeakMap<SiteTable, number[][]>();

/** Numbers of the sites of each function of a module. */
function sitesOf(table: SiteTable, functionIndex: number): readonly number[] {
  let known = sitesByFunction.get(table);
  if (!known) {
    const all: number[][] = table.functions.map(() => []);
    table.sites.forEach(([, , owner], i) => all[owner]?.push(i));
    sitesByFunction.set(table, (known = all));
  }
  return known[functionIndex] ?? [];
}

/** Whether `ancestor` is among what comes before `node` in a tree of dominators. */
function isOnWay(parents: Int32Array, node: number, ancestor: number): boolean {
  for (let at = parents[node]!; at >= 0; at = parents[at]!) if (at === ancestor) return true;
  return false;
}

const namesByTable = new WeakMap<SiteTable, ReadonlySet<string>>();

function functionNamesOf(table: SiteTable): ReadonlySet<string> {
  let names = namesByTable.get(table);
  if (!names) {
    names = new Set(table.functions.map(({ name }) => name.slice(name.lastIndexOf('.') + 1)));
    namesByTable.set(table, names);
  }
  return names;
}

/** The ways through one function, with what of it is recorded. */
export class FunctionFlow {
  readonly flow: SourceFlow;
  private readonly own: FlowFunction;
  private readonly table: SiteTable;
  private readonly text: string;
  private readonly byLine = new Map<number, number[]>();
  private readonly pointsOfSites = new Map<number, readonly number[]>();
  private readonly reached = new Map<string, readonly number[]>();
  private readonly sitesOfPoints = new Map<number, readonly number[]>();
  private predecessors: Map<number, number[]> | undefined;
  private order: { dominator: Int32Array; postDominator: Int32Array } | undefined;
  /** Points that leave an event when they are passed. */
  private readonly recorded = new Set<number>();

  constructor(
    flow: SourceFlow,
    own: FlowFunction,
    { table, functionIndex, source }: Pick<Site, 'table' | 'functionIndex' | 'source'>,
    text: string,
  ) {
    this.flow = flow;
    this.own = own;
    this.table = table;
    this.text = text;
    for (let point = own.entry; point <= own.exit; point++) {
      const { line } = flow.point(point);
      const there = this.byLine.get(line);
      if (there) there.push(point);
      else this.byLine.set(line, [point]);
    }
    const { level } = table.functions[functionIndex]!;
    for (const index of sitesOf(table, functionIndex)) {
      const [kind, rank] = table.sites.at(index)!;
      if ((kind === SITE_SUSPEND ? RANK_OF_SUSPENSIONS : rank) > level || isUncertain(kind)) continue;
      if (sourceOfSite(table, index, functionIndex) !== source) continue;
      for (const point of this.pointsOf(index)) {
        this.recorded.add(point);
        this.sitesOfPoints.set(point, [...this.sitesAt(point), index]);
      }
    }
  }

  /** Variable or property that the function is assigned to where it is written. */
  get keptAs(): string {
    return this.own.keptAs;
  }

  /** Where an event of a site (by its number in the module) can happen; none where the text does not tell. */
  pointsOf(site: number): readonly number[] {
    let points = this.pointsOfSites.get(site);
    if (!points) this.pointsOfSites.set(site, (points = this.findPoints(this.table.sites.at(site)!)));
    return points;
  }

  /** The call in whose arguments another function is written, or as whose callee; -1 where it is none of this function. */
  callHolding({ flow, own: { call } }: FunctionFlow): number {
    return flow === this.flow && call >= this.own.entry && call <= this.own.exit ? call : -1;
  }

  /** Whether a plain name is called that a function of the module has. */
  isFunctionName(point: number): boolean {
    const { name, shownLine, shownColumn, line, column } = this.flow.point(point);
    return line === shownLine && column === shownColumn && functionNamesOf(this.table).has(name);
  }

  textOf(point: number): string {
    const { start, end } = this.flow.point(point);
    return this.text.slice(start, end);
  }

  /** Whether an event of a site (by its number in the module), or the end, can be the next one after a point. */
  canGoOn(point: number, site: number | 'end'): boolean {
    const wanted = site === 'end' ? [this.own.exit] : this.pointsOf(site);
    return (
      wanted.length === 0 ||
      (this.recorded.has(point) && wanted.includes(point)) ||
      this.reachable([point]).some((next) => wanted.includes(next))
    );
  }

  /**
   * Points that can come after one of these without an event in between, and those that leave that event: in the order of
   * the text from there on, then those before it, which a loop comes back to.
   */
  reachable(from: readonly number[]): readonly number[] {
    const key = from.join();
    let known = this.reached.get(key);
    if (!known) {
      const seen = new Set<number>();
      const open = [...from];
      for (let point = open.pop(); point !== undefined; point = open.pop()) {
        for (const next of this.flow.after(point)) {
          if (seen.has(next)) continue;
          seen.add(next);
          if (!this.recorded.has(next)) open.push(next);
        }
      }
      const start = from.reduce((least, point) => Math.min(least, point), Infinity);
      const turn = (point: number): number => (point > start ? point - Number.MAX_SAFE_INTEGER : point);
      known = [...seen].sort((a, b) => turn(a) - turn(b));
      this.reached.set(key, known);
    }
    return known;
  }

  /** First and last point. */
  get ends(): FlowFunction {
    return this.own;
  }

  /** Sites whose events tell that a point was passed; none where it leaves no event. */
  sitesAt(point: number): readonly number[] {
    return this.sitesOfPoints.get(point) ?? [];
  }

  /** How often a point was passed, by counts of sites; undefined where no event tells. */
  countAt(point: number, countOf: (site: number) => number | undefined): number | undefined {
    if (!this.recorded.has(point)) return undefined;
    const sites = this.sitesAt(point);
    // A site that can be any of several points does not tell which.
    if (sites.some((site) => this.pointsOf(site).length > 1)) return undefined;
    const counts = sites.map(countOf);
    return counts.includes(undefined) ? undefined : Math.max(0, ...(counts as number[]));
  }

  /**
   * The points that leave an event, or the entry, from which a point can be reached without another event in between. What
   * none of them has been passed before never ran.
   */
  eventsBefore(point: number): number[] {
    const found = new Set<number>();
    const seen = new Set([point]);
    const open = [point];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const before of this.before(at)) {
        if (before === this.own.entry || this.recorded.has(before)) found.add(before);
        else if (!seen.has(before)) {
          seen.add(before);
          open.push(before);
        }
      }
    }
    return [...found];
  }

  /**
   * The point with an event that is passed exactly as often as this one, as long as nothing throws: the nearest before it,
   * else the nearest after it; undefined when there is none.
   */
  twinOf(point: number): number | undefined {
    const { entry } = this.own;
    const { dominator, postDominator } = (this.order ??= this.findOrder());
    const isTwin = (other: number, isBefore: boolean): boolean => {
      const [first, second] = isBefore ? [other, point] : [point, other];
      return (
        (other === entry || this.recorded.has(other)) &&
        this.flow.loopOf(other) === this.flow.loopOf(point) &&
        isOnWay(
          isBefore ? postDominator : dominator,
          isBefore ? first - entry : second - entry,
          (isBefore ? second : first) - entry,
        )
      );
    };
    for (let at = dominator[point - entry]!; at >= 0; at = dominator[at]!)
      if (isTwin(at + entry, true)) return at + entry;
    for (let at = postDominator[point - entry]!; at >= 0; at = postDominator[at]!) {
      if (isTwin(at + entry, false)) return at + entry;
    }
    return undefined;
  }

  /**
   * Whether an event of a site (by its number in the module) is left each time that a point is passed, as far as no call
   * throws: `surely`, `likely` where a built-in container may stay as it is, `no` where it depends on a condition.
   */
  leavesWith(point: number, site: number): 'surely' | 'likely' | 'no' {
    const { entry } = this.own;
    const { postDominator } = (this.order ??= this.findOrder());
    const points = this.pointsOf(site);
    const isSame = (other: number): boolean =>
      other === point ||
      // What a loop does at its head has a count of its own.
      this.flow.loopOf(other) !== this.flow.loopOf(point) ||
      isOnWay(postDominator, point - entry, other - entry);
    if (points.length > 0 && !points.some(isSame)) return 'no';
    return points.some((at) => this.sitesAt(at).includes(site)) ? 'surely' : 'likely';
  }

  /** Whether a function can fall asleep, and never go on, on the way from one point to another. */
  sleepsBetween(first: number, last: number): boolean {
    for (let point = first; point < last; point++) if (this.flow.kindOf(point) === POINT.suspend) return true;
    return false;
  }

  private findOrder(): { dominator: Int32Array; postDominator: Int32Array } {
    const { entry, exit } = this.own;
    const count = exit - entry + 1;
    const after = (node: number): number[] => Array.from(this.flow.after(node + entry), (next) => next - entry);
    return {
      dominator: dominators(count, 0, after),
      postDominator: dominators(count, count - 1, (node) => this.before(node + entry).map((other) => other - entry)),
    };
  }

  private before(point: number): readonly number[] {
    if (!this.predecessors) {
      this.predecessors = new Map();
      for (let from = this.own.entry; from <= this.own.exit; from++) {
        for (const next of this.flow.after(from)) {
          const known = this.predecessors.get(next);
          if (known) known.push(from);
          else this.predecessors.set(next, [from]);
        }
      }
    }
    return this.predecessors.get(point) ?? [];
  }

  private findPoints(site: SiteTuple): readonly number[] {
    const { flow, own, table } = this;
    const [kind, , functionIndex, line, column] = site;
    const entry = table.functions[functionIndex]!;
    if (kind === SITE_FUNCTION) return [own.entry];
    const start = flow.point(own.entry);
    const isHead = (line === start.line && column === start.column) || (line === entry.line && column === entry.column);
    if (kind === SITE_SCOPE && isHead) return [own.entry];
    const kinds = POINTS_OF_SITES.get(kind) ?? [];
    const like = (this.byLine.get(line) ?? [])
      .map((number) => ({ number, point: flow.point(number) }))
      .filter(({ point }) => kinds.includes(point.kind) && this.isAlike(point, site));
    const exact = like.filter(({ point }) => point.column === column);
    if (exact.length > 0 || like.length === 0) return exact.map(({ number }) => number);
    // Through a source map columns may be a little off.
    const nearest = like.reduce((best, other) =>
      Math.abs(other.point.column - column) < Math.abs(best.point.column - column) ? other : best,
    );
    return like.filter(({ point }) => point.start === nearest.point.start).map(({ number }) => number);
  }

  private isAlike({ kind, name, start, end }: FlowPoint, [siteKind, , , , , a]: SiteTuple): boolean {
    const { table } = this;
    switch (siteKind) {
      case SITE_WRITE:
        return a < 0 || name === table.variables[a]?.name;
      case SITE_MUTATION:
        return kind === POINT.call && name === table.names[a];
      case SITE_EXPRESSION: {
        const text = this.text.slice(start, end);
        return table.names[a] === (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text);
      }
      default:
        return true;
    }
  }
}
