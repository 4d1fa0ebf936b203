import { calleePath, nodeIn, nodesIn, textIn, type SyntaxNode } from '@execution-cinema/codemap';
import { isCaptured, K, type Captured, type Value } from '@execution-cinema/format';
import { chunkView, type LazyEvent } from '../../read/chunk-view.ts';
import { chunkOfEvent, lastWhere, type ChunkInfo } from '../../read/chunks.ts';
import type { OriginStep } from '../types.ts';
import { parameterOf } from './arguments.ts';
import { traceMessage } from './messages.ts';
import { bare, treeOf } from './source-trees.ts';
import type { Tracer } from './tracer.ts';
import { ends, prepend, type Place, type Trail } from './trail.ts';

/** Chunks that are looked through for one property where there is no index. */
const CHUNKS_MAX = 256;

/** Where a property of an object got the value that it has at a place: a write, a method, or how the object was made. */
export function traceProperty(tracer: Tracer, object: Captured, key: string, place: Place, value: Value): Trail {
  const found = lastChange(tracer, object.id, key, place);
  if (!found) return traceCreation(tracer, object, key, place, value);
  const { event, argument } = found;
  const { thread } = place;
  const call = tracer.callAt(thread, event.event);
  const site = tracer.recording.resolver(thread).resolve(event.payload);
  const tree = site && treeOf(tracer.recording, site);
  const owner = site?.table.names[site.b] ?? object.name;
  const name = event.kind === K.MUTATION ? `${owner}[${key}]` : `${owner}.${key}`;
  const step = tracer.step(
    event.kind === K.MUTATION ? 'element' : 'property',
    { thread, event: event.event, call },
    site,
    name,
    value,
    'certain',
  );
  const before: Place = { thread, event: event.event - 1, call };
  if (!site || !tree) return prepend(step, ends('not recorded', 'its source cannot be read'));
  if (event.kind === K.MUTATION) return fromMutation(tracer, { step, site, before, value, argument });
  const binding = tree.propertyAt(event.kind === K.PROPERTY ? key : undefined, site.line, site.column);
  if (event.kind === K.PROPERTY_DELETE) {
    step.text = 'delete';
    return prepend(step, ends('unwritten', 'it was deleted'));
  }
  if (!binding) {
    step.text = tree.lineText(site.line);
    // `constructor(private rate: number)` keeps the parameter of that name.
    const isKept = site.function.parameters.includes(key);
    if (isKept) return prepend(step, tracer.variable(key, { thread, event: event.event, call }));
    return prepend(step, ends('not recorded', 'its source does not show the assignment'));
  }
  step.text = binding.value ? tree.textOf(binding.value) : binding.operator;
  return tracer.bound(step, binding, before, (earlier) => traceProperty(tracer, object, key, before, earlier), value);
}

function fromMutation(
  tracer: Tracer,
  {
    step,
    site,
    before,
    value,
    argument,
  }: {
    step: OriginStep;
    site: { line: number; table: { names: string[] }; a: number };
    before: Place;
    value: Value;
    argument: number;
  },
): Trail {
  const tree = tracer.treeAt(before);
  const method = site.table.names[site.a] ?? '';
  let node: SyntaxNode | undefined;
  tree?.each(tree.program, (candidate) => {
    if (
      candidate.type !== 'CallExpression' ||
      candidate.loc.start.line > site.line ||
      candidate.loc.end.line < site.line
    )
      return;
    if (calleePath(nodeIn(candidate, 'callee')).endsWith(`.${method}`)) node ??= candidate;
  });
  const given = node && nodesIn(node, 'arguments')[argument];
  step.text = node && tree ? tree.textOf(node) : method;
  if (!given) {
    step.kind = 'changed';
    return prepend(step, ends('computed', `${method}() put it there`));
  }
  return prepend(step, tracer.explain(given, before, value, step));
}

/** What a property was last written with, as it is at the place; undefined when no write is recorded. */
export function valueOfProperty(tracer: Tracer, id: number, key: string, place: Place): { value: Value } | undefined {
  const found = lastChange(tracer, id, key, place);
  if (!found || (found.event.kind !== K.PROPERTY && found.event.kind !== K.PROPERTY_COMPUTED)) return undefined;
  const chunks = tracer.recording.chunks(place.thread);
  const info = chunks[chunkOfEvent(chunks, found.event.event)]!;
  return { value: tracer.at(place).objects.value(found.event.values.at(-1), info.chunk) };
}

/** The last event up to a place that gave a property its value. `argument`: position in the call of a method. */
function lastChange(
  tracer: Tracer,
  id: number,
  key: string,
  place: Place,
): { event: LazyEvent; argument: number } | undefined {
  const { recording, index } = tracer;
  const chunks = recording.chunks(place.thread);
  let looked = 0;
  for (let at = chunkOfEvent(chunks, place.event); at >= 0 && looked < CHUNKS_MAX; looked++) {
    const view = chunkView(recording, place.thread, chunks[at]!);
    const events = view?.eventsAbout(id).filter((event) => event <= place.event) ?? [];
    for (const number of events.reverse()) {
      const event = view!.event(number - view!.firstEvent);
      const argument = changes(tracer, event, id, key, place.thread);
      if (argument >= 0) return { event, argument };
    }
    if ((view?.header.nextObject ?? 0) <= id) return undefined;
    const chunk = index?.captureChunk(place.thread, id, chunks[at]!.chunk);
    const before = at - 1;
    // The chunk that made it is not among those that took its content again.
    at =
      chunk === undefined
        ? before
        : chunk >= 0
          ? lastWhere(chunks, (info) => info.chunk <= chunk)
          : birthOf(tracer, place.thread, id, before);
  }
  return undefined;
}

/** Index of the chunk in which an object got its number, -1 when that is not stored. */
function birthOf(tracer: Tracer, thread: number, id: number, atMost: number): number {
  const chunks: readonly ChunkInfo[] = tracer.recording.chunks(thread);
  let low = 0;
  let high = atMost + 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const chunk = tracer.recording.tryChunk(thread, chunks[middle]!);
    if (typeof chunk !== 'string' && chunk.header.nextObject <= id) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Position of the argument by which an event gave the property its value; 0 for assignments, -1 for other events. */
function changes(tracer: Tracer, event: LazyEvent, id: number, key: string, thread: number): number {
  const { kind, values, payload } = event;
  const [owner, second] = values;
  if (!isCaptured(owner) || owner.id !== id) return -1;
  if (kind === K.PROPERTY) {
    const site = tracer.recording.resolver(thread).resolve(payload);
    return site?.table.names[site.a] === key ? 0 : -1;
  }
  if (kind === K.PROPERTY_COMPUTED || kind === K.PROPERTY_DELETE) return nameOf(second) === key ? 0 : -1;
  if (kind !== K.MUTATION) return -1;
  const operation = event.number & 0xff;
  const count = event.number >>> 8;
  const index = Number(key);
  if (operation === K.MUTATE_PUSH) {
    const argument = index - (event.number2 - count);
    return argument >= 0 && argument < count ? argument : -1;
  }
  if (operation === K.MUTATE_SET && nameOf(second) === key) return 1;
  return operation === K.MUTATE_CONTENT && Number.isInteger(index) ? 1_000 : -1;
}

function nameOf(key: Value): string {
  return String(isCaptured(key) ? key.name : key);
}

/** Of a property that was never written: what the object was made with. */
function traceCreation(tracer: Tracer, object: Captured, key: string, place: Place, value: Value): Trail {
  const made = creationOf(tracer, object.id, place);
  if (!made) return ends('beginning', `how the object with ${key} was made is not in the recording`);
  const { node, at, path, text, entered } = made;
  if (!node) {
    const sent =
      entered &&
      traceMessage(tracer, { thread: at.thread, entered: entered.event, path: [...entered.path, ...path, key], value });
    return sent ?? ends('input', text);
  }
  let current: SyntaxNode | undefined = bare(node);
  for (const part of [...path, key]) {
    if (!current) break;
    const inner: SyntaxNode | undefined = propertyOf(current, part);
    if (inner) current = bare(inner);
    else {
      const spread = spreadWith(tracer, current, part, at);
      if (spread) return traceProperty(tracer, spread, part, at, value);
      current = undefined;
    }
  }
  const site = tracer.siteOfCall(at);
  const step = tracer.step('property', at, site, key, value, 'certain');
  const tree = tracer.treeAt(at);
  if (!current || !tree) {
    Object.assign(step, {
      line: node.loc.start.line,
      column: node.loc.start.column,
      text: tree?.textOf(node) ?? '',
      certainty: 'likely',
    });
    const bareNode = bare(node);
    if (bareNode.type === 'CallExpression' || bareNode.type === 'AwaitExpression') {
      return prepend(step, tracer.explain(bareNode, at, value, step));
    }
    return prepend(
      step,
      ends('created', object.type === 'array' ? 'it follows from how the array was made' : 'it came with the object'),
    );
  }
  Object.assign(step, { line: current.loc.start.line, column: current.loc.start.column, text: tree.textOf(current) });
  return prepend(step, tracer.explain(current, at, value, step));
}

/** What a literal in the text holds under a key. */
export function propertyOf(node: SyntaxNode, key: string): SyntaxNode | undefined {
  if (node.type === 'ArrayExpression') return (node['elements'] as (SyntaxNode | null)[])[Number(key)] ?? undefined;
  if (node.type !== 'ObjectExpression') return undefined;
  for (const property of nodesIn(node, 'properties')) {
    const own = nodeIn(property, 'key');
    if (own && property['computed'] !== true && (textIn(own, 'name') ?? String(own['value'])) === key)
      return nodeIn(property, 'value');
  }
  return undefined;
}

/** The object that was spread into a literal and has the property. */
function spreadWith(tracer: Tracer, node: SyntaxNode, key: string, at: Place): Captured | undefined {
  if (node.type !== 'ObjectExpression') return undefined;
  for (const property of nodesIn(node, 'properties').reverse()) {
    if (property.type !== 'SpreadElement') continue;
    const known = tracer.value(nodeIn(property, 'argument')!, at)?.value;
    if (isCaptured(known) && known.id !== 0 && known.keys.some((own) => nameOf(own) === key)) return known;
  }
  return undefined;
}

interface Creation {
  /** Expression whose value was, or held, the object; undefined when the text does not show one. */
  node: SyntaxNode | undefined;
  /** Where it was evaluated. */
  at: Place;
  /** Keys from that value to the object. */
  path: string[];
  text: string;
  /** It came with the first argument of a call of the event loop: the event, and the keys from there to the value. */
  entered?: { event: number; path: string[] } | undefined;
}

/** The expression that made an object: that of the first event that saw it. */
function creationOf(tracer: Tracer, id: number, place: Place): Creation | undefined {
  const { recording } = tracer;
  const { thread } = place;
  const chunks = recording.chunks(thread);
  const at = birthOf(tracer, thread, id, chunkOfEvent(chunks, place.event));
  const view = at < 0 ? undefined : chunkView(recording, thread, chunks[at]!);
  const first = view?.eventsAbout(id)[0];
  if (!view || first === undefined) return undefined;
  const event = view.event(first - view.firstEvent);
  const call = tracer.callAt(thread, first);
  const before: Place = { thread, event: first - 1, call };
  const text = 'it was first seen in code that is not recorded';
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
    return { node: node?.node, at: node?.at ?? before, path: found?.path ?? path, text, entered };
  }
  return { node: undefined, at: before, path: [], text };
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
    const site = tracer.siteOfCall(inside);
    const tree = site && treeOf(recording, site);
    const returns = site && tree ? tree.returnsOf(tree.functionAt(site.function)) : [];
    const line = tracer.at(inside).frame(inside.call)?.position?.line ?? 0;
    const node = returns.find(({ loc }) => loc.end.line >= line) ?? returns.at(-1);
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

/** The argument with which a method added an object, and the keys from there on. */
function addedBy(
  tracer: Tracer,
  event: LazyEvent,
  { before, position, path }: { before: Place; position: number; path: string[] },
): { node: SyntaxNode; at: Place; path: string[] } | undefined {
  const site = tracer.recording.resolver(before.thread).resolve(event.payload);
  const tree = site && treeOf(tracer.recording, site);
  if (!site || !tree) return undefined;
  const method = site.table.names[site.a] ?? '';
  const node = tree
    .callsIn(tree.functionAt(site.function))
    .filter(({ loc }) => loc.start.line <= site.line && loc.end.line >= site.line)
    .find((candidate) => calleePath(nodeIn(candidate, 'callee')).endsWith(`.${method}`));
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
    if (path) return [value.type === 'array' ? String(i) : nameOf(value.keys[i]), ...path];
  }
  return undefined;
}
