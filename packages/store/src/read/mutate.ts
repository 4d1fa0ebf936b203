import { isCaptured, K, type Captured, type DecodedEvent, type Value } from '@execution-cinema/format';

/** Items of one container that are followed; what goes beyond is known by its number only. */
const ITEMS_FOLLOWED_MAX = 100;

/** Applies what a method did (`MUTATION`) to the content of its container, as far as that is known. */
export function mutate(owner: Captured, event: DecodedEvent): void {
  const operation = event.number & 0xff;
  if (operation === K.MUTATE_CONTENT) return;
  // Where the event itself took the content again, it holds the change already.
  if (owner.length === event.number2 && operation !== K.MUTATE_SET) return;
  const values = event.values.slice(1);
  const whole = owner.items.length === owner.length;
  const [first, second] = values;
  switch (operation) {
    case K.MUTATE_PUSH:
      if (whole) owner.items.push(...values);
      break;
    case K.MUTATE_POP:
      if (whole) owner.items.pop();
      break;
    case K.MUTATE_UNSHIFT:
      owner.items.unshift(...values);
      break;
    case K.MUTATE_SHIFT:
      owner.items.shift();
      break;
    case K.MUTATE_SET:
      setEntry(owner, first, second, whole);
      break;
    case K.MUTATE_ADD:
      if (whole && !owner.items.some((item) => isSame(item, first))) owner.items.push(first);
      break;
    case K.MUTATE_DELETE:
      deleteEntry(owner, first);
      break;
    default:
      throw new RangeError(`unknown operation ${operation} of event ${event.event}`);
  }
  settle(owner, event.number2);
}

function setEntry(owner: Captured, key: Value, value: Value, whole: boolean): void {
  const at = owner.keys.findIndex((candidate) => isSame(candidate, key));
  if (at >= 0) owner.items[at] = value;
  else if (whole) {
    owner.keys.push(key);
    owner.items.push(value);
  }
}

function deleteEntry(owner: Captured, key: Value): void {
  const keys = owner.type === 'map' ? owner.keys : owner.items;
  const at = keys.findIndex((candidate) => isSame(candidate, key));
  if (at < 0) return;
  keys.splice(at, 1);
  if (owner.type === 'map') owner.items.splice(at, 1);
}

/** Keys of Maps and members of Sets: the same object, or the same primitive (0 and -0 are one). */
function isSame(a: Value, b: Value): boolean {
  if (isCaptured(a) || isCaptured(b)) return isCaptured(a) && isCaptured(b) && a.id !== 0 && a.id === b.id;
  return a === b || Object.is(a, b);
}

function settle(owner: Captured, length: number): void {
  owner.length = length;
  const known = Math.min(length, ITEMS_FOLLOWED_MAX);
  if (owner.items.length > known) owner.items.length = known;
  if (owner.keys.length > known) owner.keys.length = known;
  if (owner.items.length < length) owner.cut = 'items';
  else if (owner.cut === 'items') owner.cut = 'none';
}
