import type { Order, Voucher } from '../messages.ts';

const welcome: Voucher = { kind: 'percent', percent: 10 };
const birthday: Voucher = { kind: 'fixed', cents: 500, fromCents: 2000 };
const loyalty: Voucher = { kind: 'percent', percent: 3 };
const spring: Voucher = { kind: 'fixed', cents: 1000, fromCents: 5000 };

export const morningOrders: readonly Order[] = [
  order(1001, 'Amara', { 'beans-house': 2, 'filter-papers': 1 }, [welcome]),
  order(1002, 'Bruno', { mug: 4 }),
  order(1003, 'Celine', { 'hand-grinder': 1, 'beans-decaf': 1 }, [welcome, spring, birthday, loyalty]),
  order(1004, 'Dmitri', { 'filter-papers': 3 }, [birthday]),
  order(1005, 'Esra', { 'beans-house': 1 }),
  order(1006, 'Felix', { 'beans-decaf': 3, mug: 1 }, [spring, loyalty]),
];

/** The same columns as every week. */
export const noonPriceList = `
beans-house;18.90
beans-decaf;20.50
filter-papers;7,20
mug;11.50
`;

export const afternoonOrders: readonly Order[] = [
  order(1007, 'Greta', { 'beans-house': 3 }, [loyalty, birthday]),
  order(1008, 'Hamid', { mug: 2, 'beans-decaf': 1 }),
  order(1009, 'Ines', { 'hand-grinder': 1 }, [welcome, spring]),
  order(1010, 'Jonas', { 'beans-house': 1, 'filter-papers': 2 }, [welcome, loyalty, birthday]),
  order(1011, 'Kaya', { 'beans-decaf': 2 }),
  order(1012, 'Luis', { 'hand-grinder': 2, mug: 2 }, [spring, birthday, loyalty]),
];

function order(
  number: number,
  customer: string,
  quantities: Record<string, number>,
  vouchers: readonly Voucher[] = [],
): Order {
  const lines = Object.entries(quantities).map(([sku, quantity]) => ({ sku, quantity }));
  return { number, customer, lines, vouchers };
}
