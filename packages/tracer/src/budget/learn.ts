import type { CostReport, ReportedFunction } from '@execution-cinema/store';
import { choose } from './choose.ts';
import { FUNCTIONS_MAX, type Memory, type RememberedFile, type RememberedFunction } from './memory.ts';

/** What earlier runs have shown counts so much against what this one shows. */
const PAST_PART = 0.5;
/** Own time after which older parts of the same run count less and less. */
const HORIZON_NS = 10e9;
/** A rate below which a function is not remembered by name: 2,000 such take 10 % of a budget of 20 %. */
const RATE_NS_MIN = 10_000;
/** What is left of the remembered cost of a function for each further run in which it is left out. */
const FADE = 0.9;

/** Brings a memory up to date with what a stretch of `run` has shown, and chooses anew. Changes `memory`. */
export function learn(memory: Memory, report: CostReport, { share, run }: { share: number; run: string }): void {
  if (memory.run !== run) beginRun(memory, run);
  const weights: Weights = { beforeNs: Math.min(memory.ownNs, HORIZON_NS), ownNs: report.ownNs };
  memory.otherNs = mean(memory.otherNs, weights, report.otherNs);
  memory.following.ns = mean(memory.following.ns, weights, report.followedNs);
  learnFunctions(memory, report, weights);
  memory.ownNs = weights.beforeNs + weights.ownNs;
  keepCostliest(memory);
  choose(memory, share);
}

function beginRun(memory: Memory, run: string): void {
  memory.run = run;
  memory.runs++;
  memory.ownNs *= PAST_PART;
  if (memory.following.isEnded) memory.following.ns *= FADE;
  for (const { functions } of Object.values(memory.files)) {
    for (const one of Object.values(functions)) {
      if (one.state === 0) {
        // It has stood its trial.
        if (one.trial > 0 && memory.runs > one.trial + 1) {
          one.penalty >>= 1;
          one.trial = 0;
        }
      } else if (one.rest > 0) one.rest--;
      else {
        one.insideNs *= FADE;
        if (one.state === 2) one.boundaryNs *= FADE;
      }
    }
  }
}

interface Weights {
  beforeNs: number;
  ownNs: number;
}

/** The mean of a rate over what was before and `ns` in `ownNs` now. */
function mean(rate: number, { beforeNs, ownNs }: Weights, ns: number): number {
  return beforeNs + ownNs === 0 ? 0 : (rate * beforeNs + ns * 1e9) / (beforeNs + ownNs);
}

function learnFunctions(memory: Memory, { modules }: CostReport, weights: Weights): void {
  const seen = new Set<RememberedFunction>();
  forgetChanged(memory, modules);
  let smallNs = 0;
  for (const { file, hash, functions } of modules) {
    const known = (memory.files[hash] ??= { file, functions: {} });
    for (const reported of functions) {
      const one = known.functions[reported.place] ?? fresh(reported);
      takeIn(one, reported, weights);
      if (one.penalty === 0 && one.boundaryNs + one.insideNs < RATE_NS_MIN) {
        smallNs += reported.boundaryNs + reported.insideNs;
        delete known.functions[reported.place];
        continue;
      }
      known.functions[reported.place] = one;
      seen.add(one);
    }
  }
  memory.otherNs += mean(0, weights, smallNs);
  for (const { functions } of Object.values(memory.files)) {
    for (const one of Object.values(functions)) if (!seen.has(one)) unseen(one, weights);
  }
}

function fresh({ name }: ReportedFunction): RememberedFunction {
  return { name, boundaryNs: 0, insideNs: 0, state: 0, rest: 0, penalty: 0, trial: 0 };
}

function takeIn(one: RememberedFunction, { boundaryNs, insideNs }: ReportedFunction, weights: Weights): void {
  // What is left out takes nothing; this process began before it was, or its user wants it.
  if (boundaryNs > 0 && one.state === 2) one.state = 0;
  if (insideNs > 0 && one.state === 1) one.state = 0;
  one.boundaryNs = mean(one.boundaryNs, weights, boundaryNs);
  if (one.state === 0) one.insideNs = mean(one.insideNs, weights, insideNs);
}

/** What is recorded and took nothing has become rarer; of what is left out nothing is known. */
function unseen(one: RememberedFunction, weights: Weights): void {
  if (one.state !== 2) one.boundaryNs = mean(one.boundaryNs, weights, 0);
  if (one.state === 0) one.insideNs = mean(one.insideNs, weights, 0);
}

function forgetChanged(memory: Memory, modules: CostReport['modules']): void {
  const loaded = new Set(modules.map(({ hash }) => hash));
  const files = new Set(modules.map(({ file }) => file));
  for (const [hash, { file }] of Object.entries(memory.files)) {
    if (files.has(file) && !loaded.has(hash)) delete memory.files[hash];
  }
}

/** Of too many functions those that are left out stay known, and of the others the costliest; the rest counts together. */
function keepCostliest(memory: Memory): void {
  const all: { functions: RememberedFile['functions']; place: string; one: RememberedFunction }[] = [];
  for (const [hash, { functions }] of Object.entries(memory.files)) {
    const entries = Object.entries(functions);
    if (entries.length === 0) delete memory.files[hash];
    for (const [place, one] of entries) all.push({ functions, place, one });
  }
  if (all.length <= FUNCTIONS_MAX) return;
  const ns = ({ boundaryNs, insideNs }: RememberedFunction): number => boundaryNs + insideNs;
  all.sort((a, b) => Number(b.one.state > 0) - Number(a.one.state > 0) || ns(b.one) - ns(a.one));
  for (const { functions, place, one } of all.slice(FUNCTIONS_MAX)) {
    if (one.state === 0) memory.otherNs += ns(one);
    delete functions[place];
  }
}
