import { parseExpressionText, SourceSyntaxError, type SyntaxNode } from '@execution-cinema/codemap';
import { valueToText, type Value } from '@execution-cinema/format';
import type { ChunkState } from '../read/chunk-state.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { ThreadAt } from '../read/thread-at.ts';
import { storeError } from '../errors.ts';
import { evaluate, isTruthy, Unknown } from './evaluate.ts';
import { lineHit } from './moves.ts';
import { sitesOnLine } from './targets.ts';
import { ThreadSearch } from './thread-search.ts';
import type { LogpointHit, LogpointOptions, LogpointResult } from './types.ts';

const EXECUTIONS_MAX = 1_000_000;
const SAMPLES_MAX = 20;
/** Different values that are counted. */
const DISTINCT_MAX = 1_000;

/**
 * As if a log line had stood on a line of the program: the expression is evaluated over recorded variables at every
 * execution of the line, just after the first thing that the line did. Throws NO_SUCH_PLACE, BAD_EXPRESSION.
 */
export function logpoint(
  recording: Recording,
  index: SeekLookup | undefined,
  options: LogpointOptions,
): LogpointResult {
  const expression = parse(options.expression);
  const condition = options.condition === undefined ? undefined : parse(options.condition);
  const collected = new Collected(options.samplesMax ?? SAMPLES_MAX);
  const executionsMax = options.executionsMax ?? EXECUTIONS_MAX;
  let found = false;
  for (const { id: thread } of recording.threads()) {
    if (options.thread !== undefined && options.thread !== thread) continue;
    const sites = sitesOnLine(recording, thread, options.file, options.line);
    if (sites.length === 0) continue;
    found = true;
    const search = new ThreadSearch(recording, thread, index);
    const hit = lineHit(new Set(sites));
    const next = search.mentioning(sites, 1);
    for (let at = next(-1); at >= 0 && !collected.result.more; at = next(at)) {
      let state: ChunkState | undefined;
      search.walk(at, (scanner, track) => {
        if (!hit(scanner, track)) return false;
        if (collected.result.executions >= executionsMax) return (collected.result.more = true);
        const call = track.actor!.call;
        const here = new ThreadAt(recording, thread, scanner.event, index, () => state);
        state = here.here;
        collected.add(take(here, call, { thread, event: scanner.event }, expression, condition));
        return false;
      });
    }
  }
  if (!found) throw storeError('NO_SUCH_PLACE', `${options.file}:${options.line}`);
  return collected.finish();
}

function parse(text: string): SyntaxNode {
  try {
    return parseExpressionText(text);
  } catch (error) {
    if (!(error instanceof SourceSyntaxError)) throw error;
    throw storeError('BAD_EXPRESSION', `${text} (${error.message})`);
  }
}

/** The value at one execution; undefined where the condition does not hold. */
function take(
  at: ThreadAt,
  call: number,
  moment: LogpointHit['moment'],
  expression: SyntaxNode,
  condition: SyntaxNode | undefined,
): LogpointHit | undefined {
  const timeNs = at.view.timeOf(moment.event);
  try {
    const scope = scopeOf(at, call);
    if (condition && !isTruthy(evaluate(condition, scope))) return undefined;
    return { moment, timeNs, call, value: evaluate(expression, scope) };
  } catch (error) {
    if (!(error instanceof Unknown)) throw error;
    return { moment, timeNs, call, value: undefined, unknown: error.message };
  }
}

/** The variables that a call sees at a moment, for the evaluator. */
export function scopeOf(at: ThreadAt, call: number): { variable(name: string): Value; this(): Value } {
  const frame = at.frame(call);
  return {
    variable: (name) => {
      const variable = frame && at.variableOf(frame, name);
      if (!variable) throw new Unknown(`${name} is no recorded variable here`);
      if (variable.source === 'unknown') throw new Unknown(`${name}: ${variable.note ?? 'not recorded'}`);
      return variable.value;
    },
    this: () => {
      if (!frame?.thisFrom) throw new Unknown('this is not recorded here');
      return at.thisOf(frame);
    },
  };
}

class Collected {
  readonly result: LogpointResult = {
    executions: 0,
    hits: 0,
    unknown: 0,
    first: [],
    last: [],
    min: undefined,
    max: undefined,
    sum: 0,
    distinct: [],
    distinctMore: false,
    more: false,
  };
  private readonly samplesMax: number;
  private readonly counts = new Map<string, LogpointResult['distinct'][number]>();

  constructor(samplesMax: number) {
    this.samplesMax = samplesMax;
  }

  add(hit: LogpointHit | undefined): void {
    const { result, samplesMax, counts } = this;
    result.executions++;
    if (!hit) return;
    if (hit.unknown !== undefined) result.unknown++;
    else result.hits++;
    if (result.first.length < samplesMax) result.first.push(hit);
    else {
      result.last.push(hit);
      if (result.last.length > samplesMax) result.last.shift();
    }
    if (hit.unknown !== undefined) return;
    if (typeof hit.value === 'number') {
      result.sum += hit.value;
      if (!result.min || hit.value < (result.min.value as number)) result.min = hit;
      if (!result.max || hit.value > (result.max.value as number)) result.max = hit;
    }
    const key = `${typeof hit.value} ${valueToText(hit.value)}`;
    const known = counts.get(key);
    if (known) known.count++;
    else if (counts.size < DISTINCT_MAX) counts.set(key, { value: hit.value, count: 1, first: hit.moment });
    else result.distinctMore = true;
  }

  finish(): LogpointResult {
    this.result.distinct = [...this.counts.values()].sort((a, b) => b.count - a.count);
    return this.result;
  }
}
