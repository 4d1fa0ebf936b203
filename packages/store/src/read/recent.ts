/** The things that were asked for last, by a key; the one asked for longest ago makes room for a new one. */
export class Recent<Key, Item> {
  private readonly items = new Map<Key, Item>();
  private readonly most: number;
  private newestKey: Key | undefined;
  private newest: Item | undefined;

  /** Keeps at most `most` of them. */
  constructor(most: number) {
    this.most = most;
  }

  get(key: Key): Item | undefined {
    if (key === this.newestKey) return this.newest;
    const item = this.items.get(key);
    if (item === undefined) return undefined;
    // Deleted and set again, so that the order of the map is that of the last use.
    this.items.delete(key);
    this.items.set(key, item);
    this.newestKey = key;
    this.newest = item;
    return item;
  }

  set(key: Key, item: Item): void {
    this.items.delete(key);
    if (this.items.size >= this.most) this.items.delete(this.items.keys().next().value!);
    this.items.set(key, item);
    this.newestKey = key;
    this.newest = item;
  }
}
