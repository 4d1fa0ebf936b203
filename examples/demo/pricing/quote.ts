import type { Order, Quote } from '../messages.ts';
import type { PriceList } from './price-list.ts';
import { lowestAfter } from './vouchers.ts';

export function quoteFor(order: Order, prices: PriceList): Quote {
  let goodsCents = 0;
  for (const { sku, quantity } of order.lines) {
    const lineCents = prices.priceOf(sku) * quantity;
    goodsCents += lineCents;
  }
  return { goodsCents, payableCents: lowestAfter(order.vouchers, goodsCents) };
}
