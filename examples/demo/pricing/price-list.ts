/** How the suppliers send it: one product a line, `sku;price in euros`. */
export const openingPriceList = `
beans-house;18.50
beans-decaf;19.90
filter-papers;6.90
hand-grinder;129.00
mug;11.00
`;

export class PriceList {
  readonly #centsBySku = new Map<string, number>();

  constructor(csv: string) {
    this.update(csv);
  }

  /** Takes over the prices that are in the list; products that are not keep theirs. */
  update(csv: string): void {
    for (const line of csv.trim().split('\n')) {
      const [sku, price] = line.split(';');
      if (sku && price) this.#centsBySku.set(sku, toCents(price));
    }
  }

  priceOf(sku: string): number {
    const cents = this.#centsBySku.get(sku);
    if (cents === undefined) throw new Error(`No price for ${sku}`);
    return cents;
  }
}

function toCents(euros: string): number {
  return Math.round(Number(euros) * 100);
}
