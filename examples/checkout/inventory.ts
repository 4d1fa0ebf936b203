import type { Cart } from './cart.js';

export class OutOfStockError extends Error {
  override readonly name = 'OutOfStockError';

  constructor(
    readonly sku: string,
    readonly missing: number,
  ) {
    super(`${missing} of ${sku} missing in stock`);
  }
}

export class Inventory {
  readonly #stock: Map<string, number>;

  constructor(stock: Record<string, number>) {
    this.#stock = new Map(Object.entries(stock));
  }

  /** Takes a whole cart out of stock, or nothing at all. */
  reserve(cart: Cart): void {
    const left = new Map(this.#stock);
    for (const { product, quantity } of cart.lines) {
      const rest = (left.get(product.sku) ?? 0) - quantity;
      if (rest < 0) throw new OutOfStockError(product.sku, -rest);
      left.set(product.sku, rest);
    }
    for (const [sku, count] of left) this.#stock.set(sku, count);
  }
}
