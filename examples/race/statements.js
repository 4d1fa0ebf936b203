import { context } from './context.js';
import { balanceOf, exchangeRate } from './database.js';

export async function currentStatement() {
  const [balance, rate] = await Promise.all([balanceOf(context.customer.id), exchangeRate()]);
  return {
    addressedTo: context.customer.name,
    euros: balance,
    dollars: Math.round(balance * rate),
  };
}
