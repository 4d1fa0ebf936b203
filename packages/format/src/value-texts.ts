import {
  contentText,
  LIMITS_DEFAULT,
  referenceText,
  textOf,
  unopenedText,
  type JsonLimits,
  type TextWalk,
} from './value-json.ts';
import { isCaptured, type Captured, type Value } from './value.ts';

/** Characters of texts kept; beyond that all are written again. */
const CHARACTERS_MAX = 16_000_000;

/** The text of an object that may stand anywhere where as many levels are left. */
interface KnownText {
  text: string;
  /** Objects with items in it, itself included: within one of these that one would be a reference. */
  met: readonly Captured[];
  /** How many of them are opened and count against the limit. */
  opened: number;
}

interface Known {
  /** Texts by the levels that were left. */
  texts: (KnownText | undefined)[];
  /** Text of what has no items. */
  leaf: string | undefined;
  /** Whole texts by the limits that they were asked with. */
  whole: { limits: JsonLimits; text: string }[];
  /** Objects whose kept texts show this one. */
  shownBy: Set<Known>;
}

interface KeepingWalk extends TextWalk {
  /** Per object of `path`. */
  known: Known[];
  /** Objects with items since the innermost one of `path` began, itself included. */
  met: Captured[];
  /** Smallest place in `path` that was referred to since then. */
  reaches: number;
  /** The limit of objects has cut something since then. */
  isShort: boolean;
}

/**
 * JSON texts of values as `valueToText` makes them, kept while the objects in them stay as they are: a program passes the
 * same few objects on and on, and of those that change it changes a field at a time.
 */
export class ValueTexts {
  private readonly known = new Map<Captured, Known>();
  private characters = 0;

  /** `limits` should be one of few constants: texts are kept for each of them. */
  text(value: Value, limits: JsonLimits = LIMITS_DEFAULT): string {
    if (isCaptured(value) && value.id !== 0 && !isLeaf(value)) {
      if (this.characters > CHARACTERS_MAX) this.clear();
      const known = this.knownOf(value);
      const kept = known.whole.find((whole) => whole.limits === limits);
      if (kept) return kept.text;
      const text = this.write(value, limits);
      known.whole.push({ limits, text });
      return text;
    }
    return this.write(value, limits);
  }

  /** To be called when the content of an object changes, or is about to. */
  forget(node: Captured): void {
    const known = this.known.get(node);
    if (known) drop(known);
  }

  /** Forgets everything. */
  clear(): void {
    if (this.known.size > 0) this.known.clear();
    this.characters = 0;
  }

  private write(value: Value, limits: JsonLimits): string {
    const walk: KeepingWalk = {
      path: [],
      depth: limits.depth,
      left: limits.objects,
      captured: this.captured,
      known: [],
      met: [],
      reaches: Infinity,
      isShort: false,
    };
    return textOf(value, walk);
  }

  private knownOf(value: Captured): Known {
    let known = this.known.get(value);
    if (!known) this.known.set(value, (known = { texts: [], leaf: undefined, whole: [], shownBy: new Set() }));
    return known;
  }

  private readonly captured = (value: Captured, walk: KeepingWalk): string => {
    const { path } = walk;
    const isBare = isLeaf(value);
    if (isBare && path.length === 0) return contentText(value, walk);
    const known = this.knownOf(value);
    if (path.length > 0 && value.id !== 0) known.shownBy.add(walk.known[path.length - 1]!);
    if (isBare) return (known.leaf ??= contentText(value, walk));
    const at = path.indexOf(value);
    if (at >= 0) {
      walk.reaches = Math.min(walk.reaches, at);
      return referenceText(value);
    }
    const levels = walk.depth - path.length;
    if (levels <= 0) {
      walk.met.push(value);
      return unopenedText(value);
    }
    const kept = known.texts[levels];
    if (kept && walk.left >= kept.opened && !kept.met.some((node) => path.includes(node))) {
      walk.left -= kept.opened;
      for (const node of kept.met) walk.met.push(node);
      return kept.text;
    }
    if (walk.left <= 0) {
      walk.isShort = true;
      return unopenedText(value);
    }
    return this.open(value, known, levels, walk);
  };

  private open(value: Captured, known: Known, levels: number, walk: KeepingWalk): string {
    const { path, met: metAround, reaches: reachesAround, isShort: isShortAround } = walk;
    const met = [value];
    const left = walk.left--;
    walk.met = met;
    walk.reaches = Infinity;
    walk.isShort = false;
    path.push(value);
    walk.known.push(known);
    const text = contentText(value, walk);
    walk.known.pop();
    path.pop();
    // Elsewhere it reads the same if nothing around it was referred to and nothing was left out.
    if (!walk.isShort && walk.reaches >= path.length) {
      known.texts[levels] = { text, met, opened: left - walk.left };
    }
    this.characters += text.length;
    for (const node of met) metAround.push(node);
    walk.met = metAround;
    walk.reaches = Math.min(reachesAround, walk.reaches);
    walk.isShort ||= isShortAround;
    return text;
  }
}

/** Shown as it is, at any depth. */
function isLeaf(value: Captured): boolean {
  return value.items.length === 0 && value.type !== 'error';
}

/** What shows an object goes with it; when that is written again, it says so again. */
function drop(known: Known): void {
  const left = [known];
  for (let next = left.pop(); next; next = left.pop()) {
    next.texts.length = 0;
    next.whole.length = 0;
    next.leaf = undefined;
    if (next.shownBy.size === 0) continue;
    left.push(...next.shownBy);
    next.shownBy.clear();
  }
}
