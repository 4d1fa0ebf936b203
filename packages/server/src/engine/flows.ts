/* How the functions of a text go, for those who may wait for it and those who may not. */
import { findFlowNow, type FlowFinder } from '@execution-cinema/store';
import type { Job } from './job.ts';
import { findAside } from './source-finder.ts';

/** Texts up to this length are gone through within a few milliseconds. */
const SHORT_CHARACTERS = 20_000;
const sought = new Set<string>();

export function flowFinder(job: Job): FlowFinder {
  return job.patient ? findFlowNow : findQuickly;
}

/** For those who ask again: of a longer text nothing is said. */
export const findFlowOfShort: FlowFinder = (text, file, found) =>
  text.length <= SHORT_CHARACTERS ? findFlowNow(text, file, found) : undefined;

/** A longer text is looked through aside; who asks again later finds it done. */
const findQuickly: FlowFinder = (text, file, found) => {
  const short = findFlowOfShort(text, file, found);
  if (short !== undefined) return short;
  const key = `${file} ${text.length}`;
  if (!sought.has(key)) {
    sought.add(key);
    findAside('flow', text, file, (flow) => {
      sought.delete(key);
      found(flow);
    });
  }
  return undefined;
};
