/* Where in its function a call stands that has left no event since: worked out from the text and from what it called. */
import { POINT } from '@execution-cinema/codemap';
import type { FunctionEntry } from '@execution-cinema/format';
import type { Site, SiteResolver } from '../read/sites.ts';
import type { FunctionFlow } from './function-flow.ts';
import type { NextEvent, RecentCall } from './recent-calls.ts';
import { flowOf, type FlowFinder } from './source-flows.ts';

/** Line 1-based, column 0-based. */
export interface CallPlace {
  line: number;
  column: number;
}

/** How well a point fits as the place from which something was called. */
const FIT = {
  none: 0,
  /** A name is called that means another function of this module. */
  unlikely: 1,
  other: 2,
  name: 3,
  /** The function is written in the arguments of the call. */
  written: 4,
} as const;

const CALLS: ReadonlySet<number> = new Set([POINT.call, POINT.construct, POINT.superCall]);

/** Names under which things that write to streams are called. */
const WRITERS: ReadonlySet<string> = new Set([
  'log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table', 'group', 'assert', 'count', 'timeEnd', 'timeLog',
  'write', 'end', 'print',
]); // prettier-ignore

/** Methods that run a generator on. */
const RESUMERS: ReadonlySet<string> = new Set(['next', 'return', 'throw']);

export interface FoundPlace {
  /** Undefined when the text does not tell: then nothing better is known than the last own event. */
  found: CallPlace | undefined;
  /** False when other places on other lines fit as well. */
  isSure: boolean;
}

/** What was found before, by the function and what was asked: frames of a loop are often alike. */
const known = new WeakMap<FunctionFlow, Map<string, FoundPlace>>();
const PLACES_MAX = 1_000;

/** Finds the places of the frames of one thread. */
export class CallPlaces {
  private readonly resolver: SiteResolver;
  private readonly findFlow: FlowFinder;

  constructor(resolver: SiteResolver, findFlow: FlowFinder) {
    this.resolver = resolver;
    this.findFlow = findFlow;
  }

  /**
   * Where a frame stands that last left an event at `position` and has made these calls since; `next` is its next event, if
   * that is known.
   */
  find(flow: FunctionFlow, position: Site, calls: readonly RecentCall[], next: NextEvent): FoundPlace {
    let places = known.get(flow);
    if (!places) known.set(flow, (places = new Map()));
    // Numbers of sites are those of a thread.
    const { load } = position;
    const key = `${load.base} ${position.index} ${calls.map(({ kind, site }) => kind + site).join()} ${next}`;
    let place = places.get(key);
    if (!place) {
      place = this.work(flow, position, calls, typeof next === 'number' ? next - load.base : next);
      if (places.size >= PLACES_MAX) places.clear();
      places.set(key, place);
    }
    return place;
  }

  private work(flow: FunctionFlow, position: Site, calls: readonly RecentCall[], next: NextEvent): FoundPlace {
    let from = flow.pointsOf(position.index);
    if (from.length === 0) return { found: undefined, isSure: true };
    let fitting: readonly Candidate[] = [];
    for (const [i, call] of calls.entries()) {
      const isLast = i === calls.length - 1;
      fitting = this.candidates(flow, from, call, fitting, isLast ? next : undefined);
      if (fitting.length > 0) from = fitting.map(({ point }) => point);
    }
    // Counts of arguments are a hint, no proof.
    const [first] = best(fitting, ({ fit }) => fit);
    if (!first) return { found: undefined, isSure: true };
    const { shownLine, shownColumn } = flow.flow.point(first.point);
    const isSure = fitting.every(({ point }) => flow.flow.point(point).shownLine === shownLine);
    return { found: { line: shownLine, column: shownColumn }, isSure };
  }

  /** The points from which something was called, of those that fit best; in the order in which they are reached. */
  private candidates(
    flow: FunctionFlow,
    from: readonly number[],
    call: RecentCall,
    before: readonly Candidate[],
    next: NextEvent,
  ): readonly Candidate[] {
    const fits = this.fitter(flow, call);
    // A function of the engine may call what it was given again and again.
    const again = before.filter(({ fit }) => Math.floor(fit) !== FIT.name).map(({ point }) => point);
    const points = new Set([...again, ...flow.reachable(from)]);
    let found = [...points].map((point) => ({ point, fit: fits(point) }));
    if (next !== undefined) {
      const possible = found.filter(({ point, fit }) => fit > FIT.none && flow.canGoOn(point, next));
      if (possible.length > 0) found = possible;
    }
    return best(found, ({ fit }) => Math.floor(fit));
  }

  /** Tells how well points fit a call. */
  private fitter(flow: FunctionFlow, call: RecentCall): (point: number) => number {
    const callee = this.resolver.resolve(call.site);
    const own = callee && flowOf(callee, this.findFlow);
    const called: Called = {
      kind: call.kind,
      callee,
      holder: own ? flow.callHolding(own) : -1,
      names: callee ? namesOf(callee.function, own?.keptAs ?? '') : [],
    };
    return (point) => fitOf(flow, point, called);
  }
}

function best(candidates: readonly Candidate[], rank: (candidate: Candidate) => number): readonly Candidate[] {
  const most = candidates.reduce((highest, candidate) => Math.max(highest, rank(candidate)), 0);
  return most === 0 ? [] : candidates.filter((candidate) => rank(candidate) === most);
}

interface Called {
  kind: RecentCall['kind'];
  callee: Site | undefined;
  /** The point in whose arguments the callee is written. */
  holder: number;
  names: readonly string[];
}

interface Candidate {
  point: number;
  fit: number;
}

/** So many arguments as the callee has parameters: tells apart what is alike otherwise. */
const SAME_COUNT = 0.5;

function fitOf(flow: FunctionFlow, point: number, { kind, callee, holder, names }: Called): number {
  if (point === holder) return FIT.written;
  const pointKind = flow.flow.kindOf(point);
  const name = flow.flow.nameOf(point);
  const isCall = CALLS.has(pointKind);
  if (pointKind === POINT.iterate) return isIteration(kind, callee) ? FIT.name : fitOfIterator(callee);
  if (kind === 'log') return !isCall ? FIT.none : WRITERS.has(name) ? FIT.name : FIT.other;
  if (kind === 'resume') return isCall && RESUMERS.has(name) ? FIT.name : FIT.none;
  if (!callee) return isCall ? FIT.other : FIT.none;
  // The code of a generator begins when the first item is asked for.
  if (/generator/.test(callee.function.kind)) return !isCall ? FIT.none : RESUMERS.has(name) ? FIT.name : FIT.other;
  if (!isCall) return isAccess(callee.function, pointKind, name) ? FIT.name : FIT.none;
  if (isAccessor(callee.function)) return FIT.none;
  const given = flow.flow.argumentsOf(point);
  const bonus = given === countOf(callee.function) ? SAME_COUNT : 0;
  if (pointKind === POINT.superCall) return callee.function.kind === 'constructor' ? FIT.name : FIT.none;
  if (callee.function.kind === 'module')
    return name === 'require' ? FIT.name + fitOfFile(flow, point, callee) : FIT.other;
  if (names.includes(name)) return FIT.name + bonus;
  return (flow.isFunctionName(point) ? FIT.unlikely : FIT.other) + bonus;
}

/** Whether this is how `for of` asks for the next item. */
function isIteration(kind: RecentCall['kind'], callee: Site | undefined): boolean {
  if (kind === 'resume' || !callee) return kind === 'resume';
  return /generator/.test(callee.function.kind) || /(^|\.)next$/.test(callee.function.name);
}

/** What `[Symbol.iterator]` names is called without its name being there. */
function fitOfIterator(callee: Site | undefined): number {
  return callee && countOf(callee.function) === 0 ? FIT.other : FIT.none;
}

/** `require('./lib/cart')` loads `src/lib/cart.js` or `src/lib/cart/index.js` rather than others. */
function fitOfFile(flow: FunctionFlow, point: number, { file }: Site): number {
  const wanted = /(['"`])(?:.*\/)?([^/]+)\1/.exec(flow.textOf(point))?.[2];
  const [folder, own] = file
    .replace(/\.[^./]+$/, '')
    .split('/')
    .slice(-2);
  return wanted !== undefined && [own, folder, file.split('/').at(-1)].includes(wanted) ? SAME_COUNT : 0;
}

function countOf({ parameters }: FunctionEntry): number {
  return parameters.length - (parameters[0] === 'this' ? 1 : 0);
}

function isAccessor({ kind }: FunctionEntry): boolean {
  return kind === 'getter' || kind === 'setter';
}

/** Whether reading or writing this property runs an accessor, one of a class or of `{ total: { get() {} } }`. */
function isAccess({ name, kind }: FunctionEntry, point: number, property: string): boolean {
  const parts = name.split('.');
  const last = parts.at(-1)!;
  const isGetter = kind === 'getter' || last === 'get';
  const isSetter = kind === 'setter' || last === 'set';
  if (!(isGetter && point === POINT.member) && !(isSetter && point === POINT.property)) return false;
  return property === (isAccessor({ kind } as FunctionEntry) ? last.replace(/^(get|set) /, '') : parts.at(-2));
}

/** What the function may be called by: `total` of `Cart.total`, the class of a constructor, what it is assigned to. */
function namesOf({ name, kind }: FunctionEntry, keptAs: string): string[] {
  const parts = name.split('.');
  if (kind === 'constructor' && parts.at(-1) === 'constructor') parts.pop();
  return [parts.at(-1)!, keptAs].filter((part) => part !== '');
}
