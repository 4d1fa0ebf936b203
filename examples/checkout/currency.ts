export enum Currency {
  EUR = 'EUR',
  USD = 'USD',
  SEK = 'SEK',
}

const perEuro: Record<Currency, number> = {
  [Currency.EUR]: 1,
  [Currency.USD]: 1.08,
  [Currency.SEK]: 11.25,
};

export function fromEuroCents(cents: number, currency: Currency): number {
  return Math.round(cents * perEuro[currency]);
}

export function formatCents(cents: number): string {
  return (cents / 100).toFixed(2);
}
