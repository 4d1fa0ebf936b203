import type { Method, Params, Result } from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import type { Job } from '../job.ts';

/** How an engine answers one method. */
export type Answer<M extends Method> = (
  context: EngineContext,
  params: Params<M>,
  job: Job,
  /** Path of the other recording where one is compared. */
  otherFile?: string,
) => Result<M>;
