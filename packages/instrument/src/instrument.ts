import type { Program } from 'acorn';
import { PLACE_OF_MODULE, SITE_FUNCTION, SITE_SCOPE } from '@execution-cinema/format';
import { Edits } from './edits.ts';
import { Frame } from './frame.ts';
import { Injections } from './inject.ts';
import { parseSource } from './parse.ts';
import { type FunctionPlan, functionPlans } from './function-plan.ts';
import { lowered } from './lowering.ts';
import { Positions } from './positions.ts';
import { analyse } from './scopes/analyse.ts';
import type { Analysis } from './scopes/scope.ts';
import { SiteTable } from './sites.ts';
import { runtimeExpression, Templates } from './templates.ts';
import { InstrumentError, type InstrumentInput, type InstrumentResult } from './types.ts';
import { temporaries } from './visit/function-head.ts';
import { visitStatements } from './visit/control.ts';
import { VISITORS } from './visitor.ts';
import { MODULE, Walk } from './walk.ts';
import { wrapperOf } from './wrapper.ts';

const NOT_RECORDED: FunctionPlan = { level: 0, ceiling: 0, captured: new Set(), isNamed: false };

/**
 * Puts probes into a module's text. Throws an `InstrumentError` when the text cannot be parsed or cannot carry probes;
 * whatever is thrown, the caller loads the original text.
 */
export function instrument(input: InstrumentInput): InstrumentResult {
  const { source, sourceType, plan } = input;
  const program = parseSource(source, sourceType, input.fileName);
  const analysis = analyse(program, sourceType);
  const runtime = runtimeExpression((name) => analysis.module.scope.variables.has(name));
  if (runtime === undefined) {
    throw new InstrumentError('UNSUPPORTED', `${input.fileName}: declares both globalThis and global`);
  }
  const positions = new Positions(source, input.inputMap);
  const sites = new SiteTable(positions, input.isSecretName ?? (() => false));
  const planOf = functionPlans(plan);
  const planOfModule = lowered(planOf(MODULE), input.lowering, PLACE_OF_MODULE);
  const wrapper = sourceType === 'script' ? wrapperOf(program) : undefined;
  if (input.wrappedOnly && wrapper === undefined) {
    throw new InstrumentError('UNSUPPORTED', 'a script of vm without a function round it');
  }
  const edits = new Edits(source, positions.lineStarts);
  const walk = new Walk({
    source,
    sourceType,
    plan,
    analysis,
    sites,
    edits,
    templates: new Templates(choosePrefix(input, wrapper !== undefined)),
    injections: new Injections(plan.inject, positions),
    frame: moduleFrame(input, analysis, wrapper === undefined ? planOfModule : NOT_RECORDED),
    planOf,
    lowering: input.lowering,
    wrapper,
    visitors: VISITORS,
  });
  enterModule(walk, program, planOfModule.ceiling < planOf(MODULE).ceiling);
  if (wrapper === undefined) walk.reserveHead(headPosition(program), program.body);
  visitStatements(walk, program.body);
  leaveModule(walk, program, runtime, input.moduleKey);
  const { code, insertions } = walk.edits.apply();
  return {
    code,
    sites: sites.finish(sourceNames(input)),
    insertions,
    counts: walk.counts,
    notInjected: walk.injections.finish(),
  };
}

function moduleFrame({ sourceType }: InstrumentInput, analysis: Analysis, plan: FunctionPlan): Frame {
  return new Frame({
    ...plan,
    info: analysis.module,
    isModule: true,
    index: 0,
    name: MODULE,
    suspends: sourceType === 'module' && analysis.module.awaits,
    isAsyncGenerator: false,
    hasFinally: false,
  });
}

/** The module's own sites come first: 0 its function, 1 its scope. */
function enterModule(walk: Walk, program: Program, isLowered: boolean): void {
  const { frame, sites, scope } = walk;
  const { level, ceiling } = frame;
  sites.functions.push({
    site: sites.add({ kind: SITE_FUNCTION, rank: 1, func: 0, level, at: 0 }),
    name: MODULE,
    kind: 'module',
    parent: -1,
    ...sites.place(program.start, program.end),
    parameters: [],
    parameterVariables: [],
    level,
    ceiling,
    ...(isLowered ? { lowered: true as const } : {}),
    scope: sites.scope(scope, 0, true),
    start: program.start,
    end: program.end,
  });
  sites.add({ kind: SITE_SCOPE, rank: 2, func: 0, level, at: 0, a: scope.index });
  scope.instance = walk.templates.instance(0);
}

function leaveModule(walk: Walk, program: Program, runtime: string, moduleKey: string): void {
  const { templates, edits, frame } = walk;
  const entered = frame.ceiling > 0 && program.body.length > 0;
  if (entered) {
    const leave = templates.returnNothing(frame.suspends);
    // A declaration has no completion value, so that a script keeps its own.
    const statement = walk.sourceType === 'script' ? `var ${templates.token}=${leave}` : leave;
    edits.insert(program.body.at(-1)!.end, `;${statement};`);
  }
  const head = templates.head({
    runtime,
    moduleKey,
    secrets: walk.sites.secrets,
    levels: walk.sites.levels,
    locals: temporaries(walk, frame),
    entry: entered ? templates.enter(0, [], frame.suspends) : undefined,
    hoisted: walk.sourceType === 'module',
  });
  if (program.body.length > 0) walk.fillHead(head);
}

/**
 * After the directives, or before the first statement. In ES modules before the first one that is no import: nothing
 * runs earlier, and V8 quotes the line of an import that fails.
 */
function headPosition(program: Program): number {
  let position = program.body[0]?.start ?? program.end;
  let afterImport = false;
  for (const statement of program.body) {
    const isImport = statement.type === 'ImportDeclaration' || statement.type === 'ExportAllDeclaration';
    const isDirective = statement.type === 'ExpressionStatement' && statement.directive !== undefined;
    if (!isImport && !isDirective) return afterImport ? statement.start : position;
    position = statement.end;
    afterImport = isImport;
  }
  return position;
}

/** A prefix that the text does not contain. Scripts share one global scope, so theirs is told apart by the module key. */
function choosePrefix({ source, sourceType, moduleKey }: InstrumentInput, isWrapped: boolean): string {
  const own = sourceType === 'script' && !isWrapped ? hash(moduleKey) : '';
  let prefix = `$ec${own}_`;
  for (let number = 1; source.includes(prefix); number++) prefix = `$ec${own}${number}_`;
  return prefix;
}

/** FNV-1a in base 36. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return (value >>> 0).toString(36);
}

function sourceNames({ sources, inputMap, fileName }: InstrumentInput): readonly string[] {
  if (sources !== undefined && sources.length > 0) return sources;
  if (inputMap === undefined || inputMap.sources.length === 0) return [fileName];
  return inputMap.sources.map((source) => source ?? fileName);
}
