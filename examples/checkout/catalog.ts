export enum Category {
  Paper = 'paper',
  Pens = 'pens',
  Books = 'books',
}

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly category: Category;
  /** List price including VAT. */
  readonly priceCents: number;
}

const products: readonly Product[] = [
  { sku: 'NB5D', name: 'Notebook A5, dotted', category: Category.Paper, priceCents: 1250 },
  { sku: 'FPEN', name: 'Fountain pen, fine nib', category: Category.Pens, priceCents: 3900 },
  { sku: 'INKB', name: 'Ink, midnight blue', category: Category.Pens, priceCents: 950 },
  { sku: 'LETT', name: 'The Shape of Letters', category: Category.Books, priceCents: 1800 },
];

export function product(sku: string): Product {
  const found = products.find((candidate) => candidate.sku === sku);
  if (!found) throw new Error(`No product ${sku} in the catalog`);
  return found;
}
