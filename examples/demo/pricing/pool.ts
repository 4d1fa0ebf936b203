import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Order, PricingReply, PricingRequest, Quote } from '../messages.ts';
import { PendingReplies } from '../shop/pending-replies.ts';

/** Pricing threads that take turns: the search for the best vouchers would hold up the API. */
export class PricingPool {
  readonly #workers: readonly Worker[];
  readonly #pending = new PendingReplies<Quote>();
  #turn = 0;

  constructor(threads: number) {
    this.#workers = Array.from({ length: threads }, () => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url));
      worker.on('message', ({ id, quote }: PricingReply) => this.#pending.resolve(id, quote));
      return worker;
    });
  }

  quote(order: Order): Promise<Quote> {
    const worker = this.#workers[this.#turn % this.#workers.length]!;
    this.#turn += 1;
    return this.#pending.ask((id) => send(worker, { kind: 'quote', id, order }));
  }

  /** Every thread has a price list of its own, so every thread is told. */
  updatePrices(csv: string): number {
    for (const worker of this.#workers) send(worker, { kind: 'price list', csv });
    return this.#workers.length;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#workers.map((worker) => {
        send(worker, { kind: 'close' });
        return once(worker, 'exit');
      }),
    );
  }
}

function send(worker: Worker, request: PricingRequest): void {
  worker.postMessage(request);
}
