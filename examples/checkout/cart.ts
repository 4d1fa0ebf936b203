import type { Product } from './catalog.js';

/** One product in a cart. Its unit price starts as the list price and falls with discounts. */
export class CartLine {
  constructor(
    readonly product: Product,
    readonly quantity: number,
    public unitPriceCents: number = product.priceCents,
  ) {}

  get listCents(): number {
    return this.product.priceCents * this.quantity;
  }

  get totalCents(): number {
    return this.unitPriceCents * this.quantity;
  }

  /** Rounds per piece, not per line, so that a returned piece is worth what it cost. */
  discountBy(percent: number): void {
    this.unitPriceCents = Math.round((this.unitPriceCents * (100 - percent)) / 100);
  }
}

export class Cart {
  constructor(
    readonly customer: string,
    readonly lines: CartLine[] = [],
  ) {}

  add(product: Product, quantity: number): this {
    this.lines.push(new CartLine(product, quantity));
    return this;
  }

  copy(): Cart {
    return new Cart(this.customer, [...this.lines]);
  }

  get listCents(): number {
    return this.lines.reduce((sum, line) => sum + line.listCents, 0);
  }

  get totalCents(): number {
    return this.lines.reduce((sum, line) => sum + line.totalCents, 0);
  }
}
