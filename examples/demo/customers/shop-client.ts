import { setTimeout as sleep } from 'node:timers/promises';
import type { Invoice, Order } from '../messages.ts';
import { formatEuros } from '../shop/money.ts';

const msBetweenCustomers = 60;

export class ShopClient {
  readonly #baseUrl: string;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  /** Customers come one after another, and nobody waits until the one before is served. */
  async orderAll(orders: readonly Order[]): Promise<void> {
    const outcomes = await Promise.all(
      orders.map(async (order, index) => {
        await sleep(index * msBetweenCustomers);
        return this.#outcomeOf(order);
      }),
    );
    for (const outcome of outcomes) console.log(outcome);
  }

  async sendPriceList(csv: string): Promise<void> {
    await fetch(`${this.#baseUrl}/price-list`, { method: 'POST', body: csv });
  }

  async #outcomeOf(order: Order): Promise<string> {
    const response = await fetch(`${this.#baseUrl}/orders`, { method: 'POST', body: JSON.stringify(order) });
    const label = `  ${order.number}  ${order.customer.padEnd(8)}`;
    if (!response.ok) {
      const { error } = (await response.json()) as { error: string };
      return `${label} FAILED  ${error}`;
    }
    const invoice = (await response.json()) as Invoice;
    return `${label} ${formatEuros(invoice.netCents + invoice.vatCents).padStart(11)}  ${invoice.number}`;
  }
}
