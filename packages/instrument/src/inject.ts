import { parse, type AnyNode } from 'acorn';
import { SITE_INJECT } from '@execution-cinema/format';
import type { Injection } from './plan/plan.ts';
import type { Positions } from './positions.ts';
import type { Walk } from './walk.ts';

/** The log lines that a plan asks for, by the line of the original file, and what became of them. */
export class Injections {
  readonly #byLine = new Map<number, Injection[]>();
  readonly #positions: Positions;
  readonly failed: { line: number; reason: string }[] = [];

  constructor(injections: readonly Injection[], positions: Positions) {
    this.#positions = positions;
    for (const injection of injections) {
      const problem = expressionProblem(injection.log);
      if (problem !== undefined) this.failed.push({ line: injection.line, reason: problem });
      else this.#byLine.set(injection.line, [...(this.#byLine.get(injection.line) ?? []), injection]);
    }
  }

  /** The log lines for the first statement that begins on its line; a second call for that line finds none. */
  take(statement: AnyNode): Injection[] | undefined {
    if (this.#byLine.size === 0) return undefined;
    const { source, line } = this.#positions.at(statement.start);
    const injections = source === 0 ? this.#byLine.get(line) : undefined;
    if (injections !== undefined) this.#byLine.delete(line);
    return injections;
  }

  /** Whether a log line is still to be put in between two lines of the main source. */
  isWanted({ source, line, endLine }: { source: number; line: number; endLine: number }): boolean {
    if (source !== 0) return false;
    for (const wanted of this.#byLine.keys()) if (wanted >= line && wanted <= endLine) return true;
    return false;
  }

  /** To be called after the walk: the lines on which no statement began. */
  finish(): { line: number; reason: string }[] {
    for (const line of this.#byLine.keys()) this.failed.push({ line, reason: 'no statement begins on this line' });
    return this.failed;
  }
}

const LEAVES = new Set(['ReturnStatement', 'ThrowStatement', 'BreakStatement', 'ContinueStatement']);

/** Visits a statement and puts the plan's log lines before and after it. */
export function visitInjected(walk: Walk, statement: AnyNode, injections: readonly Injection[]): void {
  for (const injection of injections) {
    if (injection.position === 'before' || LEAVES.has(statement.type))
      walk.before(statement, log(walk, statement, injection));
  }
  walk.visit(statement);
  for (const injection of injections) {
    if (injection.position === 'after' && !LEAVES.has(statement.type))
      walk.after(statement, log(walk, statement, injection));
  }
}

function log(walk: Walk, statement: AnyNode, injection: Injection): string {
  const { index, level } = walk.frame;
  const text = walk.sites.text(injection.log);
  const site = walk.sites.add({
    kind: SITE_INJECT,
    rank: 1,
    func: index,
    level: Math.max(level, 1),
    at: statement.start,
    a: text,
  });
  return `${walk.templates.open('lg', site)}()=>(${injection.log}))`;
}

/** Why a text cannot stand as an expression on one line, or undefined. */
function expressionProblem(text: string): string | undefined {
  if (/[\n\r\u2028\u2029]/.test(text)) return 'the expression has more than one line';
  try {
    const { body } = parse(`(${text})`, { ecmaVersion: 'latest' });
    return body.length === 1 ? undefined : 'the text goes on after the expression';
  } catch (error) {
    return `not an expression: ${(error as Error).message}`;
  }
}
