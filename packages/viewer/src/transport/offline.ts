import { requestKey, type Method, type Params, type Result } from '@execution-cinema/server/protocol';
import { AnswerError, type AnswerSource, type AskOptions } from './source.ts';

/*
 * An exported page holds one element `<script type="application/json" id="answers">` with
 * `{ hello, answers: { <requestKey>: { result } | { error } } }`. What was not made ahead is the error OFFLINE.
 */
interface Answers {
  hello: Parameters<AnswerSource['onHello']>[0];
  answers: Record<string, { result: unknown } | { error: ConstructorParameters<typeof AnswerError>[0] }>;
}

export function offlineText(): string | undefined {
  return document.getElementById('answers')?.textContent ?? undefined;
}

export class OfflineSource implements AnswerSource {
  onHello: AnswerSource['onHello'] = () => undefined;
  onNotice: AnswerSource['onNotice'] = () => undefined;
  onConnection: AnswerSource['onConnection'] = () => undefined;
  private readonly content: Answers;

  constructor(text: string) {
    this.content = JSON.parse(text) as Answers;
  }

  start(): void {
    this.onConnection('offline page');
    this.onHello(this.content.hello);
  }

  ask<M extends Method>(method: M, params: Params<M>, _options: AskOptions = {}): Promise<Result<M>> {
    const answer = this.content.answers[requestKey(method, params)];
    if (answer === undefined) {
      const message = 'This page was exported without the answer to this question.';
      return Promise.reject(
        new AnswerError({ code: 'OFFLINE', message, remedy: 'Open the recording itself: tracer view' }),
      );
    }
    return 'error' in answer
      ? Promise.reject(new AnswerError(answer.error))
      : Promise.resolve(answer.result as Result<M>);
  }
}
