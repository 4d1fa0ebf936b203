import { findFlow, SourceSyntaxError } from '@execution-cinema/codemap';
import type { FlowFinder } from './source-flows.ts';

/** Goes through the text at once: a tenth of a second for a large library. */
export const findFlowNow: FlowFinder = (text, file) => {
  try {
    return findFlow(text, file);
  } catch (error) {
    if (!(error instanceof SourceSyntaxError)) throw error;
    return null;
  }
};
