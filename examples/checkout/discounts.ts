import type { Cart } from './cart.js';
import { promotions, type Promotion } from './promotions.js';

export interface Offer {
  readonly promotion: Promotion;
  /** The cart at the prices of this promotion. */
  readonly cart: Cart;
}

/** Tries every promotion on a copy of the cart and keeps the one that is cheapest for the customer. */
export function bestOffer(cart: Cart): Offer {
  return promotions
    .map((promotion) => offerOf(promotion, cart.copy()))
    .reduce((best, offer) => (offer.cart.totalCents < best.cart.totalCents ? offer : best));
}

function offerOf(promotion: Promotion, cart: Cart): Offer {
  for (const line of cart.lines) {
    if (promotion.covers(line)) line.discountBy(promotion.percent);
  }
  return { promotion, cart };
}
