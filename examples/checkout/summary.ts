import type { Order } from './checkout.js';
import { formatCents } from './currency.js';

const labelWidth = 40;
const amountWidth = 10;

/** The order as the customer sees it on screen and in the confirmation mail. */
export function summaryOf(order: Order): string {
  const { cart, charge } = order;
  const goods = cart.lines.map(({ product, quantity, listCents }) =>
    row(`${quantity} x ${product.name}, ${formatCents(product.priceCents)} each`, listCents),
  );
  return [
    `Order for ${cart.customer} (EUR)`,
    '',
    ...goods,
    rule(),
    row('Goods', order.listCents),
    row(order.promotion, order.totalCents - order.listCents),
    row('Total', order.totalCents),
    row('of which VAT', order.vatCents),
    rule(),
    row(`Charged to your card in ${charge.currency}`, charge.cents),
  ].join('\n');
}

function row(label: string, cents: number): string {
  return label.padEnd(labelWidth) + formatCents(cents).padStart(amountWidth);
}

function rule(): string {
  return '-'.repeat(labelWidth + amountWidth);
}
