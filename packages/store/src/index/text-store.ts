import type { Database, Statement } from '../driver/index.ts';

/** Shorter texts stand in their rows. */
const SHARED_CHARACTERS_MIN = 48;
/** Texts remembered as stored; beyond that they are looked up again. */
const KNOWN_TEXTS_MAX = 20_000;

/**
 * Long texts of values, each stored once in the table `texts`: an object that is passed on through ten calls is one row,
 * not ten. A text's id follows from the text alone, so that chunks may be indexed in any order and by several processes.
 */
export class TextStore {
  private readonly known = new Map<string, number | string>();
  private readonly insert: Statement;
  private readonly select: Statement;

  constructor(db: Database) {
    this.insert = db.prepare('INSERT OR IGNORE INTO texts VALUES(?, ?)');
    this.select = db.prepare('SELECT text FROM texts WHERE id = ?');
  }

  /** What stands in a row for a text: its id in `texts`, or itself where it is short. */
  reference(text: string): number | string {
    if (text.length < SHARED_CHARACTERS_MIN) return text;
    const known = this.known.get(text);
    if (known !== undefined) return known;
    if (this.known.size >= KNOWN_TEXTS_MAX) this.known.clear();
    const reference = this.store(text);
    this.known.set(text, reference);
    return reference;
  }

  private store(text: string): number | string {
    const id = textId(text);
    if (this.insert.run(id, text).changes > 0) return id;
    // Another text with the same number would be one in many millions; then this one stands in its rows.
    return this.select.get<{ text: string }>(id)?.text === text ? id : text;
  }
}

/** A number below 2^53 that spreads texts evenly. */
export function textId(text: string): number {
  let high = 0x811c9dc5;
  let low = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x9e3779b1);
    low = Math.imul(low ^ code, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return ((high >>> 0) & 0x1f_ffff) * 2 ** 32 + (low >>> 0);
}
