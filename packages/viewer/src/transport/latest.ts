import { isCancelled } from './source.ts';

/**
 * Runs one question at a time for one purpose: a new one cancels the one before, so that a fast-moving cursor leaves no
 * trail of answers nobody waits for. Resolves to undefined when it was overtaken.
 */
export class Latest {
  private controller: AbortController | undefined;

  async run<Answer>(ask: (signal: AbortSignal) => Promise<Answer>): Promise<Answer | undefined> {
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    try {
      const answer = await ask(controller.signal);
      return controller.signal.aborted ? undefined : answer;
    } catch (error) {
      if (isCancelled(error) || controller.signal.aborted) return undefined;
      throw error;
    }
  }

  cancel(): void {
    this.controller?.abort();
  }
}
