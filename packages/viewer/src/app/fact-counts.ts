/* How many facts there are of each kind, and how many came since somebody looked. */
import { batch, computed, effect, signal } from '@preact/signals';
import type { Overview } from '@execution-cinema/server/protocol';
import type { SideId } from '../model/address.ts';
import { newerThan, type Counts } from '../model/counts.ts';
import { ask, generation, isRunning, overview } from './session.ts';
import { following } from './timeline.ts';

export type CountedList = Extract<SideId, 'log' | 'errors' | 'requests'>;

const METHODS = { log: 'logs', errors: 'exceptions', requests: 'requests' } as const;
const LISTS = Object.keys(METHODS) as CountedList[];

/** While a program runs it is counted so often at most. */
const PAUSE_MS = 700;

/** Those that are known. */
export const factCounts = signal<Counts<CountedList>>({});
/** What was there when somebody looked last. Who follows the program sees all of it. */
const seen = signal<Counts<CountedList>>({});
export const newFacts = computed(() => newerThan(factCounts.value, seen.value));

/** Somebody has the newest of a list before him. */
export function sawFacts(list: CountedList): void {
  const there = factCounts.peek()[list];
  if (there !== undefined && seen.peek()[list] !== there) seen.value = { ...seen.peek(), [list]: there };
}

export function followFactCounts(): void {
  let rec: string | undefined;
  /** It grows, or did while the page was open: its rows are brought up to date here, not by the lists alone. */
  let grows = false;
  effect(() => {
    const now = overview.value?.rec;
    if (now === rec) return;
    rec = now;
    grows = false;
    batch(() => {
      factCounts.value = {};
      seen.value = {};
    });
  });
  effect(() => {
    void generation.value;
    grows ||= isRunning.value;
    if (grows) void countFacts(true);
  });
  effect(() => {
    if (following.value) seen.value = factCounts.value;
  });
}

let counting: Promise<void> | undefined;
let again: { grows: boolean } | undefined;

/**
 * Lists build the rows of facts: once one has answered, they can be counted. What grows is asked for all of them, since
 * nobody may be looking at the one that gets longer.
 */
export async function countFacts(grows = false): Promise<void> {
  if (counting) {
    again = { grows: grows || (again?.grows ?? false) };
    return counting;
  }
  counting = count(grows).finally(() => {
    counting = undefined;
    const next = again;
    again = undefined;
    if (next) void countFacts(next.grows);
  });
  return counting;
}

async function count(grows: boolean): Promise<void> {
  const rec = overview.peek()?.rec;
  if (rec === undefined) return;
  try {
    const found = grows ? await countRows() : knownOf((await ask('overview', {})).facts);
    if (overview.peek()?.rec !== rec) return;
    batch(() => {
      factCounts.value = { ...factCounts.peek(), ...found };
      // What is counted for the first time was there before.
      seen.value = { ...found, ...seen.peek() };
    });
  } catch {
    // Counts are an addition: an exported page has none.
  }
  if (grows) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

async function countRows(): Promise<Counts<CountedList>> {
  const counts: Counts<CountedList> = {};
  for (const list of LISTS) counts[list] = (await ask(METHODS[list], { limit: 0 })).total ?? 0;
  return counts;
}

function knownOf({ logs, exceptions, requests }: Overview['facts']): Counts<CountedList> {
  return {
    ...(logs !== null && { log: logs }),
    ...(exceptions !== null && { errors: exceptions }),
    ...(requests !== null && { requests }),
  };
}
