/** The last `max` values by key; the one not used for longest goes first. */
export class Lru<Value> {
  private readonly entries = new Map<string, Value>();
  private readonly max: number;

  constructor(max: number) {
    this.max = max;
  }

  get(key: string): Value | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size > this.max) this.entries.delete(this.entries.keys().next().value!);
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** The newest value that fulfils a condition. */
  find(condition: (value: Value) => boolean): Value | undefined {
    return [...this.entries.values()].reverse().find(condition);
  }

  /** All of them, the one not used for longest first. */
  values(): Iterable<Value> {
    return this.entries.values();
  }

  clear(): void {
    this.entries.clear();
  }
}
