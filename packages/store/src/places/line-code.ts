/* What the lines of a file are for those who ask whether they ran: which events tell it. */
import { POINT } from '@execution-cinema/codemap';
import { sourceOfSite } from '../read/site-table.ts';
import type { ModuleInfo } from '../read/sites.ts';
import type { FunctionFlow } from './function-flow.ts';
import { flowOfFile, flowOfFunction, type FlowFinder } from './source-flows.ts';

/** The code of one line, by the statement that begins there or goes on: what is written in it for later is not meant. */
export interface LineCode {
  functionIndex: number;
  /** The first thing that is done on it. */
  point: number;
  /** Sites of the function on the line: with one of them it ran. */
  own: readonly number[];
  /** Whether one of them happens each time that the line runs, as far as no call throws. */
  leaves: 'surely' | 'likely' | 'no';
  /** The first thing on the line leaves these events: without any it never ran. None where it can throw instead. */
  first: readonly number[];
  /** Without an event of these it never ran. */
  before: readonly number[];
  /** Sites whose events happen as often as the line runs, as long as nothing throws: those of `twinLine`. */
  twin: readonly number[];
  twinLine: number;
  /** The function can stay asleep between the two. */
  sleepsBetween: boolean;
}

/** Lines of one file of a module. */
export interface FileCode {
  /** By line. Those without code have none. */
  lines: ReadonlyMap<number, LineCode>;
  /** Sites on lines whose order among others is not known: fields of classes, what is made by other tools. */
  others: ReadonlyMap<number, readonly number[]>;
  /** By line of the bodies of functions: the innermost one. */
  functions: ReadonlyMap<number, number>;
  /** How functions go, by number. */
  flows: ReadonlyMap<number, FunctionFlow>;
}

const known = new WeakMap<ModuleInfo, Map<number, FileCode>>();

/** The code of a file, undefined while its text is looked through; where that does not tell, its functions are known. */
export function codeOfFile(module: ModuleInfo, source: number, find: FlowFinder): FileCode | undefined {
  const files = known.get(module);
  const found = files?.get(source);
  if (found) return found;
  if (flowOfFile(module, source, find) === undefined) return undefined;
  const code = findCode(module, source, find);
  if (files) files.set(source, code);
  else known.set(module, new Map([[source, code]]));
  return code;
}

/** What a function does on a line: the first thing that it does, and the leftmost place. */
interface OnLine {
  functionIndex: number;
  flow: FunctionFlow;
  first: number;
  column: number;
}

function findCode(module: ModuleInfo, source: number, find: FlowFinder): FileCode {
  const table = module.sites!;
  const owners = new Map<number, OnLine>();
  const functions = new Map<number, number>();
  const flows = new Map<number, FunctionFlow>();
  for (const [functionIndex, entry] of table.functions.entries()) {
    // The top level of a bundle lies in all of its files.
    if (entry.source !== source && entry.kind !== 'module') continue;
    // Inner ones come after those around them.
    for (let line = entry.line + 1; line <= entry.endLine; line++) functions.set(line, functionIndex);
    const flow = flowOfFunction({ module, functionIndex, source }, find);
    if (!flow) continue;
    flows.set(functionIndex, flow);
    const own = new Map<number, OnLine>();
    for (const { point, line, column } of pointsOf(flow)) {
      const there = own.get(line);
      // Whether a case is the one comes before what it does.
      const isCase = flow.flow.kindOf(point) === POINT.case;
      if (there) Object.assign(there, { column: Math.min(there.column, column), ...(isCase && { first: point }) });
      else own.set(line, { functionIndex, flow, first: point, column });
    }
    for (const [line, there] of own) {
      const other = owners.get(line);
      if (!other || there.column < other.column) owners.set(line, there);
    }
  }
  const bySite = new Map<string, number[]>();
  const others = new Map<number, number[]>();
  table.sites.forEach(([, , functionIndex, line], i) => {
    // The first two are those of the module as a whole.
    if (i < 2 || sourceOfSite(table, i, functionIndex) !== source) return;
    push(bySite, `${functionIndex} ${line}`, i);
    if (!owners.has(line)) push(others, line, i);
  });
  const lines = new Map<number, LineCode>();
  for (const [line, { functionIndex, flow, first: point }] of owners) {
    const sitesAt = (at: number): readonly number[] =>
      at === flow.ends.entry ? [table.functions[functionIndex]!.site] : flow.sitesAt(at);
    const twin = flow.twinOf(point);
    const site = twin === undefined ? undefined : table.sites.at(sitesAt(twin)[0]!);
    const isHead = point === flow.ends.entry;
    const own = (bySite.get(`${functionIndex} ${line}`) ?? []).filter(
      (index) => isHead || index !== table.functions[functionIndex]!.site,
    );
    const ways = own.map((index) => flow.leavesWith(point, index));
    lines.set(line, {
      functionIndex,
      point,
      own,
      leaves: isHead || ways.includes('surely') ? 'surely' : ways.includes('likely') ? 'likely' : 'no',
      // What throws leaves no event, and has begun all the same.
      first: CAN_THROW.has(flow.flow.kindOf(point)) ? [] : sitesAt(point),
      before: flow.eventsBefore(point).flatMap(sitesAt),
      twin: site ? sitesAt(twin!) : [],
      twinLine: site?.[3] ?? 0,
      sleepsBetween: twin !== undefined && flow.sleepsBetween(Math.min(twin, point), Math.max(twin, point)),
    });
  }
  return { lines, others, functions, flows };
}

function push<Key>(lists: Map<Key, number[]>, key: Key, item: number): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

const CAN_THROW: ReadonlySet<number> = new Set([
  POINT.call,
  POINT.construct,
  POINT.superCall,
  POINT.member,
  POINT.property,
  POINT.delete,
]);
const CALLS: ReadonlySet<number> = new Set([POINT.call, POINT.superCall]);

/** Where the points of a function stand: a call also at the name that is called. */
function* pointsOf(flow: FunctionFlow): Generator<{ point: number; line: number; column: number }> {
  const { entry, exit } = flow.ends;
  for (let point = entry; point <= exit; point++) {
    const { kind, line, column, shownLine, shownColumn } = flow.flow.point(point);
    // Where ways part or meet a line begins as well: `a ??= 5` runs also where it writes nothing.
    if (kind === POINT.exit) continue;
    // The module begins where its first statement does.
    if (kind === POINT.entry && line === 1 && column === 0) continue;
    if (CALLS.has(kind)) yield { point, line: shownLine, column: shownColumn };
    if (!CALLS.has(kind) || line !== shownLine) yield { point, line, column };
  }
}
