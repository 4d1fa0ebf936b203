import type { CartLine } from './cart.js';
import { Category } from './catalog.js';

export interface Promotion {
  readonly name: string;
  readonly percent: number;
  readonly covers: (line: CartLine) => boolean;
}

/** What runs this month. A customer gets one of them, never two. */
export const promotions: readonly Promotion[] = [
  {
    name: "Writers' week: 15 % off pens",
    percent: 15,
    covers: (line) => line.product.category === Category.Pens,
  },
  {
    name: 'Paper season: 20 % off paper',
    percent: 20,
    covers: (line) => line.product.category === Category.Paper,
  },
  {
    name: 'Three of a kind: 10 % off',
    percent: 10,
    covers: (line) => line.quantity >= 3,
  },
];
