import type { FunctionState, Memory, RememberedFunction } from './memory.ts';

/*
 * Parts of what the budget allows. Recording that takes between the two in the middle is left as it is: each change means
 * that files are instrumented anew, and no two runs are alike.
 */
const LOWER_ABOVE = 0.9;
const LOWER_TO = 0.75;
const RAISE_BELOW = 0.55;
const RAISE_TO = 0.7;
/** So much of it is for functions, whatever the rest takes: the cool ones cost next to nothing. */
const FUNCTIONS_PART = 0.15;
/** Runs for which something stays left out at most. */
const REST_MAX = 64;

/**
 * Chooses what the next run under a budget of `share` records: the hottest go until the rest fits, the coolest come back
 * as long as they fit. Changes `memory`.
 */
export function choose(memory: Memory, share: number): void {
  // A larger budget owes nothing to what did not fit a smaller one.
  const isLarger = share > memory.share;
  memory.share = share;
  const allowedNs = share * 1e9;
  const { following, otherNs } = memory;
  // It is ended only where it does not fit even without any function.
  following.isEnded = following.ns + otherNs > (following.isEnded ? RAISE_BELOW : LOWER_ABOVE) * allowedNs;
  const fixedNs = otherNs + (following.isEnded ? 0 : following.ns);
  const room = (part: number): number => Math.max(part * allowedNs - fixedNs, part * FUNCTIONS_PART * allowedNs);
  const functions = Object.values(memory.files).flatMap((file) => Object.values(file.functions));
  const ns = functions.reduce((sum, one) => sum + costNs(one, one.state), 0);
  if (ns > room(LOWER_ABOVE)) lower(functions, { runs: memory.runs, ns, mostNs: room(LOWER_TO) });
  else if (ns < room(RAISE_BELOW)) raise(functions, { runs: memory.runs, ns, mostNs: room(RAISE_TO), isLarger });
}

/** Nanoseconds per second that a function takes in a state. */
function costNs({ boundaryNs, insideNs }: RememberedFunction, state: FunctionState): number {
  if (state === 2) return 0;
  return state === 1 ? boundaryNs : boundaryNs + insideNs;
}

interface Sum {
  runs: number;
  ns: number;
  mostNs: number;
}

function lower(functions: readonly RememberedFunction[], { runs, ns, mostNs }: Sum): void {
  let left = ns;
  const recorded = functions.filter(({ state }) => state !== 2);
  while (left > mostNs && recorded.length > 0) {
    let hottest = 0;
    for (let i = 1; i < recorded.length; i++) {
      if (costNs(recorded[i]!, recorded[i]!.state) > costNs(recorded[hottest]!, recorded[hottest]!.state)) hottest = i;
    }
    const one = recorded[hottest]!;
    const to = one.state === 0 && one.insideNs >= one.boundaryNs ? 1 : 2;
    left -= costNs(one, one.state) - costNs(one, to);
    if (to === 2) recorded.splice(hottest, 1);
    one.state = to;
    giveRest(one, runs);
  }
}

/** What came back in vain rests twice as long as the last time. */
function giveRest(one: RememberedFunction, runs: number): void {
  const cameInVain = one.trial > 0 && runs > one.trial;
  if (one.penalty === 0 || cameInVain) {
    one.penalty = one.penalty === 0 ? 1 : Math.min(REST_MAX, 2 * one.penalty);
    one.rest = one.penalty;
  }
  one.trial = 0;
}

function raise(
  functions: readonly RememberedFunction[],
  { runs, ns, mostNs, isLarger }: Sum & { isLarger: boolean },
): void {
  let left = mostNs - ns;
  const resting = functions
    .filter(({ state, rest }) => state !== 0 && (rest === 0 || isLarger))
    .sort((a, b) => missingNs(a, 0) - missingNs(b, 0));
  for (const one of resting) {
    const to = ([0, 1] as const).find((state) => state < one.state && missingNs(one, state) <= left);
    if (to === undefined) continue;
    left -= missingNs(one, to);
    one.state = to;
    one.trial = runs;
  }
}

function missingNs(one: RememberedFunction, to: FunctionState): number {
  return costNs(one, to) - costNs(one, one.state);
}
