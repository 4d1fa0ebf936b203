import { calleePath, nodeIn, nodesIn, textIn, type SyntaxNode } from '@execution-cinema/codemap';
import { isCaptured, K, type Captured, type Value } from '@execution-cinema/format';
import { chunkView, type ChunkView, type LazyEvent } from '../../read/chunk-view.ts';
import { chunkOfEvent } from '../../read/chunks.ts';
import { keyText } from '../property/held.ts';
import { birthOf } from '../property/property-life.ts';
import { parameterOf } from './arguments.ts';
import { isSame } from '../evaluate.ts';
import { itemOf } from './operands.ts';
import { bare, treeOf } from './source-trees.ts';
import type { Tracer } from './tracer.ts';
import type { Place } from './trail.ts';

/** How an object came to be, as far as the text of the program shows it. */
export interface Creation {
  /** Expression whose value was, or held, the object; undefined when the text does not show one. */
  node: SyntaxNode | undefined;
  /** Where it was evaluated. */
  at: Place;
  /** Keys from that value to the object. */
  path: string[];
  /** Event that saw it first. */
  first: number;
  /** It came with the first argument of a call of the event loop: the event, and the keys from there to the value. */
  entered?: { event: number; path: string[] } | undefined;
}

/** The expression that made an object: that of the first event that saw it. */
export function creationOf(tracer: Tracer, id: number, place: Place): Creation | undefined {
  const { recording } = tracer;
  const { thread } = place;
  const chunks = recording.chunks(thread);
  const at = birthOf(recording, thread, id, chunkOfEvent(chunks, place.event));
  const view = at < 0 ? undefined : chunkView(recording, thread, chunks[at]!);
  const first = view && firstSight(tracer, view, id, thread);
  if (!view || first === undefined) return undefined;
  const event = view.event(first - view.firstEvent);
  const call = tracer.callAt(thread, first);
  const before: Place = { thread, event: first - 1, call };
  for (const [position, raw] of event.values.entries()) {
    // Of a property write only the value can be new; the owner may hold it already.
    const isValue = position === event.values.length - 1;
    if (!isValue && (event.kind === K.PROPERTY || event.kind === K.PROPERTY_COMPUTED)) continue;
    const whole = tracer.at({ thread, event: first }).objects.value(raw, chunks[at]!.chunk);
    const path = pathWithin(whole, id);
    if (!path || (event.kind === K.MUTATION && position === 0 && event.values.length > 1)) continue;
    const found = event.kind === K.MUTATION ? addedBy(tracer, event, { before, position, path }) : undefined;
    const node = found ?? expressionOf(tracer, event, before);
    const entered = node ? undefined : firstArgument(tracer, event, position, thread);
    return { node: node?.node, at: node?.at ?? before, path: found?.path ?? path, first, entered };
  }
  return { node: undefined, at: before, path: [], first };
}

/** Identities before that of an object that are looked at to find the event which named it. */
const NEIGHBOURS_MAX = 64;

/**
 * The first event of a chunk that names an object which got its number there. One so deep in a value that its content was
 * not taken is named by the event that gave a number to what stands around it: numbers are given in order.
 */
function firstSight(tracer: Tracer, view: ChunkView, id: number, thread: number): number | undefined {
  const first = view.eventsAbout(id)[0];
  for (let other = id - 1; other > Math.max(0, id - NEIGHBOURS_MAX); other--) {
    const event = view.eventsAbout(other)[0];
    if (event === undefined) continue;
    if (first !== undefined && event >= first) break;
    const { objects } = tracer.at({ thread, event });
    const { values } = view.event(event - view.firstEvent);
    const names = values.some((value) => pathWithin(objects.value(value, Number.MAX_SAFE_INTEGER), id) !== undefined);
    return names ? event : first;
  }
  return first;
}

/** Keys from the first argument of a call to the value at a position of its ENTER; undefined for other arguments. */
function firstArgument(
  tracer: Tracer,
  { kind, payload, event }: LazyEvent,
  position: number,
  thread: number,
): { event: number; path: string[] } | undefined {
  const site = kind <= K.ENTER_MANY ? tracer.recording.resolver(thread).resolve(payload) : undefined;
  const fn = site && treeOf(tracer.recording, site)?.functionAt(site.function);
  const parameter = fn && parameterOf(fn, site.function.parameters[position] ?? '');
  return parameter?.index === 0 && !parameter.rest ? { event, path: parameter.path.map(String) } : undefined;
}

/** The expression whose value an event recorded, and where it was evaluated. */
function expressionOf(tracer: Tracer, event: LazyEvent, before: Place): { node: SyntaxNode; at: Place } | undefined {
  const { recording } = tracer;
  const { thread } = before;
  if (event.kind <= K.ENTER_MANY) return argumentOf(tracer, event, before);
  if (event.kind === K.LEAVE_VALUE) {
    const inside: Place = { thread, event: event.event - 1, call: tracer.callAt(thread, event.event - 1) };
    const value = tracer.at({ thread, event: event.event }).objects.value(event.values[0], Number.MAX_SAFE_INTEGER);
    const { node } = tracer.returned(inside, tracer.siteOfCall(inside), value);
    return node && { node, at: inside };
  }
  const site = recording.resolver(thread).resolve(event.payload);
  const tree = site && treeOf(recording, site);
  if (!site || !tree) return undefined;
  if (event.kind === K.WRITE || event.kind === K.WRITE_SCOPED) {
    const name = site.table.variables[site.a]?.name ?? '';
    const binding = tree.bindingAt(name, site.line, site.column);
    return binding?.value && binding.how !== 'class' ? { node: binding.value, at: before } : undefined;
  }
  if (event.kind === K.PROPERTY || event.kind === K.PROPERTY_COMPUTED) {
    const key = event.kind === K.PROPERTY ? site.table.names[site.a] : undefined;
    const value = tree.propertyAt(key, site.line, site.column)?.value;
    return value && { node: value, at: before };
  }
  return undefined;
}

/** The call of the method that changed a container, by the event that tells of it. */
export function callOfMethod(
  tracer: Tracer,
  event: LazyEvent,
  thread: number,
): { node: SyntaxNode | undefined; method: string } {
  const site = tracer.recording.resolver(thread).resolve(event.payload);
  const tree = site && treeOf(tracer.recording, site);
  const method = site?.table.names[site.a] ?? '';
  const nodes = tree?.callsIn(tree.functionAt(site!.function), ({ loc }) => {
    return loc.start.line <= site!.line && loc.end.line >= site!.line;
  });
  const named = nodes?.filter((node) => calleePath(nodeIn(node, 'callee')).endsWith(`.${method}`)) ?? [];
  // Of several on a line the one that begins there.
  const away = ({ loc }: SyntaxNode): number =>
    loc.start.line === site!.line ? Math.abs(loc.start.column - site!.column) : Number.MAX_SAFE_INTEGER;
  const node = named.reduce<SyntaxNode | undefined>(
    (best, other) => (best && away(best) <= away(other) ? best : other),
    undefined,
  );
  return { node, method };
}

/** The argument with which a method added an object, and the keys from there on. */
function addedBy(
  tracer: Tracer,
  event: LazyEvent,
  { before, position, path }: { before: Place; position: number; path: string[] },
): { node: SyntaxNode; at: Place; path: string[] } | undefined {
  const { node, method } = callOfMethod(tracer, event, before.thread);
  const args = node ? nodesIn(node, 'arguments') : [];
  // Where the whole content was taken, the place in the list tells which argument it was.
  const isContent = position === 0;
  const index = isContent ? Number(path[0]) - (method === 'unshift' ? 0 : event.number2 - args.length) : position - 1;
  const argument = args[index];
  return argument && { node: argument, at: before, path: isContent ? path.slice(1) : path };
}

/** An object that was made in the arguments of a call. */
function argumentOf(tracer: Tracer, event: LazyEvent, before: Place): { node: SyntaxNode; at: Place } | undefined {
  const { thread } = before;
  const caller: Place = { thread, event: event.event - 1, call: tracer.callAt(thread, event.event - 1) };
  const site = tracer.siteOfCall(caller);
  const entered = tracer.recording.resolver(thread).resolve(event.payload);
  const tree = site && treeOf(tracer.recording, site);
  if (!site || !tree || !entered) return undefined;
  const name = entered.function.name.split('.').pop()!;
  const line = tracer.at(caller).frame(caller.call)?.position?.line ?? 0;
  const calls = tree
    .callsIn(tree.functionAt(site.function))
    .filter((node) => calleePath(nodeIn(node, 'callee')).split('.').pop() === name);
  const node = calls.find(({ loc }) => loc.end.line >= line) ?? calls.at(-1);
  const made =
    node && nodesIn(node, 'arguments').find((argument) => /^(?:Object|Array)Expression$/.test(bare(argument).type));
  return made && { node: made, at: caller };
}

/** Keys that lead from a value to an object within it. */
function pathWithin(value: Value, id: number, depth = 3): string[] | undefined {
  if (!isCaptured(value)) return undefined;
  if (value.id === id) return [];
  if (depth === 0) return undefined;
  for (const [i, item] of value.items.entries()) {
    const path = pathWithin(item, id, depth - 1);
    if (path) return [value.type === 'array' ? String(i) : keyText(value.keys[i]), ...path];
  }
  return undefined;
}

/** What an expression gave a property: another expression in the text, or what another object held under the same or another key. */
export type Part = { node: SyntaxNode } | { object: Captured; key: string };

/** What the text of a creation shows for a key of the object. */
export function partOf(tracer: Tracer, { node, at, path }: Creation, key: string): Part | undefined {
  let current = node && bare(node);
  for (const inner of path) {
    const found = current && partIn(tracer, current, inner, at);
    current = found && 'node' in found ? bare(found.node) : undefined;
  }
  return current && partIn(tracer, current, key, at);
}

/** What a literal holds under a key, spread objects and `Object.assign` included: what comes later counts. */
export function partIn(tracer: Tracer, node: SyntaxNode, key: string, at: Place): Part | undefined {
  if (node.type === 'ArrayExpression') {
    return partOfList(tracer, node['elements'] as (SyntaxNode | null)[], Number(key), at);
  }
  const isAssign = node.type === 'CallExpression' && calleePath(nodeIn(node, 'callee')) === 'Object.assign';
  if (isAssign) return lastPart(nodesIn(node, 'arguments'), (source) => partOfSource(tracer, source, key, at));
  if (node.type !== 'ObjectExpression') return undefined;
  return lastPart(nodesIn(node, 'properties'), (property) => {
    if (property.type === 'SpreadElement') return partOfSource(tracer, nodeIn(property, 'argument')!, key, at);
    const own = nodeIn(property, 'key');
    const isMeant = own && property['computed'] !== true && (textIn(own, 'name') ?? String(own['value'])) === key;
    return isMeant ? { node: nodeIn(property, 'value')! } : undefined;
  });
}

function lastPart(nodes: readonly SyntaxNode[], find: (node: SyntaxNode) => Part | undefined): Part | undefined {
  for (const node of nodes.toReversed()) {
    const found = find(node);
    if (found) return found;
  }
  return undefined;
}

/** What an object whose properties are copied gives. */
function partOfSource(tracer: Tracer, source: SyntaxNode, key: string, at: Place): Part | undefined {
  const inText = partIn(tracer, bare(source), key, at);
  if (inText) return inText;
  const object = tracer.value(source, at)?.value;
  const has = isCaptured(object) && object.id !== 0 && object.keys.some((own) => keyText(own) === key);
  return has ? { object, key } : undefined;
}

/** What stands at a position of a list in the text, elements or arguments, in which other lists may be spread. */
export function partOfList(
  tracer: Tracer,
  elements: readonly (SyntaxNode | null)[],
  position: number,
  at: Place,
): Part | undefined {
  let next = 0;
  for (const element of elements) {
    if (element?.type !== 'SpreadElement') {
      if (next++ === position) return element ? { node: element } : undefined;
      continue;
    }
    const list = tracer.value(nodeIn(element, 'argument')!, at)?.value;
    if (!isCaptured(list) || (list.type !== 'array' && list.type !== 'set')) return undefined;
    if (position < next + list.length)
      return list.id === 0 ? undefined : { object: list, key: String(position - next) };
    next += list.length;
  }
  return undefined;
}

/** How many values a list in the text gives; undefined where a list that is spread is not known. */
export function lengthOfList(tracer: Tracer, elements: readonly SyntaxNode[], at: Place): number | undefined {
  let length = 0;
  for (const element of elements) {
    if (element.type !== 'SpreadElement') length++;
    else {
      const list = tracer.value(nodeIn(element, 'argument')!, at)?.value;
      if (!isCaptured(list) || (list.type !== 'array' && list.type !== 'set')) return undefined;
      length += list.length;
    }
  }
  return length;
}

/** The call of `Object.assign` by which the call on top has given a property its value, as far as the text shows it. */
export function assignedIn(
  tracer: Tracer,
  object: Captured,
  key: string,
  place: Place,
  value: Value,
): { call: SyntaxNode; part: Part } | undefined {
  const site = tracer.siteOfCall(place);
  const tree = tracer.treeAt(place);
  if (!site || !tree) return undefined;
  const calls = tree.callsIn(
    tree.functionAt(site.function),
    (node) => calleePath(nodeIn(node, 'callee')) === 'Object.assign',
  );
  for (const call of calls.toReversed()) {
    const [target, ...sources] = nodesIn(call, 'arguments');
    const owner = target && tracer.value(target, place)?.value;
    if (!isCaptured(owner) || owner.id !== object.id) continue;
    const part = lastPart(sources, (source) => partOfSource(tracer, source, key, place));
    if (!part) continue;
    const given = 'node' in part ? tracer.value(part.node, place)?.value : itemOf(part.object, part.key);
    if (isSame(given, value) || Object.is(given, value)) return { call, part };
  }
  return undefined;
}
