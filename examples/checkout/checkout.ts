import type { Cart } from './cart.js';
import { fromEuroCents, type Currency } from './currency.js';
import { bestOffer } from './discounts.js';
import type { Inventory } from './inventory.js';
import { vatIncludedCents } from './tax.js';

export interface Order {
  readonly cart: Cart;
  readonly promotion: string;
  readonly listCents: number;
  readonly totalCents: number;
  readonly vatCents: number;
  /** The total in the currency of the customer's card. */
  readonly charge: { readonly currency: Currency; readonly cents: number };
}

export function checkout(cart: Cart, inventory: Inventory, currency: Currency): Order {
  inventory.reserve(cart);
  const offer = bestOffer(cart);
  const totalCents = offer.cart.totalCents;
  return {
    cart: offer.cart,
    promotion: offer.promotion.name,
    listCents: cart.listCents,
    totalCents,
    vatCents: vatIncludedCents(offer.cart),
    charge: { currency, cents: fromEuroCents(totalCents, currency) },
  };
}
