/* Functions: where the time went, which types came by, how the files hang together. */
import { dirname, posix } from 'node:path';
import type { Json } from '@execution-cinema/format';
import { functionFacts, rowCoverage, type FunctionFacts } from '@execution-cinema/store';
import { ServerError } from '../../errors.ts';
import type { CodeMapView, HotFunction, MapFile, MapFunction, TypesView } from '../../protocol.ts';
import { functionsOf } from '../complexity.ts';
import { storeProgress, type EngineContext } from '../context.ts';
import type { Job } from '../job.ts';
import { pageOf } from '../views/basics.ts';
import { wireOfJson } from '../views/wire-json.ts';
import type { Answer } from './method.ts';

function factsOf({ recording, sidecar }: EngineContext, job: Job): FunctionFacts[] {
  return functionFacts(recording, sidecar.db, {}, storeProgress(job, 'building the index'));
}

export const hot: Answer<'hot'> = (context, params, job) => {
  const facts = factsOf(context, job).filter(({ calls }) => calls > 0);
  const longest = longestCalls(context);
  const found = facts.map((entry) => hotFunction(context, entry, longest?.get(entry.id) ?? null));
  const value: Record<NonNullable<typeof params.sort>, (entry: HotFunction) => number> = {
    self: (entry) => entry.selfNs,
    total: (entry) => entry.totalNs,
    calls: (entry) => entry.calls,
    mean: (entry) => entry.meanNs,
    max: (entry) => entry.maxNs ?? -1,
    threw: (entry) => entry.threw,
    complexity: (entry) => entry.cognitive ?? -1,
  };
  const by = value[params.sort ?? 'self'];
  return pageOf(
    found.sort((a, b) => by(b) - by(a)),
    params,
  );
};

/** Longest call per function; undefined while there are calls without a row. */
function longestCalls({ recording, sidecar }: EngineContext): Map<number, number> | undefined {
  const coverage = rowCoverage(recording, sidecar.db).filter(({ group }) => group === 'calls');
  if (coverage.some(({ chunks, chunksCovered }) => chunksCovered < chunks)) return undefined;
  const rows = sidecar.db
    .prepare('SELECT function_id AS id, max(end_ns - start_ns) AS ns FROM call_rows GROUP BY function_id')
    .all<{ id: number; ns: number | null }>();
  return new Map(rows.map(({ id, ns }) => [id, ns ?? 0]));
}

function hotFunction(context: EngineContext, facts: FunctionFacts, maxNs: number | null): HotFunction {
  const { id, module, name, file, line, calls, throws, selfNs, totalNs } = facts;
  const entry = context.sourceMaps.functionOf(module, file, name, line);
  return {
    functionId: id,
    function: name,
    file,
    line,
    calls,
    totalNs,
    selfNs,
    meanNs: calls > 0 ? totalNs / calls : 0,
    maxNs,
    threw: throws,
    cyclomatic: entry?.cyclomatic ?? null,
    cognitive: entry?.cognitive ?? null,
  };
}

export const map: Answer<'map'> = (context, _params, job) => {
  const facts = new Map<string, FunctionFacts>();
  for (const entry of factsOf(context, job)) facts.set(`${entry.file}:${entry.name}:${entry.line}`, entry);
  const files: MapFile[] = [];
  const imports: { from: string; to: string }[] = [];
  const ids = context.recording.moduleIds();
  ids.forEach((id, i) => {
    job.progress('reading sources', i, ids.length);
    const module = context.recording.module(id);
    if (!module) return;
    for (const file of module.sites?.sources ?? [module.file]) {
      if (files.some((known) => known.file === file)) continue;
      const source = context.sourceMaps.of(id, file);
      const functions = source ? functionsOf(source).map((entry) => mapFunction(entry, file, facts)) : [];
      files.push({
        file,
        lines: source?.lines ?? 0,
        functions,
        calls: functions.reduce((sum, { calls }) => sum + calls, 0),
        selfNs: functions.reduce((sum, { selfNs }) => sum + selfNs, 0),
        complexity: functions.reduce((sum, { cognitive }) => sum + cognitive, 0),
        recorded: module.skippedReason === null,
        error: source?.error?.message ?? null,
      });
      for (const { from } of source?.imports ?? []) imports.push({ from: file, to: from });
    }
  });
  return { files, links: linksOf(context, files, imports), coverage: 1 };
};

function mapFunction(
  entry: ReturnType<typeof functionsOf>[number],
  file: string,
  facts: ReadonlyMap<string, FunctionFacts>,
): MapFunction {
  const found = facts.get(`${file}:${entry.name}:${entry.startLine}`);
  return {
    name: entry.name,
    file,
    line: entry.startLine,
    endLine: entry.endLine,
    functionId: found?.id ?? null,
    calls: found?.calls ?? 0,
    totalNs: found?.totalNs ?? 0,
    selfNs: found?.selfNs ?? 0,
    cyclomatic: entry.cyclomatic,
    cognitive: entry.cognitive,
    threw: found?.throws ?? 0,
    signature: entry.signature,
  };
}

/** Imports between the files, and recorded calls as far as they are indexed. */
function linksOf(
  { sidecar }: EngineContext,
  files: readonly MapFile[],
  imports: readonly { from: string; to: string }[],
): CodeMapView['links'] {
  const numbers = new Map(files.map(({ file }, i) => [file, i]));
  const links = new Map<string, CodeMapView['links'][number]>();
  const link = (from: number | undefined, to: number | undefined): CodeMapView['links'][number] | undefined => {
    if (from === undefined || to === undefined || from === to) return undefined;
    const key = `${from} ${to}`;
    let found = links.get(key);
    if (!found) links.set(key, (found = { from, to, imports: 0, calls: 0 }));
    return found;
  };
  for (const { from, to } of imports) {
    if (!to.startsWith('.')) continue;
    const target = posix.join(dirname(from), to);
    const found = link(numbers.get(from), numbers.get(target) ?? numberOf(numbers, target));
    if (found) found.imports++;
  }
  const rows = sidecar.db
    .prepare(
      `SELECT p.file AS from_file, f.file AS to_file, count(*) AS calls FROM call_rows c
         JOIN call_rows q ON q.id = c.parent_id JOIN function_rows p ON p.id = q.function_id
         JOIN function_rows f ON f.id = c.function_id WHERE p.file <> f.file GROUP BY 1, 2`,
    )
    .all<{ from_file: string; to_file: string; calls: number }>();
  for (const { from_file: from, to_file: to, calls } of rows) {
    const found = link(numbers.get(from), numbers.get(to));
    if (found) found.calls += calls;
  }
  return [...links.values()];
}

/** A file that an import means without naming its end: `./cart`, `./cart.js` for `cart.ts`. */
function numberOf(numbers: ReadonlyMap<string, number>, target: string): number | undefined {
  const bare = target.replace(/\.[cm]?jsx?$/, '');
  for (const base of [bare, `${target}/index`]) {
    for (const end of ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']) {
      const number = numbers.get(base + end);
      if (number !== undefined) return number;
    }
  }
  return undefined;
}

/** Calls whose types are counted; of a function with more the first ones. */
const TYPED_CALLS_MAX = 200_000;

interface TypeCount {
  types: Map<string, number>;
  min: Json | undefined;
  max: Json | undefined;
}

export const types: Answer<'types'> = (context, { functionId }, job) => {
  context.buildRows(job, ['calls']);
  const { sidecar } = context;
  const entry = sidecar.db
    .prepare('SELECT name, parameters FROM function_rows WHERE id = ?')
    .get<{ name: string; parameters: string }>(functionId);
  if (!entry) throw new ServerError('UNAVAILABLE', `there is no function ${functionId}`);
  const parameters = JSON.parse(entry.parameters) as string[];
  const counts = new Map<string, TypeCount>();
  let calls = 0;
  const rows = sidecar.db
    .prepare(
      `SELECT arguments, result, result_type AS resultType FROM call_rows WHERE function_id = ? LIMIT ${TYPED_CALLS_MAX}`,
    )
    .iterate<{ arguments: string | null; result: string | null; resultType: string | null }>(functionId);
  for (const row of rows) {
    if (++calls % 1_000 === 0) job.checkpoint();
    const values = JSON.parse(row.arguments ?? '[]') as [value: Json, type: string][];
    values.forEach(([value, type], i) => count(counts, parameters[i] ?? `argument ${i}`, value, type));
    if (row.resultType !== null) count(counts, 'result', JSON.parse(row.result ?? 'null') as Json, row.resultType);
  }
  const names = [...counts].map<TypesView['names'][number]>(([name, { types: seen, min, max }]) => ({
    name,
    types: [...seen].map(([type, times]) => ({ type, count: times })).sort((a, b) => b.count - a.count),
    min: min === undefined ? null : wireOfJson(min),
    max: max === undefined ? null : wireOfJson(max),
  }));
  return { functionId, function: entry.name, calls, names };
};

function count(counts: Map<string, TypeCount>, name: string, value: Json, type: string): void {
  let known = counts.get(name);
  if (!known) counts.set(name, (known = { types: new Map(), min: undefined, max: undefined }));
  known.types.set(type, (known.types.get(type) ?? 0) + 1);
  if (typeof value !== 'number') return;
  if (typeof known.min !== 'number' || value < known.min) known.min = value;
  if (typeof known.max !== 'number' || value > known.max) known.max = value;
}
