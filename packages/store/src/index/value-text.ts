import { isCaptured, valueToText, type Captured, type JsonLimits, type Value } from '@execution-cinema/format';

const UNDEFINED_TEXT = valueToText(undefined);

/** What a row shows of an object, from the fullest; the first that is short enough counts. */
const ROW_LIMITS: readonly JsonLimits[] = [
  { depth: 2, objects: 30 },
  { depth: 1, objects: 1 },
];
/** Longest text, in characters, of an object that is shown with the objects in it. */
const NESTED_TEXT_MAX = 400;
const REFERENCE: JsonLimits = { depth: 0, objects: 0 };

/**
 * JSON text of values, as the columns `value` and `result` hold it. Objects that occur again are converted once, until
 * something in them changes.
 */
export class ValueTexts {
  private readonly known = new Map<Captured, string>();
  /** For each object the converted ones that show it. */
  private readonly shownIn = new Map<Captured, Set<Captured>>();

  text(value: Value): string {
    switch (typeof value) {
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0) ? String(value) : valueToText(value);
      case 'string':
        return JSON.stringify(value);
      case 'undefined':
        return UNDEFINED_TEXT;
      case 'boolean':
        return value ? 'true' : 'false';
      default:
        return isCaptured(value) ? this.captured(value) : valueToText(value);
    }
  }

  private captured(value: Captured): string {
    let text = this.known.get(value);
    if (text === undefined) {
      let depth = 0;
      for (const limits of ROW_LIMITS) {
        text = valueToText(value, limits);
        ({ depth } = limits);
        if (text.length <= NESTED_TEXT_MAX) break;
      }
      this.known.set(value, text!);
      this.note(value, value, depth);
    }
    return text!;
  }

  /** Class and identity alone: the receiver of a method is not shown anew with each of its calls. */
  reference(value: Value): string {
    return isCaptured(value) ? valueToText(value, REFERENCE) : this.text(value);
  }

  /** Remembers which objects, `depth` levels deep, the text of `root` shows. */
  private note(value: Captured, root: Captured, depth: number): void {
    const roots = this.shownIn.get(value);
    if (roots?.has(root)) return;
    if (roots) roots.add(root);
    else this.shownIn.set(value, new Set([root]));
    if (depth === 0) return;
    for (const item of value.items) if (isCaptured(item) && item.id !== 0) this.note(item, root, depth - 1);
  }

  /** The content of an object is about to change. */
  forget(value: Captured): void {
    const roots = this.shownIn.get(value);
    if (!roots) return;
    this.shownIn.delete(value);
    for (const root of roots) this.known.delete(root);
  }

  /** To be called at the start of a chunk, in which all objects are new. */
  clear(): void {
    this.known.clear();
    this.shownIn.clear();
  }
}

/** The text itself of what is meant to be text: messages, names, log lines. */
export function plainText(value: Value): string {
  if (typeof value === 'string') return value;
  if (isCaptured(value) && (value.type === 'cut string' || value.type === 'redacted')) return value.name;
  return valueToText(value);
}

/** A property key as people write it: `name`, `[Symbol(name)]`. */
export function keyText(key: Value): string {
  if (!isCaptured(key)) return String(key);
  return key.type === 'symbol' ? `[Symbol(${key.name})]` : key.name;
}
