import { setTimeout as sleep } from 'node:timers/promises';
import type { Invoice, InvoicingRequest } from '../messages.ts';

const vatPercent = 19;
/** Stands for the time it takes to print and to file a document. */
const paperworkMs = 80;

export async function writeInvoice({ orderNumber, customer, payableCents }: InvoicingRequest): Promise<Invoice> {
  if (!(payableCents > 0)) {
    throw new RangeError(`order ${orderNumber} of ${customer} has no amount to pay, got ${payableCents}`);
  }
  await sleep(paperworkMs);
  const netCents = Math.round((payableCents * 100) / (100 + vatPercent));
  return { number: `INV-${orderNumber}`, netCents, vatCents: payableCents - netCents };
}
