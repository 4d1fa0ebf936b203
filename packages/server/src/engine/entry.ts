/*
 * What an engine runs: in a worker thread of the server, in one of such a thread, which looks through texts, or, with SQL_ARGUMENT,
 * in a process of its own for one SQL statement. It answers with whole frames, so that the server's thread only passes
 * bytes on.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { errorInfo } from '../errors.ts';
import { encodeFrame } from '../protocol/frames.ts';
import { EngineContext } from './context.ts';
import { Job, NeedsIndex } from './job.ts';
import type { EngineData, EngineMessage, JobMessage, ThreadData, WarmUpMessage } from './messages.ts';
import { METHODS } from './methods/index.ts';
import { runQuery } from './methods/sql.ts';
import { answerFinds, isSourceFinder } from './source-finder.ts';
import { standBehind } from './stand-behind.ts';
import { SQL_ARGUMENT, type SqlBegun } from './sql-process.ts';
import { warmUp } from './warm-up.ts';

if (parentPort && isSourceFinder(workerData)) {
  standBehind();
  answerFinds(parentPort);
} else if (parentPort) {
  const port = parentPort;
  const data = workerData as ThreadData;
  if (data.isBehind) standBehind();
  const context = new EngineContext(data);
  const ready = warmUp(context);
  port.on('message', (message: JobMessage | WarmUpMessage) => {
    if ('warmUp' in message) return ready.begin();
    ready.postpone();
    const tell = (answer: EngineMessage): void => {
      const bytes = 'frame' in answer && typeof answer.frame !== 'string' ? [answer.frame.buffer] : [];
      port.postMessage(answer, bytes);
    };
    const { job } = message;
    try {
      tell({ job, frame: answerOf(context, message, tell) });
    } catch (error) {
      tell(error instanceof NeedsIndex ? { job, needsIndex: true } : { job, error: errorInfo(error) });
    }
  });
} else if (process.argv[2] === SQL_ARGUMENT) {
  const context = new EngineContext(JSON.parse(process.argv[3]!) as EngineData);
  process.once('message', (message: JobMessage) => {
    const tell = (answer: EngineMessage | SqlBegun): void => void process.send!(answer);
    const end = (answer: EngineMessage): void => void process.send!(answer, () => process.disconnect());
    try {
      const job = new Job(new Int32Array(1), (progress) => tell({ job: 0, progress }));
      const result = runQuery(context, message.params as never, job, () => tell({ begun: true }));
      end({ job: 0, frame: encodeFrame({ id: message.id, result }) });
    } catch (error) {
      end({ job: 0, error: errorInfo(error) });
    }
    context.close();
  });
}

function answerOf(
  context: EngineContext,
  { job: number, id, method, params, otherFile, flag, patient }: JobMessage,
  tell: (answer: EngineMessage) => void,
): string | Uint8Array<ArrayBuffer> {
  const job = new Job(new Int32Array(flag), (progress) => tell({ job: number, progress }), patient);
  job.checkpoint();
  const answer = METHODS[method as keyof typeof METHODS] as (
    context: EngineContext,
    params: unknown,
    job: Job,
    otherFile?: string,
  ) => unknown;
  for (let attempt = 1; ; attempt++) {
    if (context.data.file !== null) {
      void context.recording;
      context.refresh();
    }
    try {
      return encodeFrame({ id, result: answer(context, params, job, otherFile) });
    } catch (error) {
      const isGone = error instanceof RangeError && context.data.file !== null;
      if (!isGone || attempt === ATTEMPTS_MAX || !context.refresh()) throw error;
    }
  }
}

/** What a flight recorder prunes while it is read is asked for again: so often at most. */
const ATTEMPTS_MAX = 5;
