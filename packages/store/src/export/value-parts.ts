import { isCaptured, ValueTexts, type Captured, type JsonLimits, type Value } from '@execution-cinema/format';

/**
 * What an export writes of values, made of their JSON text (`make`), and kept while that stays the same. Tell it of
 * changes, and of chunks, as a walk does.
 */
export class ValueParts {
  private readonly limits: JsonLimits | undefined;
  private readonly make: (text: string, value: Value) => string;
  private readonly texts = new ValueTexts();
  private readonly made = new Map<Captured, { text: string; part: string }>();

  constructor(make: (text: string, value: Value) => string, limits?: JsonLimits) {
    this.make = make;
    this.limits = limits;
  }

  part(value: Value): string {
    const text = this.texts.text(value, this.limits);
    if (!isCaptured(value) || value.items.length === 0) return this.make(text, value);
    const known = this.made.get(value);
    if (known && known.text === text) return known.part;
    const part = this.make(text, value);
    this.made.set(value, { text, part });
    return part;
  }

  changed(node: Captured): void {
    this.texts.forget(node);
    this.made.delete(node);
  }

  chunk(): void {
    this.texts.clear();
    this.made.clear();
  }
}
