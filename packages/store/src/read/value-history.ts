import {
  K,
  SITE_CATCH,
  SITE_DELETE,
  SITE_EXPRESSION,
  SITE_FUNCTION,
  SITE_PROPERTY,
  SITE_WRITE,
  type DecodedEvent,
  type ModuleSites,
  type Value,
} from '@execution-cinema/format';
import { storeError } from '../errors.ts';
import type { Chunk } from './chunks.ts';
import { copyValue, LiveObjects } from './live-objects.ts';
import { fileMatcher, functionMatcher } from './match.ts';
import type { Recording } from './recording.ts';
import { ThreadReplay, type Frame } from './replay.ts';
import { scopesAt } from './scopes.ts';
import { describeSite, nameOfSite } from './site-text.ts';
import { sourceOfSite, type ModuleInfo, type Site } from './sites.ts';

/** One value that a variable, parameter, property or expression had. */
export interface HistoricValue {
  thread: number;
  event: number;
  timeNs: number;
  /** Number of the call that gave it the value, 0 for none. */
  call: number;
  function: string;
  file: string;
  line: number;
  column: number;
  kind: 'variable' | 'parameter' | 'property' | 'expression';
  name: string;
  /** `=`, `+=`, `++`, `let`, `for` ...; empty for parameters. */
  operator: string;
  value: Value;
  /** The object whose property it is, as it was then; undefined for everything else. */
  owner: Value;
  /** Scope instance of a variable that closures share, else 0: two counters are two histories. */
  scope: number;
}

/** What to look for in one module, by index into its site table. */
interface Wanted {
  sites: Set<number>;
  /** Per function index: positions of the parameters asked for. */
  parameters: Map<number, number[]>;
}

/**
 * Every value of what a place names, thread by thread in order, straight from the chunks.
 *
 * | place | name | values |
 * |---|---|---|
 * | FILE:LINE | - | whatever gets a value on this line |
 * | FILE:LINE | variable | the variable of that name which is in scope on this line, wherever it is written |
 * | FILE:LINE | property | writes of properties of this name on this line (`total`, `this.total`) |
 * | FUNCTION | - | parameters, variables and properties that calls of the function write |
 * | FUNCTION | NAME | the same, of this name; variables of the function also where inner functions write them |
 *
 * Throws NO_SUCH_PLACE when no recorded code is meant. Chunks that hold nothing of it are not decoded.
 */
export function* valueHistory(recording: Recording, place: string, name?: string): Generator<HistoricValue> {
  const wanted = findWanted(recording, place, name);
  for (const { id: thread } of recording.threads()) {
    const resolver = recording.resolver(thread);
    const ids = new Set<number>();
    for (const { base, moduleId } of recording.loads(thread)) {
      const own = wanted.get(moduleId);
      const table = recording.module(moduleId)?.sites;
      if (!own || !table) continue;
      for (const index of own.sites) ids.add(base + index);
      for (const index of own.parameters.keys()) ids.add(base + table.functions[index]!.site);
    }
    if (ids.size === 0) continue;
    const replay = new ThreadReplay(resolver);
    for (const info of recording.chunks(thread)) {
      const chunk = recording.tryChunk(thread, info);
      if (typeof chunk === 'string' || !mentions(chunk, ids)) continue;
      replay.beginChunk(chunk.header);
      const objects = new LiveObjects();
      for (const event of chunk.events()) {
        objects.begin(event);
        const frame = replay.step(event);
        objects.end(event, resolver.resolve(event.payload));
        if (!HAS_VALUE.has(event.kind) && event.kind > K.ENTER_MANY) continue;
        if (!ids.has(event.payload)) continue;
        const site = resolver.resolve(event.payload)!;
        const positions = wanted.get(site.module.id)?.parameters.get(site.functionIndex);
        yield* valuesOf(thread, event, frame, site, positions ?? []);
      }
    }
  }
}

const HAS_VALUE: ReadonlySet<number> = new Set([
  K.WRITE,
  K.WRITE_SCOPED,
  K.PROPERTY,
  K.PROPERTY_COMPUTED,
  K.PROPERTY_DELETE,
  K.EXPRESSION,
  K.CATCH,
]);

function mentions(chunk: Chunk, ids: ReadonlySet<number>): boolean {
  let found = false;
  chunk.scan((scanner) => {
    found ||= ids.has(scanner.payload);
  });
  return found;
}

function* valuesOf(
  thread: number,
  event: DecodedEvent,
  frame: Frame | undefined,
  site: Site,
  positions: readonly number[],
): Generator<HistoricValue> {
  const base = {
    thread,
    event: event.event,
    timeNs: event.timeNs,
    call: frame?.call ?? 0,
    function: site.function.name,
    file: site.file,
    line: site.line,
    column: site.column,
    scope: event.kind === K.WRITE_SCOPED ? event.number : 0,
  };
  if (event.kind <= K.ENTER_MANY) {
    for (const position of positions) {
      const name = site.function.parameters[position] ?? `argument ${position}`;
      yield {
        ...base,
        kind: 'parameter',
        name,
        operator: '',
        owner: undefined,
        value: copyValue(event.values[position]),
      };
    }
    return;
  }
  const kind = KIND_OF_SITE[site.kind] ?? 'variable';
  const operator = describeSite(site).operator ?? '';
  const value = event.kind === K.PROPERTY_DELETE ? undefined : copyValue(event.values.at(-1));
  const owner = kind === 'property' ? copyValue(event.values[0]) : undefined;
  yield { ...base, kind, name: nameOfSite(site) ?? '', operator, owner, value };
}

const KIND_OF_SITE: Readonly<Record<number, HistoricValue['kind']>> = {
  [SITE_WRITE]: 'variable',
  [SITE_CATCH]: 'variable',
  [SITE_PROPERTY]: 'property',
  [SITE_DELETE]: 'property',
  [SITE_EXPRESSION]: 'expression',
};

function findWanted(recording: Recording, place: string, name: string | undefined): Map<number, Wanted> {
  const line = /^(.+):(\d+)$/.exec(place);
  const found = new Map<number, Wanted>();
  for (const id of recording.moduleIds()) {
    const module = recording.module(id);
    if (!module?.sites) continue;
    const wanted = line
      ? wantedAtLine(module, module.sites, fileMatcher(line[1]!), Number(line[2]), name)
      : wantedInFunction(module.sites, functionMatcher(place), name);
    if (wanted.sites.size + wanted.parameters.size > 0) found.set(id, wanted);
  }
  if (found.size === 0) throw storeError('NO_SUCH_PLACE', name === undefined ? place : `${name} at ${place}`);
  return found;
}

function wantedAtLine(
  module: ModuleInfo,
  table: ModuleSites,
  inFile: (file: string) => boolean,
  line: number,
  name: string | undefined,
): Wanted {
  const wanted: Wanted = { sites: new Set(), parameters: new Map() };
  table.sites.forEach(([kind, , functionIndex, siteLine, column], index) => {
    if (siteLine !== line || !inFile(table.sources[sourceOfSite(table, index)] ?? module.file)) return;
    if (name !== undefined) addNamedVariables(table, scopesAt(table, functionIndex, line, column), name, wanted);
    if (kind === SITE_FUNCTION) addParameters(table, functionIndex, name, wanted);
    else if (KIND_OF_SITE[kind] && namesSite(table, index, name)) wanted.sites.add(index);
  });
  return wanted;
}

function wantedInFunction(table: ModuleSites, isMeant: (name: string) => boolean, name: string | undefined): Wanted {
  const wanted: Wanted = { sites: new Set(), parameters: new Map() };
  const functions = new Set(table.functions.flatMap((entry, index) => (isMeant(entry.name) ? [index] : [])));
  for (const index of functions) {
    addParameters(table, index, name, wanted);
    if (name === undefined) continue;
    const scopes = table.scopes.flatMap((scope, i) => (scope.function === index ? [i] : []));
    addNamedVariables(table, scopes, name, wanted);
  }
  table.sites.forEach(([kind, , functionIndex], index) => {
    if (!functions.has(functionIndex) || !KIND_OF_SITE[kind]) return;
    if (namesSite(table, index, name)) wanted.sites.add(index);
  });
  return wanted;
}

/** All writes of the variable `name` that is declared in the first of these scopes that has one. */
function addNamedVariables(table: ModuleSites, scopes: readonly number[], name: string, wanted: Wanted): void {
  for (const scope of scopes) {
    const variable = table.variables.findIndex((entry) => entry.scope === scope && entry.name === name);
    if (variable < 0) continue;
    table.sites.forEach(([kind, , , , , a], index) => {
      if ((kind === SITE_WRITE || kind === SITE_CATCH) && a === variable) wanted.sites.add(index);
    });
    table.functions.forEach((entry, index) => {
      const position = entry.parameterVariables.indexOf(variable);
      if (position >= 0) wanted.parameters.set(index, [position]);
    });
    return;
  }
}

function addParameters(table: ModuleSites, functionIndex: number, name: string | undefined, wanted: Wanted): void {
  const { parameters } = table.functions[functionIndex]!;
  const positions = parameters.flatMap((parameter, position) =>
    name === undefined || parameter === name ? [position] : [],
  );
  if (positions.length > 0) wanted.parameters.set(functionIndex, positions);
}

/** True when the site is about `name`: a variable, a property with or without its owner, an expression. */
function namesSite(table: ModuleSites, index: number, name: string | undefined): boolean {
  if (name === undefined) return true;
  const [kind, , , , , a, b] = table.sites[index]!;
  const text = (at: number): string => table.names[at] ?? '';
  // Variables are found by scope: another one of the same name is not meant.
  if (kind === SITE_WRITE || kind === SITE_CATCH) return false;
  if (kind === SITE_EXPRESSION) return text(a) === name;
  return a >= 0 && (text(a) === name || `${text(b)}.${text(a)}` === name);
}
