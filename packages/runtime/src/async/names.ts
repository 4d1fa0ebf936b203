import { createBoundedMap } from '../bounded-map.ts';
import { mapDelete, mapGet, mapSet } from '../primordials.ts';

/* Names of correlations, kept for stating them again in later chunks. */

/** Names that the program gives: kept also for recognising one that is used again. */
const GIVEN_MAX = 10_000;
/**
 * Requests whose names are kept: those in progress, hardly more. What is kept survives collections of young objects, which
 * costs a busy server more than the rest of its recording. A name that is not stated again is lost only with the
 * chunk in which its request began.
 */
const REQUESTS_MAX = 2048;
const REQUESTS_MASK = REQUESTS_MAX - 1;

interface Name {
  /** The name, or the method of a request. */
  text: string;
  /** '' where there is none. */
  url: string;
  /** Chunk in which it was stated last; -1: in none. */
  statedIn: number;
}

export interface Names {
  /** The number that goes by this name of the program's: `next` if it has none yet. */
  numberOf(text: string, next: () => number): number;
  /** A request begins. */
  setRequest(number: number, method: string, url: string): void;
  /** Undefined: unnamed, or forgotten. */
  get(number: number): Name | undefined;
}

export function createNames(): Names {
  const numbers = new Map<string, number>();
  const given = createBoundedMap<number, Name>(GIVEN_MAX, (_number, { text }) => mapDelete(numbers, text));
  let anyGiven = false;
  const requestNumbers = new Float64Array(REQUESTS_MAX);
  const requests: Name[] = [];

  return {
    numberOf: (text, next) => {
      let number = mapGet(numbers, text);
      if (number === undefined) {
        number = next();
        anyGiven = true;
        given.set(number, { text, url: '', statedIn: -1 });
        mapSet(numbers, text, number);
      }
      return number;
    },
    setRequest: (number, method, url) => {
      const place = number & REQUESTS_MASK;
      requestNumbers[place] = number;
      const name = requests[place];
      if (name === undefined) {
        requests[place] = { text: method, url, statedIn: -1 };
        return;
      }
      name.text = method;
      name.url = url;
      name.statedIn = -1;
    },
    get: (number) => {
      const place = number & REQUESTS_MASK;
      if (requestNumbers[place] === number) return requests[place];
      return anyGiven ? given.get(number) : undefined;
    },
  };
}
