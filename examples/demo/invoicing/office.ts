import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Invoice, InvoicingReply, InvoicingRequest, Order, Quote } from '../messages.ts';
import { PendingReplies } from '../shop/pending-replies.ts';

/** The shop's side of the invoicing process, which may keep its books without the API in the way. */
export class InvoicingOffice {
  readonly #process = fork(fileURLToPath(new URL('./process.ts', import.meta.url)));
  readonly #pending = new PendingReplies<Invoice>();

  constructor() {
    this.#process.on('message', (message) => this.#receive(message as InvoicingReply));
  }

  invoice(order: Order, quote: Quote): Promise<Invoice> {
    return this.#pending.ask((id) => {
      const request: InvoicingRequest = {
        id,
        orderNumber: order.number,
        customer: order.customer,
        payableCents: quote.payableCents,
      };
      this.#process.send(request);
    });
  }

  async close(): Promise<void> {
    this.#process.disconnect();
    await once(this.#process, 'exit');
  }

  #receive(reply: InvoicingReply): void {
    if ('invoice' in reply) {
      this.#pending.resolve(reply.id, reply.invoice);
    } else {
      this.#pending.reject(reply.id, new Error(`Invoicing refused: ${reply.refusal}`));
    }
  }
}
