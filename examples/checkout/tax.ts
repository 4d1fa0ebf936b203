import type { Cart } from './cart.js';
import { Category } from './catalog.js';

const vatPercent: Record<Category, number> = {
  [Category.Paper]: 19,
  [Category.Pens]: 19,
  [Category.Books]: 7,
};

/** The VAT inside the prices of a cart; shop prices already include it. */
export function vatIncludedCents(cart: Cart): number {
  let vatCents = 0;
  for (const line of cart.lines) {
    const percent = vatPercent[line.product.category];
    vatCents += Math.round((line.totalCents * percent) / (100 + percent));
  }
  return vatCents;
}
