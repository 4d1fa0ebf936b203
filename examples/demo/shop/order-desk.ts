import type { InvoicingOffice } from '../invoicing/office.ts';
import type { Invoice, Order } from '../messages.ts';
import type { PricingPool } from '../pricing/pool.ts';

/** Takes an order from the price to the invoice, and keeps the books of the day. */
export class OrderDesk {
  readonly day = { invoiced: 0, failed: 0, revenueCents: 0 };
  readonly #pricing: PricingPool;
  readonly #invoicing: InvoicingOffice;

  constructor(pricing: PricingPool, invoicing: InvoicingOffice) {
    this.#pricing = pricing;
    this.#invoicing = invoicing;
  }

  async place(order: Order): Promise<Invoice> {
    try {
      const quote = await this.#pricing.quote(order);
      const invoice = await this.#invoicing.invoice(order, quote);
      this.day.invoiced += 1;
      this.day.revenueCents += invoice.netCents + invoice.vatCents;
      return invoice;
    } catch (error) {
      this.day.failed += 1;
      throw error;
    }
  }
}
