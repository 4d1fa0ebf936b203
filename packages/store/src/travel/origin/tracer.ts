import { calleePath, isFunction, nodeIn, nodesIn, textIn, type SyntaxNode } from '@execution-cinema/codemap';
import { formatMoment, isCaptured, type Captured, type Value } from '@execution-cinema/format';
import type { SeekLookup } from '../../read/past.ts';
import type { Recording } from '../../read/recording.ts';
import type { Site } from '../../read/sites.ts';
import type { StateVariable } from '../../read/state.ts';
import { ThreadAt } from '../../read/thread-at.ts';
import { evaluate, isSame, keyOf, Unknown } from '../evaluate.ts';
import { scopeOf } from '../logpoint.ts';
import type { Certainty, OriginStep } from '../types.ts';
import { keyText } from '../property/held.ts';
import { traceParameter } from './arguments.ts';
import { traceAwaited } from './awaited.ts';
import { callsBy, resultOf, type CallSpan } from './calls.ts';
import type { Part as CreationPart } from './creation.ts';
import { importedVariable } from './imports.ts';
import { clip, isCalled, isTruthyOr, nameOfCall, operandsOf, rank } from './operands.ts';
import { elementOf, fromPattern } from './patterns.ts';
import { traceProperty, valueOfProperty } from './properties.ts';
import { traceNative } from './native-calls.ts';
import { bare, treeOf, type Binding, type SourceTree } from './source-trees.ts';
import { traceThrown } from './thrown.ts';
import { ends, mainPart, markComputed, originOf, prepend, type Part, type Place, type Trail } from './trail.ts';

/** Moments whose frames are kept while one origin is followed. */
const MOMENTS_MAX = 24;
/** Branches that lead away from the main way are followed so deep. */
const BRANCH_DEPTH_MAX = 3;

/** Expressions that `explain` follows; others are computed from their operands. */
const FOLLOWED: ReadonlySet<string> = new Set([
  'Identifier', 'AwaitExpression', 'AssignmentExpression', 'MemberExpression', 'UpdateExpression', 'CallExpression',
  'NewExpression', 'ConditionalExpression', 'LogicalExpression', 'ObjectExpression', 'ArrayExpression',
  'ClassExpression', 'ThisExpression',
]); // prettier-ignore

/** Follows values back. One tracer serves one question: it spends a budget of steps. */
export class Tracer {
  readonly recording: Recording;
  readonly index: SeekLookup | undefined;
  private budget: number;
  private branches = 0;
  private readonly moments = new Map<string, ThreadAt>();
  private readonly seen = new Set<string>();

  constructor(recording: Recording, index: SeekLookup | undefined, stepsMax: number) {
    this.recording = recording;
    this.index = index;
    this.budget = stepsMax;
  }

  at({ thread, event }: { thread: number; event: number }): ThreadAt {
    const key = `${thread}@${event}`;
    let known = this.moments.get(key);
    if (!known) {
      known = new ThreadAt(this.recording, thread, event, this.index);
      if (this.moments.size >= MOMENTS_MAX) this.moments.delete(this.moments.keys().next().value!);
      this.moments.set(key, known);
    }
    return known;
  }

  /** Call on top of the stack just after an event. */
  callAt(thread: number, event: number): number {
    return this.at({ thread, event }).here.stack.at(-1)?.call ?? 0;
  }

  /**
   * As `value`; of calls of recorded functions what they returned last. `whole` is the expression that they are part of:
   * where it calls a function several times, each call has a result of its own.
   */
  valueOrResult(expression: SyntaxNode, place: Place, whole = expression): { value: Value } | undefined {
    const node = bare(expression);
    if (node.type === 'AwaitExpression') return this.valueOrResult(nodeIn(node, 'argument')!, place, whole);
    if (node.type !== 'CallExpression') return this.value(node, place);
    const name = nameOfCall(node);
    const spans = callsBy(this.recording, place.thread, place.call, place.event);
    const ended = spans.filter(({ site, end, threw }) => end >= 0 && !threw && isCalled(site, name, false));
    const calls = this.treeAt(place)?.callsIn(whole, (other) => nameOfCall(other) === name) ?? [];
    const later = Math.max(0, calls.length - 1 - calls.indexOf(node));
    const span = calls.includes(node) ? ended[later] : ended[0];
    if (!span) return this.value(node, place);
    const raw = resultOf(this.recording, place.thread, span.end);
    return raw && { value: this.at(place).objects.value(raw.value, raw.chunk) };
  }

  /** Value of an expression at a place; undefined when it does not follow from what was recorded. */
  value(node: SyntaxNode, place: Place): { value: Value } | undefined {
    const field = this.privateField(bare(node), place);
    if (field) return field;
    try {
      return { value: evaluate(node, scopeOf(this.at(place), place.call)) };
    } catch (error) {
      if (error instanceof Unknown || error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** What a private field held: no captured content shows it, but its writes do. */
  private privateField(node: SyntaxNode, place: Place): { value: Value } | undefined {
    const key = node.type === 'MemberExpression' ? nodeIn(node, 'property') : undefined;
    if (key?.type !== 'PrivateIdentifier' && key?.type !== 'PrivateName') return undefined;
    const owner = this.value(nodeIn(node, 'object')!, place)?.value;
    const name = `#${textIn(key, 'name') ?? textIn(nodeIn(key, 'id')!, 'name')}`;
    return isCaptured(owner) && owner.id !== 0 ? valueOfProperty(this, owner.id, name, place) : undefined;
  }

  siteOfCall(place: Place): Site | undefined {
    return this.at(place).frame(place.call)?.site;
  }

  /**
   * Takes one step from the budget; the trail that ends here when nothing is left, or when the step was told before.
   * `moment` is that of the step.
   */
  spend(key: string, { thread, event }: { thread: number; event: number }): Trail | undefined {
    if (this.seen.has(key)) return ends('repeated', `told at ${formatMoment(thread, event)}`);
    this.seen.add(key);
    return this.budget-- > 0 ? undefined : ends('limit', 'as far as was followed; ask about the last value for more');
  }

  /** Where a variable got the value that it has at a place. */
  variable(name: string, place: Place): Trail {
    const at = this.at(place);
    const frame = at.frame(place.call);
    const variable = frame && at.variableOf(frame, name);
    if (!variable)
      return importedVariable(this, name, place) ?? ends('not recorded', `${name} is no recorded variable here`);
    switch (variable.source) {
      case 'write':
        return this.write(name, variable, place.thread);
      case 'argument': {
        const call = this.callAt(place.thread, variable.event);
        const stop = this.spend(`${place.thread}:${call} ${name}`, { thread: place.thread, event: variable.event });
        return (
          stop ?? traceParameter(this, name, { thread: place.thread, event: variable.event, call }, variable.value)
        );
      }
      case 'initial':
        if (isCaptured(variable.value) && variable.value.type === 'function')
          return ends('created', `${name} is a function of this module`);
        return ends('unwritten', `nothing has been written to ${name} yet`);
      default:
        return ends('not recorded', `${name}: ${variable.note ?? 'not recorded'}`);
    }
  }

  private write(name: string, variable: StateVariable, thread: number): Trail {
    const { event, value } = variable;
    const stop = this.spend(`${thread}@${event}`, { thread, event });
    if (stop) return stop;
    const call = this.callAt(thread, event);
    const at = this.at({ thread, event });
    const site = at.here.stack.at(-1)?.position;
    if (!site) return ends('not recorded', `the code that wrote ${name} is not in the recording`);
    const binding = treeOf(this.recording, site)?.bindingAt(name, site.line, site.column);
    const tree = treeOf(this.recording, site);
    const step = this.step('variable', { thread, event, call }, site, name, value, 'certain');
    if (!binding || !tree) return prepend(step, ends('not recorded', 'its source cannot be read'));
    step.text = binding.value ? tree.textOf(binding.value) : binding.operator;
    return this.bound(
      step,
      binding,
      { thread, event: event - 1, call },
      () => this.variable(name, { thread, event: event - 1, call }),
      value,
    );
  }

  /** Follows what an assignment took: `previous` is what the target held before. */
  bound(step: OriginStep, binding: Binding, before: Place, previous: (value: Value) => Trail, value: Value): Trail {
    const { how } = binding;
    const source = binding.value && bare(binding.value);
    switch (how) {
      case 'value':
      case 'default':
        if (!source) return prepend(step, ends('literal', 'declared without a value'));
        return prepend(
          step,
          this.explain(source, before, value, step),
          source.type === 'Identifier' && step.kind === 'variable',
        );
      case 'compound':
      case 'update': {
        step.kind = 'computed';
        const left = this.value(binding.at, before);
        const parts: Part[] = [
          {
            name: `${step.name} before`,
            value: left?.value,
            known: left !== undefined,
            follow: () => previous(left?.value),
          },
        ];
        if (source) parts.unshift(...this.parts(source, before));
        return prepend(step, this.combine(step, parts, value));
      }
      case 'of':
        step.text = `of ${step.text}`;
        return prepend(step, elementOf(this, source!, before, value, step, binding.path));
      case 'in':
        return prepend(step, ends('created', 'a key of the object'));
      case 'pattern':
        return prepend(step, fromPattern(this, source, binding.path ?? [], before, value, step));
      case 'catch':
        return prepend(step, traceThrown(this, step.moment, value, binding.path ?? []));
      case 'class':
        return prepend(step, ends('created', 'a class'));
    }
  }

  /** Where the value of an expression came from; what it was computed of is added to `step`. */
  explain(expression: SyntaxNode, place: Place, value: Value, step: OriginStep): Trail {
    const node = bare(expression);
    const tree = this.treeAt(place);
    const text = tree?.textOf(node) ?? '';
    switch (node.type) {
      case 'Literal':
        return ends('literal', `written in the source: ${text}`);
      case 'Identifier': {
        const name = textIn(node, 'name')!;
        if (name === 'undefined' || name === 'NaN') return ends('literal', `written in the source: ${name}`);
        return this.variable(name, place);
      }
      case 'AwaitExpression':
        return traceAwaited(this, nodeIn(node, 'argument')!, place, { value, until: place.event }, step);
      case 'AssignmentExpression':
        return this.explain(nodeIn(node, 'right')!, place, value, step);
      case 'MemberExpression':
        return this.member(node, place, value, step);
      case 'UpdateExpression':
        return this.updated(node, place, value, step);
      case 'CallExpression':
      case 'NewExpression':
        return this.call(node, place, value, step);
      case 'ConditionalExpression': {
        const test = this.value(nodeIn(node, 'test')!, place);
        const yes = nodeIn(node, 'consequent')!;
        const no = nodeIn(node, 'alternate')!;
        if (test) return this.explain(isTruthyOr(test.value) ? yes : no, place, value, step);
        const taken = [yes, no].find((branch) => this.hasValue(branch, place, value));
        step.certainty = 'likely';
        return taken
          ? this.explain(taken, place, value, step)
          : this.combine(step, [...this.parts(yes, place), ...this.parts(no, place)], value);
      }
      case 'LogicalExpression': {
        const left = nodeIn(node, 'left')!;
        const right = nodeIn(node, 'right')!;
        const known = this.value(left, place);
        if (!known) {
          step.certainty = 'likely';
          return this.explain(this.hasValue(right, place, value) ? right : left, place, value, step);
        }
        const operator = textIn(node, 'operator');
        const takesLeft =
          operator === '??'
            ? known.value !== undefined && known.value !== null
            : isTruthyOr(known.value) === (operator === '||');
        return this.explain(takesLeft ? left : right, place, value, step);
      }
      case 'ObjectExpression':
      case 'ArrayExpression':
      case 'ClassExpression':
        return ends('created', `made here: ${clip(text)}`);
      case 'ThisExpression':
        return ends('created', 'the object of the call');
      default:
        if (isFunction(node)) return ends('created', 'a function made here');
        markComputed(step);
        return this.combine(step, this.parts(node, place), value);
    }
  }

  /** Of `++n` the update that gave the value, of `n++` what stood there before: later updates of the line are passed over. */
  private updated(node: SyntaxNode, place: Place, value: Value, step: OriginStep): Trail {
    const target = bare(nodeIn(node, 'argument')!);
    const trail = this.explain(target, place, this.value(target, place)?.value, step);
    const from = trail.steps.findIndex(
      (update) => update.kind !== 'computed' || update.line !== node.loc.start.line || Object.is(update.value, value),
    );
    return from > 0 ? { ...trail, steps: trail.steps.slice(from) } : trail;
  }

  /** Goes on with what a literal or an argument gave: an expression, or what another object held. */
  followPart(part: CreationPart, place: Place, value: Value, step: OriginStep): Trail {
    if ('node' in part) return this.explain(part.node, place, value, step);
    return traceProperty(this, part.object, part.key, place, value);
  }

  private hasValue(node: SyntaxNode, place: Place, value: Value): boolean {
    const known = this.value(node, place);
    return known !== undefined && (isSame(known.value, value) || Object.is(known.value, value));
  }

  treeAt(place: Place): SourceTree | undefined {
    const site = this.siteOfCall(place);
    return site && treeOf(this.recording, site);
  }

  /** The values that an expression is computed from. */
  parts(expression: SyntaxNode, place: Place): Part[] {
    const tree = this.treeAt(place);
    const seen = new Set<string>();
    const whole = bare(expression);
    // What is no operand of anything is not told as one of its own.
    const operands = operandsOf(whole).filter((node) => {
      if (node === whole && !FOLLOWED.has(node.type)) return false;
      const text = tree?.textOf(node) ?? String(node.start);
      return !seen.has(text) && seen.add(text);
    });
    return operands.map((node) => {
      const known = this.valueOrResult(node, place, expression);
      const name = tree?.textOf(node) ?? '';
      return {
        name,
        value: known?.value,
        known: known !== undefined,
        follow: () => {
          const step = this.partStep(place, name, known?.value, node);
          const trail = this.explain(node, place, known?.value, step);
          return step.inputs.length > 0 ? prepend(step, trail) : trail;
        },
      };
    });
  }

  private partStep(place: Place, name: string, value: Value, node: SyntaxNode): OriginStep {
    const site = this.siteOfCall(place);
    const step = this.step('computed', place, site, name, value, 'likely');
    step.line = node.loc.start.line;
    step.column = node.loc.start.column;
    step.text = name;
    return step;
  }

  /** Goes on with the part that stands out; the others are told beside it. */
  combine(step: OriginStep, parts: readonly Part[], result: Value): Trail {
    if (parts.length === 0) return ends('computed', `computed here: ${clip(step.text)}`);
    const main = mainPart(result, parts);
    // The main way is told whole; what leads to one of its places beside it says so.
    const trail = main?.follow();
    for (const part of parts) {
      if (part === main || this.branches >= BRANCH_DEPTH_MAX) continue;
      this.branches++;
      step.inputs.push(originOf(part.name, part.value, part.follow()));
      this.branches--;
    }
    return trail ?? ends('computed', `computed from ${parts.map(({ name }) => name).join(', ')}`);
  }

  /** The object and the key that a member expression names; undefined where they are not known. */
  propertyOf(node: SyntaxNode, place: Place): { object: number; key: string; holder: Captured } | undefined {
    if (node.type === 'CallExpression') return this.entryOf(node, place);
    if (node.type !== 'MemberExpression') return undefined;
    const holder = this.valueOrResult(nodeIn(node, 'object')!, place)?.value;
    const key = this.keyOf(node, place);
    if (!key || !isCaptured(holder) || holder.id === 0) return undefined;
    return { object: holder.id, key: keyText(key.value), holder };
  }

  /** The entry of a Map that `map.get(key)` names. */
  private entryOf(node: SyntaxNode, place: Place): { object: number; key: string; holder: Captured } | undefined {
    const callee = bare(nodeIn(node, 'callee')!);
    const [given] = nodesIn(node, 'arguments');
    if (!given || callee.type !== 'MemberExpression' || nameOfCall(node) !== 'get') return undefined;
    const holder = this.valueOrResult(nodeIn(callee, 'object')!, place)?.value;
    const key = this.value(given, place);
    if (!key || !isCaptured(holder) || holder.type !== 'map' || holder.id === 0) return undefined;
    return { object: holder.id, key: keyText(key.value), holder };
  }

  private keyOf(node: SyntaxNode, place: Place): { value: Value } | undefined {
    try {
      const value = keyOf(node, (inner) => {
        const known = inner && this.value(inner, place);
        if (!known) throw new Unknown('computed key');
        return known.value;
      });
      return { value };
    } catch {
      return undefined;
    }
  }

  private member(node: SyntaxNode, place: Place, value: Value, step: OriginStep): Trail {
    const found = this.propertyOf(node, place);
    if (found) return traceProperty(this, found.holder, found.key, place, value);
    const object = nodeIn(node, 'object')!;
    if (!this.keyOf(node, place)) {
      step.certainty = 'guess';
      return this.explain(object, place, value, step);
    }
    step.certainty = 'likely';
    return this.explain(object, place, this.valueOrResult(object, place)?.value, step);
  }

  private call(node: SyntaxNode, place: Place, value: Value, step: OriginStep): Trail {
    const callee = nodeIn(node, 'callee')!;
    const path = calleePath(callee);
    const name = path.split('.').pop()!;
    const spans = callsBy(this.recording, place.thread, place.call, place.event);
    const isNew = node.type === 'NewExpression';
    const named = spans.filter(({ site }) => isCalled(site, name, isNew) && site !== undefined);
    if (isNew) return ends('created', `made by new ${path}()`);
    const span =
      named.find((candidate) => this.gave(candidate, place.thread, value)) ?? named.find(({ end }) => end >= 0);
    if (span) return this.result(span, place.thread, this.gave(span, place.thread, value) ? 'certain' : 'likely');
    return traceNative(this, node, spans, place, value, step);
  }

  /** Whether a call returned a value. */
  gave(span: CallSpan, thread: number, value: Value): boolean {
    if (span.end < 0 || span.threw) return false;
    const result = resultOf(this.recording, thread, span.end);
    return result !== undefined && (isSame(result.value, value) || Object.is(result.value, value));
  }

  /**
   * Goes into a call that has ended, to the expression that it returned. `awaited`: its promise gave this value; with
   * `until`, what it returned was another promise, which did so by that event.
   */
  result(span: CallSpan, thread: number, certainty: Certainty, awaited?: { value: Value; until?: number }): Trail {
    const stop = this.spend(`${thread}:${span.call} result`, { thread, event: span.end });
    if (stop) return stop;
    const raw = resultOf(this.recording, thread, span.end);
    const inside: Place = { thread, event: span.end - 1, call: span.call };
    const at = this.at(inside);
    const { site } = span;
    const value = raw && at.objects.value(raw.value, raw.chunk);
    const kind = awaited ? 'awaited' : 'result';
    const step = this.step(kind, inside, site, `${site?.function.name ?? ''}()`, value, certainty);
    step.moment = { thread, event: span.end };
    const tree = site && treeOf(this.recording, site);
    if (!site || !tree) return prepend(step, ends('not recorded', 'its source cannot be read'));
    const { node: chosen, isCertain } = this.returned(inside, site, value);
    if (!chosen) return prepend(step, ends('literal', 'it returns nothing'));
    if (!isCertain) step.certainty = 'likely';
    step.line = chosen.loc.start.line;
    step.column = chosen.loc.start.column;
    step.text = tree.textOf(chosen);
    if (awaited?.until === undefined) return prepend(step, this.explain(chosen, inside, value, step));
    step.value = awaited.value;
    return prepend(step, traceAwaited(this, chosen, inside, { value: awaited.value, until: awaited.until }, step));
  }

  /**
   * The expression that a call returned, by what its values say and where the call stood: `inside` is just before its end.
   * Not certain where several would fit.
   */
  returned(inside: Place, site: Site | undefined, value: Value): { node: SyntaxNode | undefined; isCertain: boolean } {
    const tree = site && treeOf(this.recording, site);
    if (!tree) return { node: undefined, isCertain: false };
    const line = this.at(inside).frame(inside.call)?.position?.line ?? 0;
    const returns = tree.returnsOf(tree.functionAt(site.function));
    const fitting = returns.filter((node) => this.hasValue(node, inside, value));
    // What is made there is another object each time that it is evaluated.
    const possible = returns.filter((node) => {
      const known = this.value(node, inside);
      return !known || (isCaptured(known.value) && known.value.id === 0);
    });
    const candidates = [fitting, possible, returns].find(({ length }) => length > 0) ?? [];
    const node = candidates.reduce<SyntaxNode | undefined>(
      (best, other) => (best && rank(best, line) <= rank(other, line) ? best : other),
      undefined,
    );
    return { node, isCertain: returns.length <= 1 || fitting.length === 1 };
  }

  step(
    kind: OriginStep['kind'],
    { thread, event, call }: Place,
    site: Site | undefined,
    name: string,
    value: Value,
    certainty: Certainty,
  ): OriginStep {
    return {
      kind,
      moment: { thread, event },
      call,
      function: site?.function.name ?? '',
      file: site?.file ?? '',
      line: site?.line ?? 0,
      column: site?.column ?? 0,
      name,
      value,
      text: '',
      certainty,
      copies: 0,
      inputs: [],
    };
  }
}
