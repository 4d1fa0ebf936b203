import { nodeIn, nodesIn, type SyntaxNode } from '@execution-cinema/codemap';
import { formatMoment, K, type Captured, type Value } from '@execution-cinema/format';
import type { PropertyChange } from '../property/chunk-life.ts';
import { PropertyLife } from '../property/property-life.ts';
import type { OriginStep } from '../types.ts';
import type { LazyEvent } from '../../read/chunk-view.ts';
import { assignedIn, callOfMethod, creationOf, partOf, type Creation, type Part } from './creation.ts';
import { sourceOfElement } from './elements.ts';
import { traceMessage } from './messages.ts';
import { resultOfCallback } from './native-calls.ts';
import { nameOfCall } from './operands.ts';
import { findElement } from './patterns.ts';
import { bare, treeOf } from './source-trees.ts';
import type { Tracer } from './tracer.ts';
import { ends, prepend, type Place, type Trail } from './trail.ts';

/** Moves of one element within its list that are followed. */
const MOVES_MAX = 100;

/**
 * Where a property, an element of a list or an entry of a Map got the value that it has at a place: a write, a method, or
 * how the object was made.
 */
export function traceProperty(tracer: Tracer, object: Captured, key: string, place: Place, value: Value): Trail {
  const { thread } = place;
  const life = new PropertyLife(tracer.recording, tracer.index, { thread, object: object.id });
  let now = { key, place };
  let moved: OriginStep | undefined;
  for (let moves = 0; moves < MOVES_MAX; moves++) {
    const change = life.back(now.key, now.place.event).next().value ?? undefined;
    const before = change && beforeOf(tracer, change, thread);
    const source = change && before && sourceOfElement(tracer, change, now.key, before);
    if (source && 'from' in source) {
      // A value that went through a long list was moved at every step: the last of them is told.
      if (moved) moved.copies++;
      else moved = stepOf(tracer, change!, { object, key: now.key, thread, value, kind: 'moved' });
      now = { key: source.from, place: before! };
      continue;
    }
    const trail =
      change && before && change.how !== 'first'
        ? traceChange(tracer, change, { object, key: now.key, before, value, source })
        : traceCreation(tracer, object, now.key, now.place, { value, isShown: change !== undefined });
    return moved ? prepend(moved, trail) : trail;
  }
  return prepend(moved!, ends('limit', `it was moved more than ${MOVES_MAX} times`));
}

function beforeOf(tracer: Tracer, { event }: PropertyChange, thread: number): Place {
  return { thread, event: event.event - 1, call: tracer.callAt(thread, event.event) };
}

function stepOf(
  tracer: Tracer,
  { event }: PropertyChange,
  {
    object,
    key,
    thread,
    value,
    kind,
  }: { object: Captured; key: string; thread: number; value: Value; kind: OriginStep['kind'] },
): OriginStep {
  const call = tracer.callAt(thread, event.event);
  const site = tracer.recording.resolver(thread).resolve(event.payload);
  const owner = site?.table.names[site.b] ?? object.name;
  const isElement = event.kind === K.MUTATION || object.type === 'array';
  const name = isElement ? `${owner}[${key}]` : `${owner}.${key}`;
  const step = tracer.step(kind, { thread, event: event.event, call }, site, name, value, 'certain');
  if (event.kind === K.MUTATION) step.text = textOfCall(tracer, event, thread);
  return step;
}

/** The call of the method that an event tells of. */
function textOfCall(tracer: Tracer, event: LazyEvent, thread: number): string {
  const { node, method } = callOfMethod(tracer, event, thread);
  const site = tracer.recording.resolver(thread).resolve(event.payload);
  const tree = site && treeOf(tracer.recording, site);
  return node && tree ? tree.textOf(node) : method;
}

interface Changed {
  object: Captured;
  key: string;
  before: Place;
  value: Value;
  source: Part | undefined;
}

function traceChange(tracer: Tracer, change: PropertyChange, changed: Changed): Trail {
  const { event } = change;
  const { object, key, before, value, source } = changed;
  const { thread } = before;
  if (change.how === 'seen') return traceSeen(tracer, change, changed);
  const kind = event.kind === K.MUTATION ? 'element' : 'property';
  const step = stepOf(tracer, change, { object, key, thread, value, kind });
  const site = tracer.recording.resolver(thread).resolve(event.payload);
  const tree = site && treeOf(tracer.recording, site);
  if (!site || !tree) return prepend(step, ends('not recorded', 'its source cannot be read'));
  if (change.how === 'removed') return prepend(step, ends('unwritten', 'it was taken out'));
  if (event.kind === K.MUTATION) {
    if (source) return prepend(step, tracer.followPart(source, before, value, step));
    step.kind = 'changed';
    return prepend(step, ends('computed', `${site.table.names[site.a] ?? ''}() put it there`));
  }
  if (event.kind === K.PROPERTY_DELETE) {
    step.text = 'delete';
    return prepend(step, ends('unwritten', 'it was deleted'));
  }
  const binding = tree.propertyAt(event.kind === K.PROPERTY ? key : undefined, site.line, site.column);
  if (!binding) {
    step.text = tree.lineText(site.line);
    // `constructor(private rate: number)` keeps the parameter of that name.
    const isKept = site.function.parameters.includes(key);
    if (isKept) return prepend(step, tracer.variable(key, { ...before, event: event.event }));
    return prepend(step, ends('not recorded', 'its source does not show the assignment'));
  }
  step.text = binding.value ? tree.textOf(binding.value) : binding.operator;
  return tracer.bound(step, binding, before, (earlier) => traceProperty(tracer, object, key, before, earlier), value);
}

/** A value that a look at the object showed, and that nothing recorded has put there. */
function traceSeen(tracer: Tracer, change: PropertyChange, { object, key, before, value }: Changed): Trail {
  const place = { ...before, event: change.event.event };
  const step = seenStep(tracer, object, key, place, value);
  const assigned = traceAssigned(tracer, object, key, place, value);
  return assigned ?? prepend(step, ends('not recorded', seenAt(place.thread, place.event)));
}

/** What `Object.assign` in the call on top has copied; undefined where the text shows no such call. */
function traceAssigned(tracer: Tracer, object: Captured, key: string, place: Place, value: Value): Trail | undefined {
  const assigned = assignedIn(tracer, object, key, place, value);
  if (!assigned) return undefined;
  const step = tracer.step('property', place, tracer.siteOfCall(place), key, value, 'likely');
  const { line, column } = assigned.call.loc.start;
  Object.assign(step, { line, column, text: tracer.treeAt(place)?.textOf(assigned.call) ?? '' });
  return prepend(step, tracer.followPart(assigned.part, place, value, step));
}

function seenStep(tracer: Tracer, object: Captured, key: string, place: Place, value: Value): OriginStep {
  const frame = tracer.at(place).frame(place.call);
  const name = object.type === 'array' ? `${object.name}[${key}]` : `${object.name}.${key}`;
  return tracer.step('seen', place, frame?.position ?? frame?.site, name, value, 'certain');
}

function seenAt(thread: number, event: number): string {
  return `first seen at ${formatMoment(thread, event)} with this value; how it got there was not recorded`;
}

/** Of a property that was never written: what the object was made with. `isShown`: some look at the object shows it. */
function traceCreation(
  tracer: Tracer,
  object: Captured,
  key: string,
  place: Place,
  { value, isShown }: { value: Value; isShown: boolean },
): Trail {
  const made = creationOf(tracer, object.id, place);
  if (!made) return ends('beginning', `how the object with ${key} was made is not in the recording`);
  const { node, at, path, entered, first } = made;
  if (!node) {
    const sent =
      entered &&
      traceMessage(tracer, { thread: at.thread, entered: entered.event, path: [...entered.path, ...path, key], value });
    if (sent) return sent;
    if (!isShown) return ends('not recorded', `what is recorded of the object does not show ${key}`);
    const step = seenStep(tracer, object, key, { ...at, event: first }, value);
    return prepend(step, ends('input', seenAt(at.thread, first)));
  }
  const part = partOf(tracer, made, key);
  const assigned = part || isShown ? undefined : traceAssigned(tracer, object, key, place, value);
  if (assigned) return assigned;
  const site = tracer.siteOfCall(at);
  const step = tracer.step('property', at, site, key, value, 'certain');
  const tree = tracer.treeAt(at);
  if (part && 'node' in part && tree) {
    const { loc } = part.node;
    Object.assign(step, { line: loc.start.line, column: loc.start.column, text: tree.textOf(part.node) });
    return prepend(step, tracer.explain(part.node, at, value, step));
  }
  const { line, column } = node.loc.start;
  Object.assign(step, { line, column, text: tree?.textOf(node) ?? '' });
  if (part) return prepend(step, tracer.followPart(part, at, value, step));
  step.certainty = 'likely';
  return prepend(step, tracedByMaker(tracer, made, { object, key, value, step }));
}

/** Methods that give a new list with elements of their own one. */
const TAKES_ELEMENTS: ReadonlySet<string> = new Set([
  'filter', 'slice', 'concat', 'flat', 'toSorted', 'toReversed', 'toSpliced', 'with', 'from', 'of', 'values', 'splice',
]); // prettier-ignore

/** An element or property that the text does not show: what made the object has put it there. */
function tracedByMaker(
  tracer: Tracer,
  { node: whole, at }: Creation,
  { object, key, value, step }: { object: Captured; key: string; value: Value; step: OriginStep },
): Trail {
  const node = bare(whole!);
  const isCall = node.type === 'CallExpression';
  const name = isCall ? nameOfCall(node) : '';
  if (isCall && object.type === 'array' && name === 'map') {
    const result = resultOfCallback(tracer, node, at, { position: Number(key), length: object.length, value });
    if (result) return result;
  }
  if (isCall && object.type === 'array' && TAKES_ELEMENTS.has(name)) {
    for (const list of listsOf(node)) {
      const trail = findElement(tracer, list, at, value, step);
      if (trail) return trail;
    }
  }
  if (isCall || node.type === 'AwaitExpression') return tracer.explain(node, at, value, step);
  return ends(
    'created',
    object.type === 'array' ? 'it follows from how the array was made' : 'it came with the object',
  );
}

/** Receiver and arguments of a call. */
function listsOf(node: SyntaxNode): SyntaxNode[] {
  const callee = nodeIn(node, 'callee')!;
  const receiver = callee.type === 'MemberExpression' ? nodeIn(callee, 'object') : undefined;
  return [...(receiver ? [receiver] : []), ...nodesIn(node, 'arguments')];
}

/** What a property was last written with, as it is at the place; undefined when no write is recorded. */
export function valueOfProperty(tracer: Tracer, id: number, key: string, place: Place): { value: Value } | undefined {
  const life = new PropertyLife(tracer.recording, tracer.index, { thread: place.thread, object: id });
  const found = life.back(key, place.event).next().value ?? undefined;
  return found?.how === 'assigned'
    ? { value: tracer.at(place).objects.value(found.held.value, found.chunk) }
    : undefined;
}
