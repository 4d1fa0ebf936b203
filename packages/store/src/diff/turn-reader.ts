import type { Step } from './steps.ts';
import type { TurnName } from './turns.ts';

export interface Turn {
  name: TurnName;
  /** To be read to its end before the next turn is asked for, or left. */
  steps: Iterator<Step>;
}

/** Steps of turns that are kept because the other run had another turn first. */
const KEPT_STEPS_MAX = 300_000;

/** A recording whose beginning is not stored starts in the middle of a turn. */
const NO_BEGINNING: TurnName = { exact: '(beginning not stored)', base: '(beginning not stored)' };

/** The turns of a thread, in order or by name. */
export class TurnReader {
  private readonly steps: Iterator<Step>;
  private readonly kept = new Map<string, { name: TurnName; steps: Step[] }>();
  private keptSteps = 0;
  private pending: Step | undefined;
  private inTurn = false;
  /** The step read last. */
  last: Step | undefined;

  constructor(steps: Iterator<Step>) {
    this.steps = steps;
  }

  /** The next turn that was not found by name before. */
  next(): Turn | undefined {
    const [kept] = this.kept;
    if (kept) {
      this.forget(kept[0]);
      return { name: kept[1].name, steps: kept[1].steps.values() };
    }
    return this.advance();
  }

  /**
   * The steps of a turn, wherever it comes. If there is none as near as can be kept in mind, those of the first that
   * had the same cause; undefined when there is none of these either.
   */
  find(name: TurnName): Iterator<Step> | undefined {
    const exact = this.takeKept(name.exact) ?? this.readUntil(name.exact);
    if (exact) return exact;
    for (const [key, kept] of this.kept) if (kept.name.base === name.base) return this.takeKept(key);
    return undefined;
  }

  private takeKept(exact: string): Iterator<Step> | undefined {
    const kept = this.kept.get(exact);
    if (kept) this.forget(exact);
    return kept?.steps.values();
  }

  private readUntil(exact: string): Iterator<Step> | undefined {
    while (this.keptSteps <= KEPT_STEPS_MAX) {
      const turn = this.advance();
      if (!turn || turn.name.exact === exact) return turn?.steps;
      const steps: Step[] = [];
      for (let step = turn.steps.next(); !step.done; step = turn.steps.next()) {
        if (steps.length < KEPT_STEPS_MAX) steps.push(step.value.keep());
      }
      this.kept.set(turn.name.exact, { name: turn.name, steps });
      this.keptSteps += steps.length;
    }
    return undefined;
  }

  /** The first step that was not paired. */
  firstLeft(): Step | undefined {
    const first = this.next()?.steps.next();
    return first?.done === false ? first.value : undefined;
  }

  private forget(name: string): void {
    this.keptSteps -= this.kept.get(name)?.steps.length ?? 0;
    this.kept.delete(name);
  }

  private read(): Step | undefined {
    const step = this.pending ?? this.take();
    this.pending = undefined;
    return step;
  }

  private take(): Step | undefined {
    const result = this.steps.next();
    if (result.done) return undefined;
    return (this.last = result.value);
  }

  private advance(): Turn | undefined {
    // What was left of the turn before.
    while (this.inTurn) this.step();
    const first = this.read();
    if (!first) return undefined;
    this.pending = first;
    this.inTurn = true;
    return { name: first.turn ?? NO_BEGINNING, steps: { next: () => this.step() } };
  }

  private step(): IteratorResult<Step, undefined> {
    const step = this.inTurn ? this.read() : undefined;
    if (!step) {
      this.inTurn = false;
      return { done: true, value: undefined };
    }
    if (step.endsTurn) this.inTurn = false;
    return { done: false, value: step };
  }
}
