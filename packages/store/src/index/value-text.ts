import { isCaptured, valueToText, type Captured, type JsonLimits, type Value } from '@execution-cinema/format';

/** What a row shows of an object: with the objects in it, unless that gets too long. */
const NESTED: JsonLimits = { depth: 3, objects: 60 };
const NESTED_TEXT_MAX = 400;
const FLAT: JsonLimits = { depth: 1, objects: 1 };
const REFERENCE: JsonLimits = { depth: 0, objects: 0 };

/**
 * JSON text of values, as the columns `value` and `result` hold it. Objects that occur again are converted once, until
 * some object changes.
 */
export class ValueTexts {
  private readonly known = new Map<Captured, string>();
  private readonly references = new Map<Captured, string>();

  text(value: Value): string {
    return isCaptured(value) ? this.captured(value) : valueToText(value);
  }

  private captured(value: Captured): string {
    let text = this.known.get(value);
    if (text === undefined) {
      text = valueToText(value, NESTED);
      if (text.length > NESTED_TEXT_MAX) text = valueToText(value, FLAT);
      this.known.set(value, text);
    }
    return text;
  }

  /** Class and identity alone: the receiver of a method is not shown anew with each of its calls. */
  reference(value: Value): string {
    if (!isCaptured(value)) return valueToText(value);
    let text = this.references.get(value);
    if (text === undefined) this.references.set(value, (text = valueToText(value, REFERENCE)));
    return text;
  }

  /** The content of some object is about to change; which texts show it is not known. */
  forget(): void {
    if (this.known.size > 0) this.known.clear();
    if (this.references.size > 0) this.references.clear();
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
