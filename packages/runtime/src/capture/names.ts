import type { Redactor, SecretName } from '@execution-cinema/format/redaction';
import { mapClear, mapForEach, mapGet, mapSet } from '../primordials.ts';

/** Names that are kept; past this many all are forgotten. */
const NAMES_MAX = 8192;
/** Classes whose names are found by their numbers; one takes the place of the one so many before it. */
const CLASSES = 1024;

/** A name of a property, class or function, with what is known of it. */
export interface Name {
  readonly text: string;
  /** What it says about the value under it. */
  readonly secret: SecretName | null;
  /** Table in which it has this number; see EPOCH. */
  epoch: number;
  number: number;
  /** The names that stood behind it the last times, the later one first. */
  next: Name | undefined;
  next2: Name | undefined;
}

export interface Names {
  of(text: string): Name;
  /**
   * As `of`, for a name that stands behind another one. Objects of a class have the same names in the same order, so
   * the one that stood there before is compared first, at a fifth of the price of looking a name up.
   */
  after(previous: Name, text: string): Name;
  /** As `of`, for the name of a class that has a number of its own. */
  ofClass(named: NumberedClass): Name;
}

interface NumberedClass {
  readonly name: string;
  readonly number: number;
}

/** Names of more than `keptCharsMax` characters are not kept. */
export function createNames(redactor: Redactor | undefined, keptCharsMax: number): Names {
  const kept = new Map<string, Name>();
  let count = 0;
  const classes: (Name | undefined)[] = [];
  for (let i = 0; i < CLASSES; i++) classes[i] = undefined;

  const make = (text: string): Name => ({
    text,
    secret: redactor === undefined ? null : redactor.secretName(text),
    epoch: -1,
    number: 0,
    next: undefined,
    next2: undefined,
  });

  const of = (text: string): Name => {
    const known = mapGet(kept, text);
    if (known !== undefined) return known;
    const name = make(text);
    if (text.length > keptCharsMax) return name;
    if (count >= NAMES_MAX) {
      // Else names that are forgotten would be held by each other.
      mapForEach(kept, unlink);
      mapClear(kept);
      count = 0;
    }
    mapSet(kept, text, name);
    count++;
    return name;
  };

  const lookUp = (previous: Name, text: string): Name => {
    const { next, next2 } = previous;
    if (next2 !== undefined && next2.text === text) {
      previous.next = next2;
      previous.next2 = next;
      return next2;
    }
    const name = of(text);
    if (text.length <= keptCharsMax) {
      previous.next = name;
      previous.next2 = next;
    }
    return name;
  };

  return {
    of,
    ofClass: (named) => {
      const place = named.number & (CLASSES - 1);
      const known = classes[place];
      return known !== undefined && known.text === named.name ? known : (classes[place] = of(named.name));
    },
    after: (previous, text) => {
      const { next } = previous;
      return next !== undefined && next.text === text ? next : lookUp(previous, text);
    },
  };
}

function unlink(name: Name): void {
  name.next = undefined;
  name.next2 = undefined;
}
