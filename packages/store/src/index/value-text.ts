import {
  isCaptured,
  ValueTexts,
  valueToText,
  type Captured,
  type JsonLimits,
  type Value,
} from '@execution-cinema/format';

/** What a row shows of an object: with the objects in it, unless that gets too long. */
const NESTED: JsonLimits = { depth: 3, objects: 60 };
const NESTED_TEXT_MAX = 400;
const FLAT: JsonLimits = { depth: 1, objects: 1 };
const REFERENCE: JsonLimits = { depth: 0, objects: 0 };

/** JSON text of values, as the columns `value` and `result` hold it, kept while the objects in it do not change. */
export class RowTexts {
  private readonly texts = new ValueTexts();

  text(value: Value): string {
    if (!isCaptured(value)) return valueToText(value);
    const text = this.texts.text(value, NESTED);
    return text.length > NESTED_TEXT_MAX ? this.texts.text(value, FLAT) : text;
  }

  /** Class and identity alone: the receiver of a method is not shown anew with each of its calls. */
  reference(value: Value): string {
    return isCaptured(value) ? this.texts.text(value, REFERENCE) : valueToText(value);
  }

  /** The content of an object is about to change. */
  changed(node: Captured): void {
    this.texts.forget(node);
  }

  /** A new chunk: its objects are others. */
  clear(): void {
    this.texts.clear();
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
